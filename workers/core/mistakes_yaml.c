/* mistakes_yaml.c - rows of the table of mistakes: YAML itself. The
 * examples are compiled by tests/unit/test_mistake.c. */
#include "mistake.h"

static const struct mistake_row rows[] = {
    {MISTAKE_SYNTAX, DIAG_ERROR, "the file is not valid YAML",
     "A bracket or a quote is not closed, a tab stands where spaces "
     "should indent, or a text with `: ` or ` #` in it has no "
     "quotes. Nothing behind the place was read.",
     IN_RULE, "late: {accept: 48h, retro: never\n",
     "late: {accept: 48h, retro: never}\n"},
    {MISTAKE_SIGN, DIAG_ERROR, "anchor, alias, tag or merge key",
     "YAML takes `&`, `*` and `!` at the start of a value, and the "
     "key `<<`, for itself. Rules are written out, so that each can "
     "be read alone; an expression that begins with one of these "
     "signs needs quotes.",
     IN_RULE, "when: !has(event.data.rating)\n",
     "when: \"!has(event.data.rating)\"\n"},
    {MISTAKE_REPEATED_KEY, DIAG_ERROR, "a key is there twice",
     "Most YAML readers keep the last of the two without a word; "
     "which one was meant cannot be known.",
     IN_RULE,
     "late: {accept: 48h, retro: never}\n"
     "late: {accept: 24h, retro: never}\n",
     "late: {accept: 24h, retro: never}\n"},
    {MISTAKE_DOUBTFUL_WORD, DIAG_ERROR, "YAML readers disagree about a word",
     "Words such as yes, no, on and off, and numbers such as 010, "
     "1_000, 1e3 and 1:30, are one thing to some YAML readers and "
     "another to others.",
     IN_RULE, "mode: off\n", "mode: \"off\"\n"},
    {MISTAKE_BAD_KEY, DIAG_ERROR, "a key is not a text",
     "Keys are texts or whole numbers; true, false, null, lists and "
     "mappings are none.",
     IN_RULE, "notify: {data: {true: \"1\"}}\n",
     "notify: {data: {\"true\": \"1\"}}\n"},
    {MISTAKE_DOCUMENT, DIAG_ERROR, "more than one document, or a directive",
     "A rule file is one YAML document. What follows a line `---` "
     "would never be looked at, and a line that starts with `%` "
     "changes how YAML is read.",
     IN_FILE,
     "ruleset: gigs\n"
     "version: \"1\"\n"
     "asset: {code: GIGS, scale: 2}\n"
     "rules:\n"
     "- id: xp\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: xp, flat: 10}]\n"
     "---\n"
     "rules: []\n",
     "ruleset: gigs\n"
     "version: \"1\"\n"
     "asset: {code: GIGS, scale: 2}\n"
     "rules:\n"
     "- id: xp\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: xp, flat: 10}]\n"},
    {MISTAKE_DEPTH, DIAG_ERROR, "nested too deeply, or too long a list",
     "No rule needs more than 32 levels of lists and mappings, and no "
     "file more than 12,000 items in one of them. Nothing behind the "
     "place was read.",
     IN_RULE,
     "notify: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ deep "
     "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
     "notify: false\n"},
    {MISTAKE_BYTES, DIAG_ERROR, "the file is empty or not plain UTF-8",
     "Nothing but comments is in the file, or it holds a NUL, a "
     "control character, a byte order mark, or bytes that are not "
     "UTF-8. Save it as UTF-8 without a byte order mark.",
     IN_FILE, "# rules will stand here\n",
     "ruleset: gigs\n"
     "version: \"1\"\n"
     "asset: {code: GIGS, scale: 2}\n"
     "rules:\n"
     "- id: xp\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: xp, flat: 10}]\n"},
    {MISTAKE_LONG_NUMBER, DIAG_ERROR, "a number has too many digits",
     "Numbers are exact: at most 18 digits before and 9 after the "
     "point.",
     IN_LINE, "flat: 0.1234567891\n", "flat: 0.123456789\n"},
};

const struct mistake_part mistakes_yaml = {rows, sizeof(rows) / sizeof(*rows)};
