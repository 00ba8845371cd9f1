/* mistakes_value.c - rows of the table of mistakes: keys, words, names, numbers
 * and times. The examples are compiled by tests/unit/test_mistake.c. */
#include "mistake.h"

static const struct mistake_row rows[] = {
    {MISTAKE_WRONG_KIND, DIAG_ERROR, "another kind of value is wanted here",
     "A list, a mapping, a text, a number or a truth value stands "
     "where another of them belongs.",
     IN_RULE, "late: 48h\n", "late: {accept: 48h, retro: never}\n"},
    {MISTAKE_UNKNOWN_KEY, DIAG_ERROR, "unknown key",
     "The key is misspelt, or stands one level too high or too low. "
     "A key that nobody reads would be a promise that nobody keeps.",
     IN_LINE, "rate: {give: 100, pre: 1, of: event.data.contract_value_usd}\n",
     "rate: {give: 100, per: 1, of: event.data.contract_value_usd}\n"},
    {MISTAKE_MISSING_KEY, DIAG_ERROR, "a key is missing",
     "Something that has no default was left out.", IN_LINE,
     "rate: {give: 100}\n",
     "rate: {give: 100, of: event.data.contract_value_usd}\n"},
    {MISTAKE_UNKNOWN_WORD, DIAG_ERROR, "unknown word",
     "Only some words can stand here; the message lists them.", IN_LINE,
     "flat: 10\n"
     "limit: {per: acount, window: day, amount: 100, over: clip}\n",
     "flat: 10\n"
     "limit: {per: account, window: day, amount: 100, over: clip}\n"},
    {MISTAKE_UNKNOWN_FIELD, DIAG_ERROR, "unknown field",
     "The schema of the event type has no such field. Fields are "
     "named exactly as in the schema, below `event.data`.",
     IN_LINE,
     "flat: 10\n"
     "when: has(event.data.ratting)\n",
     "flat: 10\n"
     "when: has(event.data.rating)\n"},
    {MISTAKE_UNKNOWN_FUNCTION, DIAG_ERROR, "unknown function",
     "There is no function of that name. There are no loops, no "
     "clock and no regular expressions in a rule, so that it gives "
     "the same answer at any time.",
     IN_LINE, "amount: minn(event.data.contract_value_usd, 100)\n",
     "amount: min(event.data.contract_value_usd, 100)\n"},
    {MISTAKE_UNKNOWN_TYPE, DIAG_ERROR, "unknown event type",
     "No schema describes an event type of that name.", IN_RULES,
     "- id: xp\n"
     "  trigger: io.gigchain.xp.gaind.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: xp, flat: 10}]\n",
     "- id: xp\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: xp, flat: 10}]\n"},
    {MISTAKE_UNKNOWN_NAME, DIAG_ERROR, "unknown name in an expression",
     "An expression reads the event, as event.data.FIELD; a text "
     "stands in quotes. Some names can be read in some places only: "
     "charge.LINE by the guard of a charge, account.bonus_xp by the "
     "amount of a line.",
     IN_RULE, "when: delivered_on_time\n",
     "when: event.data.delivered_on_time\n"},
    {MISTAKE_MISSING_HAS, DIAG_ERROR,
     "a field that may be missing is not guarded",
     "The schema does not require the field. An event without it "
     "would fail, so the expression, or a condition before it, has "
     "to ask has(...) first.",
     IN_RULE, "when: event.data.rating >= 4.5\n",
     "when: has(event.data.rating) && event.data.rating >= 4.5\n"},
    {MISTAKE_UNKNOWN_LINE, DIAG_ERROR, "unknown rule or line",
     "A percent is of an earlier line of its own rule; a test names "
     "lines as the ledger does.",
     IN_RULES,
     "- id: contract\n"
     "  trigger: io.gigchain.contract.completed.v1\n"
     "  account: event.data.user_address\n"
     "  award:\n"
     "  - {id: base, rate: {give: 100, of: event.data.contract_value_usd}}\n"
     "  - {id: bonus, percent: {is: 20, of: bse}}\n",
     "- id: contract\n"
     "  trigger: io.gigchain.contract.completed.v1\n"
     "  account: event.data.user_address\n"
     "  award:\n"
     "  - {id: base, rate: {give: 100, of: event.data.contract_value_usd}}\n"
     "  - {id: bonus, percent: {is: 20, of: base}}\n"},
    {MISTAKE_BAD_ID, DIAG_ERROR, "a name has letters that it cannot have",
     "The ledger files everything under these names: a small letter, "
     "then small letters, digits and `_`, at most 40. The code of "
     "the asset is capital letters and digits.",
     IN_RULES,
     "- id: first-xp\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: xp, flat: 10}]\n",
     "- id: first_xp\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: xp, flat: 10}]\n"},
    {MISTAKE_REPEATED_ID, DIAG_ERROR, "an id is used twice",
     "The ledger could not tell the two apart. Ids of rules differ "
     "within the file, ids of lines within their rule.",
     IN_RULES,
     "- id: xp\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: base, flat: 10}, {id: base, flat: 20}]\n",
     "- id: xp\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: base, flat: 10}, {id: more, flat: 20}]\n"},
    {MISTAKE_RESERVED_ID, DIAG_ERROR, "the id is one of the program's own",
     "Transfers, stakes, holds and the like are posted under these "
     "ids.",
     IN_RULES,
     "- id: transfer\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: xp, flat: 10}]\n",
     "- id: xp\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: xp, flat: 10}]\n"},
    {MISTAKE_BAD_TEXT, DIAG_ERROR,
     "a text is empty, too long or not on one line",
     "The ledger and push services have room for so much; the "
     "message says how much.",
     IN_RULE, "description: \"\"\n", "description: pays for a contract\n"},
    {MISTAKE_WRONG_SIZE, DIAG_ERROR,
     "a list or mapping has too few or too many entries",
     "An empty list pays nothing, and an event cannot pay more lines "
     "than fit a message.",
     IN_RULES,
     "- id: xp\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: []\n",
     "- id: xp\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: xp, flat: 10}]\n"},
    {MISTAKE_REPEATED_ENTRY, DIAG_ERROR, "an entry is there twice",
     "The second of two equal entries could not do anything.", IN_RULE,
     "once: [account, account]\n", "once: [account]\n"},
    {MISTAKE_BAD_NUMBER, DIAG_ERROR, "not a number",
     "A decimal number stands here, plain or in quotes, at most 18 "
     "digits before and 9 after the point; or a whole one, where the "
     "message says so. No units, no thousands separators.",
     IN_LINE, "flat: 10 GIGS\n", "flat: 10\n"},
    {MISTAKE_OUT_OF_BOUNDS, DIAG_ERROR, "a number is too small or too large",
     "The message says within which bounds it makes sense.", IN_LINE,
     "flat: -10\n", "flat: 10\n"},
    {MISTAKE_TOO_PRECISE, DIAG_ERROR, "more decimals than the asset has",
     "What is written down must be what is booked; the ledger would "
     "have to round it.",
     IN_LINE,
     "flat: 10\n"
     "limit: {per: account, window: day, amount: 100.005, over: clip}\n",
     "flat: 10\n"
     "limit: {per: account, window: day, amount: 100.01, over: clip}\n"},
    {MISTAKE_BAD_TIME, DIAG_ERROR, "not a time",
     "A time is a date, a time of day and an offset, as RFC 3339 has "
     "them, in quotes.",
     IN_RULE, "valid_from: 2026-12-01\n",
     "valid_from: \"2026-12-01T00:00:00Z\"\n"},
    {MISTAKE_BAD_SPAN, DIAG_ERROR,
     "not a time span, or not one that can be waited for",
     "A time span is a whole number with s, m, h or d after it.", IN_RULE,
     "late: {accept: two days, retro: never}\n",
     "late: {accept: 2d, retro: never}\n"},
    {MISTAKE_WRONG_ORDER, DIAG_ERROR, "the end lies before the beginning",
     "Of two bounds, the lower is above the upper, so nothing lies "
     "between them.",
     IN_RULE,
     "valid_from: \"2026-12-01T00:00:00Z\"\n"
     "valid_until: \"2026-11-01T00:00:00Z\"\n",
     "valid_from: \"2026-11-01T00:00:00Z\"\n"
     "valid_until: \"2026-12-01T00:00:00Z\"\n"},
    {MISTAKE_UNKNOWN_ZONE, DIAG_ERROR, "unknown time zone",
     "The calendar is an IANA name such as Europe/Berlin, which this "
     "machine must know, or UTC. Abbreviations such as CEST mean "
     "several things.",
     IN_HEAD, "zone: Europe/Berlinn\n", "zone: Europe/Berlin\n"},
};

const struct mistake_part mistakes_value = {rows, sizeof(rows) / sizeof(*rows)};
