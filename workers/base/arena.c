/* arena.c - blocks of memory in a chain; allocation moves a pointer.
 * Blocks grow with use, so a small arena stays small. */
#include "arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ASan knows nothing of pieces of a block, unless it is told: what has not
 * been handed out cannot be touched then, nor can the gap behind a piece. Nor
 * does it know what was never written: raw pieces are filled with rubbish. */
#ifdef REWARD_ASAN
#include <sanitizer/asan_interface.h>
#define SPOIL(at, size) memset(at, 0xA5, size)
enum { GAP = 16 };
#else
#define SPOIL(at, size) ((void)(size))
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
enum { GAP = 0 };
#endif

enum {
    ALIGN = 16,
    FIRST_BLOCK = 4 * 1024,
    BIG_BLOCK = 256 * 1024,
};

struct arena_block {
    struct arena_block *next;
    size_t size;  /* usable bytes after the header */
    char bytes[]; /* starts 16-aligned: the header is 16 bytes */
};

static _Noreturn void
die_out_of_memory(size_t size)
{
    fprintf(stderr, "out of memory: could not allocate %zu bytes\n", size);
    _Exit(EXIT_FAILURE);
}

static void
arena_add_block(struct arena *arena, size_t at_least)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
    struct arena_block *block;

    if (size > BIG_BLOCK)
        size = BIG_BLOCK;
    if (size < at_least)
        size = at_least;
    if (size > SIZE_MAX - sizeof(*block))
        die_out_of_memory(size);
    block = malloc(sizeof(*block) + size);
    if (!block)
        die_out_of_memory(size);
    block->size = size;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->at = block->bytes;
    arena->end = block->bytes + size;
    ASAN_POISON_MEMORY_REGION(block->bytes, size);
}

void
arena_init(struct arena *arena)
{
    memset(arena, 0, sizeof(*arena));
}

void *
arena_raw(struct arena *arena, size_t size)
{
    size_t room;
    char *piece;

    if (size > SIZE_MAX - ALIGN - GAP)
        die_out_of_memory(size);
    if (size == 0)
        size = 1; /* an empty arena has no block to point into */
    room = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if ((size_t)(arena->end - arena->at) < room + GAP)
        arena_add_block(arena, room + GAP);
    piece = arena->at;
    arena->at += room + GAP;
    arena->used += room;
    ASAN_UNPOISON_MEMORY_REGION(piece, size);
    SPOIL(piece, size);
    return piece;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_raw(arena, size), 0, size);
}

static size_t
array_bytes(size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        die_out_of_memory(SIZE_MAX);
    return total;
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
    return arena_alloc(arena, array_bytes(count, size));
}

void *
arena_grow(struct arena *arena, const void *old, size_t count, size_t new_count,
           size_t size)
{
    char *grown = arena_raw(arena, array_bytes(new_count, size));

    assert(count <= new_count);
    if (count)
        memcpy(grown, old, count * size);
    memset(grown + count * size, 0, (new_count - count) * size);
    return grown;
}

void *
arena_room(struct arena *arena, void *items, size_t count, size_t *room,
           size_t first, size_t size)
{
    if (count < *room)
        return items;
    *room = *room ? *room * 2 : first;
    return arena_grow(arena, items, count, *room, size);
}

char *
arena_strndup(struct arena *arena, const char *text, size_t len)
{
    char *copy = arena_raw(arena, len + 1);

    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_list again;
    int len;
    char *text;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0)
        die_out_of_memory(0);
    text = arena_raw(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

static void
arena_free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;

        free(block);
        block = next;
    }
}

void
arena_reset(struct arena *arena)
{
    struct arena_block *keep = arena->blocks;

    if (!keep)
        return;
    arena_free_blocks(keep->next);
    keep->next = NULL;
    arena->at = keep->bytes;
    arena->end = keep->bytes + keep->size;
    arena->used = 0;
    ASAN_POISON_MEMORY_REGION(keep->bytes, keep->size);
}

struct arena_mark
arena_mark(const struct arena *arena)
{
    return (struct arena_mark){arena->blocks, arena->at, arena->used};
}

void
arena_rewind(struct arena *arena, struct arena_mark mark)
{
    if (arena->blocks != mark.block)
        return; /* what is left of a block is not worth the trouble */
    ASAN_POISON_MEMORY_REGION(mark.at, (size_t)(arena->at - mark.at));
    arena->at = mark.at;
    arena->used = mark.used;
}

void
arena_drop(struct arena *arena, struct arena_mark mark)
{
    while (arena->blocks != mark.block) {
        struct arena_block *block = arena->blocks;

        arena->blocks = block->next;
        free(block);
    }
    arena->at = mark.at;
    arena->end = mark.at;
    arena->used = mark.used;
    if (!arena->blocks)
        return;
    arena->end = arena->blocks->bytes + arena->blocks->size;
    ASAN_POISON_MEMORY_REGION(mark.at, (size_t)(arena->end - mark.at));
}

void
arena_free(struct arena *arena)
{
    arena_free_blocks(arena->blocks);
    arena_init(arena);
}

size_t
arena_used(const struct arena *arena)
{
    return arena->used;
}
