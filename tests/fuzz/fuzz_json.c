/* fuzz_json.c - any bytes as JSON: what the quick reader takes, the strict one
 * takes alike. */
#include <stdlib.h>

#include "fuzz.h"
#include "json_plain.h"
#include "json_strict.h"
#include "node_same.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct str text = fuzz_text(bytes, size);
    struct arena arena = {0};
    struct err err = {0};
    struct node *plain;
    struct node *strict;

    if (json_plain_read(&arena, text, &plain) &&
        (!json_strict_read(&arena, text, &strict, &err) ||
         !node_same(plain, strict)))
        abort();
    arena_free(&arena);
    return 0;
}
