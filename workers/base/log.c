/* log.c - formats into a fixed buffer and writes with one write(2), so that
 * lines of several threads and processes do not mix. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct {
    enum log_level level;
    enum log_format format;
    const char *who;
} settings = {LOG_INFO, LOG_TEXT, "reward"};

void
log_open(enum log_level level, enum log_format format, const char *who)
{
    settings.level = level;
    settings.format = format;
    settings.who = who;
}

bool
log_wants(enum log_level level)
{
    return level <= settings.level;
}

/* Copy text, escaping what could break the line (or, in JSON, the string);
 * bytes that do not fit are left out. Returns the length. */
static size_t
escape(char *to, size_t room, const char *text, bool json)
{
    size_t len = 0;

    for (; *text && len + 7 < room; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7F)
            len +=
                (size_t)snprintf(to + len, 7, json ? "\\u%04x" : "\\x%02x", c);
        else if (json && (c == '"' || c == '\\'))
            len += (size_t)snprintf(to + len, 3, "\\%c", c);
        else
            to[len++] = (char)c;
    }
    to[len] = '\0';
    return len;
}

void
log_write(enum log_level level, const char *format, ...)
{
    static const char *const names[] = {"ERROR", "WARN", "INFO", "DEBUG"};
    char message[1200];
    char escaped[2400];
    char line[2600];
    struct timespec now;
    struct tm utc;
    va_list args;
    int len;

    if (!log_wants(level))
        return;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    escape(escaped, sizeof(escaped), message, settings.format == LOG_JSON);
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    len = snprintf(line, sizeof(line),
                   settings.format == LOG_JSON
                       ? "{\"ts\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ\","
                         "\"level\":\"%s\",\"who\":\"%s\",\"pid\":%d,"
                         "\"msg\":\"%s\"}\n"
                       : "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %-5s %s[%d] "
                         "%s\n",
                   utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                   utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000, names[level],
                   settings.who, (int)getpid(), escaped);
    if (len > 0 && write(STDERR_FILENO, line, (size_t)len) < 0)
        return; /* a full or closed log must not stop the money */
}

void
log_failure(enum log_level level, const struct err *err)
{
    if (err->code[0])
        log_write(level, "%s kind=%s code=%s", err->text,
                  err_kind_name(err->kind), err->code);
    else
        log_write(level, "%s kind=%s", err->text, err_kind_name(err->kind));
}
