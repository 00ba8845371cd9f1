/* account.c - account ids and their one spelling: a wallet address is the
 * same wallet in capitals. */
#include "schema.h"

enum { ACCOUNT_MAX_BYTES = 42, ADDRESS_BYTES = 42 };

/* What a byte may be part of. */
enum { PRINTABLE = 1, HEX = 2, SMALL_HEX = 4 };

static const unsigned char classes[256] = {
    [' ' ... '/'] = PRINTABLE, ['0' ... '9'] = PRINTABLE | HEX | SMALL_HEX,
    [':' ... '@'] = PRINTABLE, ['A' ... 'F'] = PRINTABLE | HEX,
    ['G' ... '`'] = PRINTABLE, ['a' ... 'f'] = PRINTABLE | HEX | SMALL_HEX,
    ['g' ... '~'] = PRINTABLE,
};

/* What all bytes of the text may be part of. */
static unsigned
classes_of(struct str text)
{
    unsigned common = PRINTABLE | HEX | SMALL_HEX;

    for (size_t i = 0; i < text.len; i++)
        common &= classes[(unsigned char)text.at[i]];
    return common;
}

static bool
is_account(struct str text)
{
    return text.len > 0 && text.len <= ACCOUNT_MAX_BYTES && text.at[0] != '@' &&
           (classes_of(text) & PRINTABLE);
}

/* What all digits of an address may be; 0 when the text is none. */
static unsigned
address_classes(struct str text)
{
    if (text.len != ADDRESS_BYTES || text.at[0] != '0' ||
        (text.at[1] != 'x' && text.at[1] != 'X'))
        return 0;
    return classes_of(str_make(text.at + 2, text.len - 2));
}

bool
account_is_address(struct str account)
{
    return address_classes(account) & HEX;
}

bool
account_canonical(struct arena *arena, struct str text, struct str *account)
{
    unsigned digits = address_classes(text);

    *account = text;
    if (!(digits & HEX))
        return is_account(text);
    if ((digits & SMALL_HEX) && text.at[1] == 'x')
        return true;
    *account = str_lower(arena, text);
    return true;
}
