/* account.c - account ids and their one spelling: a wallet address is the
 * same wallet in capitals. */
#include "schema.h"

enum { ACCOUNT_MAX_BYTES = 42, ADDRESS_BYTES = 42 };

static bool
is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
}

static bool
is_address(struct str text)
{
    if (text.len != ADDRESS_BYTES || text.at[0] != '0' ||
        (text.at[1] != 'x' && text.at[1] != 'X'))
        return false;
    for (size_t i = 2; i < text.len; i++)
        if (!is_hex(text.at[i]))
            return false;
    return true;
}

static bool
is_account(struct str text)
{
    if (text.len == 0 || text.len > ACCOUNT_MAX_BYTES || text.at[0] == '@')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < 0x20 || text.at[i] >= 0x7F)
            return false;
    return true;
}

static char
to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
has_capitals(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != to_lower(text.at[i]))
            return true;
    return false;
}

bool
account_canonical(struct arena *arena, struct str text, struct str *account)
{
    char *lower;

    if (!is_account(text))
        return false;
    *account = text;
    if (!is_address(text) || !has_capitals(text))
        return true;
    lower = arena_strndup(arena, text.at, text.len);
    for (size_t i = 0; i < text.len; i++)
        lower[i] = to_lower(lower[i]);
    account->at = lower;
    return true;
}
