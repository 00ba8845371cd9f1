/* pg_array.c - array parameters in PostgreSQL's binary format, as array_recv()
 * of src/backend/utils/adt/arrayfuncs.c reads it: a header of five words of 32
 * bits, then the length of each element (-1: null) and its bytes. All numbers
 * have their first byte first. */
#include "pg_array.h"

#include <assert.h>
#include <string.h>

/* Where the words of the header are. The last one is 1, the first index. */
enum {
    DIMENSIONS = 0, /* 1, also of an array without elements */
    HAS_NULL = 4,
    TYPE = 8,
    COUNT = 12,
    FIRST_INDEX = 16,
    HEADER_BYTES = 20,
};

enum { PLACE_BYTES = 6 };

static void
put(char *to, uint64_t value, int bytes)
{
    for (int i = bytes; i-- > 0; value >>= 8)
        to[i] = (char)(value & 0xFF);
}

static uint32_t
word(const struct buf *array, int at)
{
    const unsigned char *from = (const unsigned char *)array->at + at;

    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 |
           (uint32_t)from[2] << 8 | from[3];
}

void
pg_array_open(struct buf *array, struct arena *arena, enum pg_type type)
{
    buf_init(array, arena);
    memset(buf_reserve(array, HEADER_BYTES), 0, HEADER_BYTES);
    array->len = HEADER_BYTES;
    put(array->at + DIMENSIONS, 1, 4);
    put(array->at + TYPE, type, 4);
    put(array->at + FIRST_INDEX, 1, 4);
}

/* Room for the bytes of an element, after its length. */
static char *
add_element(struct buf *array, size_t bytes)
{
    char *to = buf_reserve(array, 4 + bytes);

    put(to, bytes, 4);
    array->len += 4 + bytes;
    put(array->at + COUNT, word(array, COUNT) + 1, 4);
    return to + 4;
}

void
pg_array_text(struct buf *array, struct str text)
{
    char *to = add_element(array, text.len);

    assert(word(array, TYPE) == PG_TEXT);
    if (text.len)
        memcpy(to, text.at, text.len);
}

void
pg_array_int(struct buf *array, int64_t value)
{
    uint32_t type = word(array, TYPE);
    int bytes = type == PG_INT8 ? 8 : type == PG_INT4 ? 4 : 2;

    assert(bytes > 2 || type == PG_INT2);
    assert(bytes == 8 || (value >= -(INT64_C(1) << (8 * bytes - 1)) &&
                          value < INT64_C(1) << (8 * bytes - 1)));
    put(add_element(array, (size_t)bytes), (uint64_t)value, bytes);
}

/* The number of the block, then the item's in it. */
void
pg_array_place(struct buf *array, int64_t place)
{
    assert(word(array, TYPE) == PG_TID);
    put(add_element(array, PLACE_BYTES), (uint64_t)place, PLACE_BYTES);
}

void
pg_array_null(struct buf *array)
{
    char *element = add_element(array, 0);

    put(element - 4, UINT32_MAX, 4);
    put(array->at + HAS_NULL, 1, 4);
}
