/* dsn.c - just enough of libpq's two notations to find passwords. What it
 * cannot make sense of is left to libpq to refuse. */
#include "dsn.h"

/* Where the first password at or after `from` is; false when there is none. */
typedef bool (*password_finder)(struct str dsn, size_t from, size_t *start,
                                size_t *end);

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' ||
           c == '\v';
}

static size_t
skip_spaces(struct str text, size_t at)
{
    while (at < text.len && is_space(text.at[at]))
        at++;
    return at;
}

/* End of a value: quoted ones end after the quote, others at a space; a
 * backslash takes the next character as it is. */
static size_t
value_end(struct str dsn, size_t at)
{
    bool in_quotes = at < dsn.len && dsn.at[at] == '\'';

    at += in_quotes;
    for (; at < dsn.len; at++) {
        if (dsn.at[at] == '\\')
            at++;
        else if (in_quotes && dsn.at[at] == '\'')
            return at + 1;
        else if (!in_quotes && is_space(dsn.at[at]))
            return at;
    }
    return dsn.len;
}

static bool
names_password(struct str key)
{
    return str_ends_with(key, STR("password"));
}

/* `host=db password = 'x y' user=z` */
static bool
find_in_pairs(struct str dsn, size_t from, size_t *start, size_t *end)
{
    size_t at = skip_spaces(dsn, from);

    while (at < dsn.len) {
        struct str key = {dsn.at + at, 0};

        while (at < dsn.len && dsn.at[at] != '=' && !is_space(dsn.at[at]))
            at++;
        key.len = (size_t)(dsn.at + at - key.at);
        at = skip_spaces(dsn, at);
        if (at == dsn.len || dsn.at[at] != '=')
            return false;
        *start = skip_spaces(dsn, at + 1);
        *end = at = value_end(dsn, *start);
        if (names_password(key) && *end > *start)
            return true;
        at = skip_spaces(dsn, at);
    }
    return false;
}

static size_t
find_any(struct str text, size_t at, const char *stops)
{
    while (at < text.len && !strchr(stops, text.at[at]))
        at++;
    return at;
}

/* The part between `:` and `@` of `//user:password@host`. */
static bool
find_in_userinfo(struct str uri, size_t from, size_t *start, size_t *end)
{
    size_t scheme = find_any(uri, 0, ":") + 3;
    size_t authority_end = find_any(uri, scheme, "/");
    struct str authority = {uri.at, authority_end};

    *start = find_any(authority, scheme, ":@") + 1;
    *end = find_any(authority, scheme, "@");
    return from <= scheme && *end < authority_end && *start < *end;
}

/* `?sslmode=require&password=x` */
static bool
find_in_query(struct str uri, size_t from, size_t *start, size_t *end)
{
    size_t at = find_any(uri, from, "?&");

    while (at < uri.len) {
        size_t equals = find_any(uri, at + 1, "=&");

        *start = equals + 1;
        *end = find_any(uri, equals, "&");
        if (names_password(str_make(uri.at + at + 1, equals - at - 1)) &&
            *start < *end)
            return true;
        at = *end;
    }
    return false;
}

static bool
find_in_uri(struct str uri, size_t from, size_t *start, size_t *end)
{
    return find_in_userinfo(uri, from, start, end) ||
           find_in_query(uri, from, start, end);
}

static password_finder
finder_for(struct str dsn)
{
    bool is_uri = str_starts_with(dsn, STR("postgresql://")) ||
                  str_starts_with(dsn, STR("postgres://"));

    return is_uri ? find_in_uri : find_in_pairs;
}

bool
dsn_has_password(struct str dsn)
{
    size_t start;
    size_t end;

    return finder_for(dsn)(dsn, 0, &start, &end);
}

void
dsn_redact(struct buf *buf, struct str dsn)
{
    password_finder find = finder_for(dsn);
    size_t done = 0;
    size_t start;
    size_t end;

    while (find(dsn, done, &start, &end)) {
        buf_add(buf, dsn.at + done, start - done);
        buf_add_cstr(buf, "***");
        done = end;
    }
    buf_add(buf, dsn.at + done, dsn.len - done);
}
