/* account_query.h - what `balance` and `history` share: an account named on the
 * command line, looked up in the ledger. */
#ifndef CMD_ACCOUNT_QUERY_H
#define CMD_ACCOUNT_QUERY_H

#include <stdint.h>

#include "command.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"
#include "str.h"

/* An instant as RFC 3339, in SQL. */
#define SQL_RFC3339(column)                                                    \
    "to_char(" column " AT TIME ZONE 'UTC', "                                  \
    "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS " column

/* The one word of the command line in canonical form. False after saying what
 * is wrong with it. */
MUST_CHECK bool account_argument(const struct command_line *line,
                                 struct str *account);

/* A connection for lookups of few rows by key; see pg_open(). */
MUST_CHECK bool account_connect(const struct command_line *line, struct pg **pg,
                                struct err *err);

/* The account's row of user_token_balances. ERR_INPUT when there is no such
 * account. *result is owned by the caller. */
MUST_CHECK bool account_balance(struct pg *pg, struct str account,
                                struct pg_result **result, struct err *err);

/* Column of last_seq in account_balance's row. */
enum { BALANCE_LAST_SEQ = 5 };

#endif
