/* mistake.h - what can be wrong with a rule file, one row a kind: found by the
 * compiler under its code, and explained to people by `reward check --explain`.
 * A new kind is a number in mistake_code.h and a row in a mistakes_*.c. */
#ifndef CORE_MISTAKE_H
#define CORE_MISTAKE_H

#include <stddef.h>

#include "compiler.h"
#include "diag.h"
#include "mistake_code.h"
#include "str.h"

/* Where the examples of a row belong in a rule file. */
enum mistake_place {
    IN_FILE,  /* they are one, whole */
    IN_HEAD,  /* keys of the file, before `rules:` */
    IN_RULES, /* rules, `- id: ...` */
    IN_RULE,  /* keys of a rule that pays for io.gigchain.xp.gained.v1 ... */
    IN_LINE,  /* ... or of one of its lines */
    IN_TESTS, /* tests of such a rule, `- name: ...` */
    IN_BODY,  /* all of a file but its head: `rules` and `tests` */
};

struct mistake_row {
    enum mistake mistake;
    enum diag_level level;
    const char *title; /* one line, lower case */
    const char *cause; /* sentences: what is wrong, why it is refused */
    enum mistake_place place;
    const char *bad;  /* YAML that has this mistake and no other ... */
    const char *good; /* ... and the same put right; whole lines */
};

enum { MISTAKE_CODE_BYTES = 8 };

/* The rows in order of their numbers. */
size_t mistake_count(void);
const struct mistake_row *mistake_at(size_t index);

/* The row of a code such as "R014"; NULL when there is none. */
const struct mistake_row *mistake_find(struct str code);

/* "R014". */
const char *mistake_code(enum mistake mistake, char text[MISTAKE_CODE_BYTES]);

/* "a rule", for where an example belongs. */
const char *mistake_place_name(enum mistake_place place);

/* Add a diagnostic with the mistake's level and code. */
void mistake_add(struct diag_list *diags, enum mistake mistake,
                 const char *file, int line, int column, const char *format,
                 ...) PRINTF_LIKE(6, 7);
void mistake_add_list(struct diag_list *diags, enum mistake mistake,
                      const char *file, int line, int column,
                      const char *format, va_list args) PRINTF_LIKE(6, 0);

/* The parts of the table, each in order of its numbers and after the one before
 * it. */
struct mistake_part {
    const struct mistake_row *rows;
    size_t count;
};

extern const struct mistake_part mistakes_yaml;
extern const struct mistake_part mistakes_value;
extern const struct mistake_part mistakes_expr;
extern const struct mistake_part mistakes_rule;
extern const struct mistake_part mistakes_lint;

#endif
