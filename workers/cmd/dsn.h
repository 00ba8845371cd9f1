/* dsn.h - passwords inside PostgreSQL connection strings: found, and hidden.
 */
#ifndef CMD_DSN_H
#define CMD_DSN_H

#include <stdbool.h>

#include "buf.h"
#include "str.h"

/* Whether a connection string, `key=value` pairs or a URI, holds a password.
 */
bool dsn_has_password(struct str dsn);

/* Append the connection string with "***" for each password in it. */
void dsn_redact(struct buf *buf, struct str dsn);

#endif
