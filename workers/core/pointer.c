/* pointer.c - prints from the root down, so it recurses as deep as the
 * document is nested. */
#include "pointer.h"

#include "quote.h"

enum { MAX_STEP_BYTES = 40, MAX_BYTES = 150 };

static void
print_key(struct buf *buf, struct str key)
{
    struct str cut = str_cut(key, MAX_STEP_BYTES);

    for (size_t i = 0; i < cut.len; i++) {
        unsigned char c = (unsigned char)cut.at[i];

        if (c == '~' || c == '/')
            buf_add_cstr(buf, c == '~' ? "~0" : "~1");
        else
            buf_add_char(buf, c < 0x20 || c == 0x7F ? '?' : cut.at[i]);
    }
    if (cut.len < key.len)
        buf_add_cstr(buf, "...");
}

void
pointer_print(struct buf *buf, const struct pointer *pointer)
{
    if (!pointer)
        return;
    pointer_print(buf, pointer->up);
    if (buf->len > MAX_BYTES)
        return;
    buf_add_char(buf, '/');
    if (pointer->key.at)
        print_key(buf, pointer->key);
    else
        buf_add_int(buf, (int64_t)pointer->index);
}
