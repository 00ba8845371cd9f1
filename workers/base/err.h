/* err.h - what failed and what to do about it. A function that can fail
 * returns bool and takes a struct err last; it never logs. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#include "compiler.h"

enum err_kind {
    ERR_NONE,
    ERR_INPUT,  /* this record is at fault: set it aside, go on */
    ERR_RETRY,  /* something outside is away: the same batch again */
    ERR_CONFIG, /* settings, rules or rights are wrong: refuse to start */
    ERR_FATAL,  /* going on would be wrong: exit and be restarted */
};

struct err {
    enum err_kind kind;
    char code[40];  /* SQLSTATE, Kafka error name or dead-letter reason */
    char text[600]; /* lower case, no full stop */
};

/* Fill *err unless it is set already (the first error wins) and return
 * false, so that a caller can `return err_set(...)`. */
bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* As err_set, with a code. */
bool err_set_code(struct err *err, enum err_kind kind, const char *code,
                  const char *format, ...) PRINTF_LIKE(4, 5);

/* Put context before the text, as "context: text"; returns false. */
bool err_add(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

void err_reset(struct err *err);

bool err_is_set(const struct err *err);

/* "input", "retry", ...: for logs. */
const char *err_kind_name(enum err_kind kind);

#endif
