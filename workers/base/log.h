/* log.h - one line to stderr a call: a sentence, then key=value pairs about
 * it. Control characters are escaped, so no event text can forge a line. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "compiler.h"
#include "err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

enum log_format { LOG_TEXT, LOG_JSON };

/* `who` names the process in every line, e.g. "worker"; borrowed for ever. */
void log_open(enum log_level level, enum log_format format, const char *who);

bool log_wants(enum log_level level);

/* No newline at the end of the format. */
void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)                                                         \
    do {                                                                       \
        if (log_wants(LOG_DEBUG))                                              \
            log_write(LOG_DEBUG, __VA_ARGS__);                                 \
    } while (0)

/* One line for an error that somebody now acts on. */
void log_failure(enum log_level level, const struct err *err);

#endif
