/* hash.c - eight bytes at a time. */
#include "hash.h"

uint64_t
hash_text(uint64_t hash, struct str text)
{
    uint64_t word = 0;
    size_t at = 0;

    for (; at + sizeof(word) <= text.len; at += sizeof(word)) {
        memcpy(&word, text.at + at, sizeof(word));
        hash = hash_mix(hash, word);
    }
    word = text.len;
    for (; at < text.len; at++)
        word = word << 8 | (unsigned char)text.at[at];
    return hash_mix(hash, word);
}
