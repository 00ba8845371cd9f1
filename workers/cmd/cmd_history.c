/* cmd_history.c - `reward history`: the entries of an account, newest first, a
 * page at a time. An account's entries are numbered without gaps, so a page is
 * a list of numbers, and costs the same wherever it is. */
#include <inttypes.h>
#include <stdio.h>

#include "account_query.h"
#include "command.h"
#include "entry_type.h"
#include "timestamp.h"

enum { HISTORY_LIMIT = 50 };

/* Which entries they are; "next" is where to go on. */
static const char seqs_sql[] = "SELECT seqs, next FROM reward.history_seqs("
                               "$1, $2, $3, $4, $5, $6)";

/* Parameters of seqs_sql. */
enum { ACCOUNT, LIMIT, BEFORE, TYPE, FROM, TO, PARAMS };

/* The list is hidden from the planner, who would make a filter of it and read
 * all that the account has. */
#define FROM_PAGE                                                              \
    " FROM reward.token_transactions WHERE user_address = $1 "                 \
    "AND account_seq = ANY (ARRAY(SELECT unnest($2::integer[]))) "             \
    "ORDER BY account_seq DESC"

static const char people_sql[] = "SELECT account_seq AS seq, " SQL_RFC3339(
    "created_at") ", line, "
                  "amount, balance_after, event_id, contract_id" FROM_PAGE;

static const char programs_sql[] =
    "SELECT account_seq, id, user_address, transaction_type, line, amount, "
    "balance_after, counterparty, description, event_source, event_id, "
    "contract_id, ruleset, " SQL_RFC3339("occurred_at") ", " SQL_RFC3339(
        "created_at") ", metadata::text AS metadata" FROM_PAGE;

/* ---- what is asked for ------------------------------------------------------
 */

static bool
choose_before(const struct command_line *line, struct str *before)
{
    int64_t number;

    if (!command_number(line, "before", INT32_MAX, &number))
        return false;
    if (number > INT32_MAX)
        number = INT32_MAX;
    *before = str_from_cstr(arena_printf(line->arena, "%" PRId64, number));
    return true;
}

static bool
choose_type(const struct command_line *line, struct str *type)
{
    const char *name = command_option(line, "type");
    struct buf names;

    *type = str_from_cstr(name);
    if (!name)
        return true;
    buf_init(&names, line->arena);
    for (size_t i = 0; entry_types[i]; i++) {
        if (str_eq_cstr(*type, entry_types[i]->name))
            return true;
        buf_printf(&names, " %s", entry_types[i]->name);
    }
    command_misused(line, "--type must be one of%.*s, not \"%s\"",
                    STR_ARG(buf_str(&names)), name);
    return false;
}

/* An instant, or a day, which stands for its beginning or, `whole`, its end. */
static bool
choose_time(const struct command_line *line, const char *flag, bool whole,
            struct str *time)
{
    const char *text = command_option(line, flag);
    struct buf buf;
    int64_t at_us;
    int32_t day;

    *time = (struct str){0};
    if (!text)
        return true;
    if (date_parse(str_from_cstr(text), &day)) {
        at_us = (day + whole) * US_PER_DAY;
    } else if (!timestamp_parse(str_from_cstr(text), &at_us)) {
        command_misused(line,
                        "--%s must be a date or a time like "
                        "2026-01-31T12:00:00Z, not \"%s\"",
                        flag, text);
        return false;
    }
    buf_init(&buf, line->arena);
    timestamp_print(&buf, at_us);
    *time = buf_str(&buf);
    return true;
}

static bool
choose_page(const struct command_line *line, struct str *params)
{
    return account_argument(line, 0, &params[ACCOUNT]) &&
           page_limit(line, HISTORY_LIMIT, &params[LIMIT]) &&
           choose_before(line, &params[BEFORE]) &&
           choose_type(line, &params[TYPE]) &&
           choose_time(line, "from", false, &params[FROM]) &&
           choose_time(line, "to", true, &params[TO]);
}

/* ---- reading it -------------------------------------------------------------
 */

/* The entries, and before which of them to go on: `at` NULL at the end. Borrows
 * from *seqs. */
static bool
read_page(struct command_line *line, struct pg *pg, const struct str *params,
          struct pg_result **seqs, struct pg_result **result, struct err *err)
{
    struct str page[2] = {params[ACCOUNT]};

    if (!account_require(pg, params[ACCOUNT], err) ||
        !pg_query(pg, seqs_sql, params, PARAMS, seqs, err))
        return false;
    page[1] = pg_text(*seqs, 0, 0);
    if (pg_query(pg, line->format ? programs_sql : people_sql, page, 2, result,
                 err))
        return true;
    pg_result_free(*seqs);
    return false;
}

int
cmd_history(struct command_line *line)
{
    struct err err = {0};
    struct pg_result *result;
    struct pg_result *seqs;
    struct str params[PARAMS];
    struct pg *pg;

    if (!choose_page(line, params))
        return EXIT_USAGE;
    if (!account_connect(line, &pg, &err))
        return command_failed(&err);
    if (!read_page(line, pg, params, &seqs, &result, &err)) {
        pg_close(pg);
        return command_failed(&err);
    }
    print_rows(line, result,
               line->format ? " account_seq id metadata "
                            : " seq amount balance_after ");
    if (!pg_is_null(seqs, 0, 1))
        print_next_page(line, "before", pg_text(seqs, 0, 1));
    pg_result_free(result);
    pg_result_free(seqs);
    pg_close(pg);
    return EXIT_OK;
}
