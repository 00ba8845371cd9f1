/* digest.h - SHA-256 and name-based UUIDs, by libcrypto. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdint.h>

#include "hex.h"
#include "str.h"

enum { SHA256_BYTES = 32 };

/* FIPS 180-4. */
void digest_sha256(struct str bytes, uint8_t digest[SHA256_BYTES]);

/* As digest_sha256, in 64 hexadecimal digits and a NUL. */
void digest_sha256_hex(struct str bytes, char hex[2 * SHA256_BYTES + 1]);

/* RFC 9562 section 5.5 (UUID version 5): name_space is 16 bytes. text gets 36
 * characters and a NUL. */
void digest_uuid5(const uint8_t name_space[16], struct str name,
                  char text[UUID_TEXT + 1]);

#endif
