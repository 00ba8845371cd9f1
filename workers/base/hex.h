/* hex.h - bytes as lower-case hexadecimal digits, two a byte. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>

enum { UUID_BYTES = 16, UUID_TEXT = 36 };

/* Write 2 * len digits, without a NUL. */
void hex_write(char *to, const void *bytes, size_t len);

/* Read 2 * len digits, which must be such. */
void hex_read(void *to, const char *digits, size_t len);

/* The form 8-4-4-4-12 of a UUID (RFC 9562 section 4) and a NUL. */
void hex_uuid(char text[UUID_TEXT + 1], const void *bytes);

#endif
