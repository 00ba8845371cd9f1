/* token_name.c - name-based UUIDs, so that nothing has to be remembered. */
#include "token_name.h"

#include "buf.h"
#include "digest.h"

void
token_name(struct arena *arena, struct str event_source, struct str event_id,
           struct str account, struct str suffix, char text[UUID_TEXT + 1])
{
    static const uint8_t name_space[16] = {0xe1, 0xd8, 0x1f, 0xc6, 0x33, 0x11,
                                           0x5b, 0x1f, 0x90, 0x21, 0xbd, 0xa9,
                                           0xe5, 0x36, 0x7a, 0xa5};
    struct arena_mark mark = arena_mark(arena);
    struct buf name;

    buf_init(&name, arena);
    buf_add_str(&name, event_source);
    buf_add_char(&name, '\0');
    buf_add_str(&name, event_id);
    buf_add_char(&name, '\0');
    buf_add_str(&name, account);
    if (suffix.len) {
        buf_add_char(&name, '\0');
        buf_add_str(&name, suffix);
    }
    digest_uuid5(name_space, buf_str(&name), text);
    arena_rewind(arena, mark);
}

struct str
thing_id(struct arena *arena, const struct event *event, struct str account,
         struct str suffix)
{
    char text[UUID_TEXT + 1];

    token_name(arena, event->source, event->id, account, suffix, text);
    return str_dup(arena, str_from_cstr(text));
}
