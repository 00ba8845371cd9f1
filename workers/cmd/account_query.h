/* account_query.h - what the commands that read the ledger share: an account
 * and a page named on the command line, looked up, printed. */
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

/* The word of the command line at that place, which must be its last one, in
 * canonical form. False after saying what is wrong with it. */
MUST_CHECK bool account_argument(const struct command_line *line, int place,
                                 struct str *account);

/* --limit, as a parameter. False after saying what is wrong with it. */
MUST_CHECK bool page_limit(const struct command_line *line, int64_t otherwise,
                           struct str *limit);

/* A connection for lookups of few rows by key; see pg_open(). */
MUST_CHECK bool account_connect(const struct command_line *line, struct pg **pg,
                                struct err *err);

/* The account's row of user_token_balances. ERR_INPUT when there is no such
 * account. *result is owned by the caller. */
MUST_CHECK bool account_balance(struct pg *pg, struct str account,
                                struct pg_result **result, struct err *err);

/* ERR_INPUT when there is no such account. */
MUST_CHECK bool account_require(struct pg *pg, struct str account,
                                struct err *err);

/* Print what was asked for: rows, or the one row there is; see
 * table_from_result() for `numbers`. */
void print_rows(struct command_line *line, const struct pg_result *result,
                const char *numbers);
void print_record(struct command_line *line, const struct pg_result *result,
                  const char *numbers);

/* A whole command: look the account of the command line up, and print its row.
 */
typedef bool account_lookup(struct pg *pg, struct str account,
                            struct pg_result **result, struct err *err);
int account_record(struct command_line *line, account_lookup *lookup,
                   const char *numbers);

/* Tell people which flag gets the next page; with --quiet nobody is told. */
void print_next_page(const struct command_line *line, const char *flag,
                     struct str cursor);

#endif
