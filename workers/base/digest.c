/* digest.c - the only user of libcrypto. The algorithms are fetched once and
 * kept, since fetching costs more than hashing an event. */
#include "digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

static _Noreturn void
die(const char *name)
{
    fprintf(stderr, "cannot compute %s: libcrypto refused\n", name);
    _Exit(EXIT_FAILURE);
}

static void
digest_two(const EVP_MD *algorithm, const char *name, struct str first,
           struct str second, uint8_t *digest)
{
    static EVP_MD_CTX *context;

    if (!context)
        context = EVP_MD_CTX_new();
    if (!context || !algorithm ||
        !EVP_DigestInit_ex2(context, algorithm, NULL) ||
        !EVP_DigestUpdate(context, first.at, first.len) ||
        !EVP_DigestUpdate(context, second.at, second.len) ||
        !EVP_DigestFinal_ex(context, digest, NULL))
        die(name);
}

void
digest_sha256(struct str bytes, uint8_t digest[SHA256_BYTES])
{
    static EVP_MD *algorithm;

    if (!algorithm)
        algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    digest_two(algorithm, "SHA-256", bytes, (struct str){0}, digest);
}

void
digest_sha256_hex(struct str bytes, char hex[2 * SHA256_BYTES + 1])
{
    uint8_t digest[SHA256_BYTES];

    digest_sha256(bytes, digest);
    hex_write(hex, digest, SHA256_BYTES);
    hex[2 * SHA256_BYTES] = '\0';
}

void
digest_uuid5(const uint8_t name_space[16], struct str name,
             char text[UUID_TEXT + 1])
{
    static EVP_MD *algorithm;
    uint8_t digest[20];

    if (!algorithm)
        algorithm = EVP_MD_fetch(NULL, "SHA1", NULL);
    digest_two(algorithm, "SHA-1", str_make((const char *)name_space, 16), name,
               digest);
    digest[6] = (uint8_t)((digest[6] & 0x0F) | 0x50); /* version 5 */
    digest[8] = (uint8_t)((digest[8] & 0x3F) | 0x80); /* RFC variant */
    hex_uuid(text, digest);
}
