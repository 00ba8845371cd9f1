/* hex.c - digits by table. */
#include "hex.h"

void
hex_write(char *to, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;

    for (size_t i = 0; i < len; i++) {
        *to++ = digits[from[i] >> 4];
        *to++ = digits[from[i] & 0x0F];
    }
}

static int
digit_value(char c)
{
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

void
hex_read(void *to, const char *digits, size_t len)
{
    unsigned char *bytes = to;

    for (size_t i = 0; i < len; i++)
        bytes[i] = (unsigned char)(digit_value(digits[2 * i]) << 4 |
                                   digit_value(digits[2 * i + 1]));
}

void
hex_uuid(char text[UUID_TEXT + 1], const void *bytes)
{
    static const size_t groups[] = {4, 2, 2, 2, 6}; /* bytes */
    const unsigned char *from = bytes;

    for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
        hex_write(text, from, groups[i]);
        text += 2 * groups[i];
        from += groups[i];
        *text++ = '-';
    }
    text[-1] = '\0';
}
