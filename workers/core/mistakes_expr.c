/* mistakes_expr.c - rows of the table of mistakes: expressions. The
 * examples are compiled by tests/unit/test_mistake.c. */
#include "mistake.h"

static const struct mistake_row rows[] = {
    {MISTAKE_EXPRESSION, DIAG_ERROR, "an expression cannot be read",
     "A value, an operator or a bracket is missing, or a word stands "
     "where CEL has a sign: && || ! == are and, or, not, is.",
     IN_RULE, "when: event.data.delivered_on_time and has(event.data.rating)\n",
     "when: event.data.delivered_on_time && has(event.data.rating)\n"},
    {MISTAKE_LONG_EXPRESSION, DIAG_ERROR,
     "an expression is too long or nested too deeply",
     "What nobody can read, nobody can check. Use `in` with a list, "
     "a table, or several lines.",
     IN_RULE,
     "when: "
     "((((((((((((((((((((((((((((((((((true))))))))))))))))))))))))))))))))))"
     "\n",
     "when: true\n"},
    {MISTAKE_WRONG_OPERANDS, DIAG_ERROR, "an operator cannot take these types",
     "Numbers stand without quotes, texts in them; a condition is "
     "true or false and nothing else. Nothing is converted in "
     "silence.",
     IN_RULE, "when: event.data.contract_value_usd > \"500\"\n",
     "when: event.data.contract_value_usd > 500\n"},
    {MISTAKE_WRONG_CALL, DIAG_ERROR, "a function is called in another way",
     "The function takes more or fewer values, or stands behind a "
     "point, or does not.",
     IN_LINE, "amount: min(event.data.contract_value_usd)\n",
     "amount: min(event.data.contract_value_usd, 100)\n"},
    {MISTAKE_WRONG_ARGUMENT, DIAG_ERROR, "a function cannot take this value",
     "It is of another type than the function works on, is not one "
     "of the words it knows, or must be a literal and is not.",
     IN_LINE, "amount: round(event.data.contract_value_usd, 0, \"up\")\n",
     "amount: round(event.data.contract_value_usd, 0, \"half_up\")\n"},
    {MISTAKE_WRONG_RESULT, DIAG_ERROR,
     "an expression has another type than is wanted",
     "Amounts are numbers, conditions true or false, accounts "
     "account ids.",
     IN_LINE, "amount: event.data.delivered_on_time\n",
     "amount: event.data.contract_value_usd\n"},
    {MISTAKE_NO_VALUE, DIAG_ERROR, "this is not a value",
     "Lists, objects and fields of mixed types cannot be compared or "
     "calculated with; name one of the fields in them.",
     IN_RULE, "when: event.data == 5\n",
     "when: event.data.contract_value_usd == 5\n"},
    {MISTAKE_NEVER_TRUE, DIAG_ERROR, "a comparison can never be true",
     "Accounts are kept in lower case, dates as YYYY-MM-DD; a table "
     "by a number has no rows that are words. Such a condition is a "
     "slip.",
     IN_RULE,
     "when: event.data.user_address == "
     "\"0x52908400098527886E0F7030069857D2E4169EE7\"\n",
     "when: event.data.user_address == "
     "\"0x52908400098527886e0f7030069857d2e4169ee7\"\n"},
    {MISTAKE_BAD_LIST, DIAG_ERROR, "a list in an expression does not fit",
     "A list holds literals of one type and stands to the right of "
     "`in`, nowhere else.",
     IN_RULE, "when: event.data.contract_id in \"gig_1\"\n",
     "when: event.data.contract_id in [\"gig_1\"]\n"},
    {MISTAKE_CONSTANT_FAULT, DIAG_ERROR, "a calculation with constants fails",
     "It divides by zero or leaves the numbers that are exact, "
     "whatever the event says.",
     IN_LINE, "amount: event.data.contract_value_usd / 0\n",
     "amount: event.data.contract_value_usd / 2\n"},
};

const struct mistake_part mistakes_expr = {rows, sizeof(rows) / sizeof(*rows)};
