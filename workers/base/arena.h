/* arena.h - memory by lifetime: allocate freely, give it all back at once.
 * There is no free of a single piece. The only user of malloc. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "compiler.h"

struct arena_block;

/* All zero is a valid, empty arena. */
struct arena {
    struct arena_block *blocks; /* newest first */
    char *at;                   /* next free byte of the newest block */
    char *end;
    size_t used; /* bytes handed out since the last reset */
};

void arena_init(struct arena *arena);

/* Zeroed memory, aligned for any type, valid until arena_reset or arena_free.
 * Never NULL: running out of memory ends the process with exit status 1,
 * which is safe because an uncommitted batch is read again. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc, with anything in it: for what is written over at once. */
void *arena_raw(struct arena *arena, size_t size);

/* As arena_alloc for count * size, ending the process on overflow. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A new array of new_count elements, the first count copied over, the others
 * zeroed. */
void *arena_grow(struct arena *arena, const void *old, size_t count,
                 size_t new_count, size_t size);

/* The array with room for one more than its count: for `first` at first, then
 * for twice as many each time. Items may move. */
void *arena_room(struct arena *arena, void *items, size_t count, size_t *room,
                 size_t first, size_t size);

/* A NUL-terminated copy of len bytes. */
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* Forget all allocations, keeping one block for the next round. */
void arena_reset(struct arena *arena);

/* Give everything back to the system; the arena is empty and usable again. */
void arena_free(struct arena *arena);

/* Where the arena is now. */
struct arena_mark {
    const struct arena_block *block;
    char *at;
    size_t used;
};

struct arena_mark arena_mark(const struct arena *arena);

/* Forget what was allocated since the mark was made: for texts that are needed
 * for a moment only. Memory that is not touched again need not be fetched. */
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* As arena_rewind, of any number of blocks, which go back to the system: for
 * what is large and happens rarely. */
void arena_drop(struct arena *arena, struct arena_mark mark);

/* Bytes handed out since the last reset, for tests and statistics. */
size_t arena_used(const struct arena *arena);

/* A new object in the arena, zeroed. */
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

#endif
