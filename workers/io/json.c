/* json.c - who reads a text: plain ones are for json_plain, all others for
 * json_strict. */
#include "json.h"

#include "file.h"
#include "json_plain.h"
#include "json_strict.h"

bool
json_read(struct arena *arena, struct str text, struct node **document,
          struct err *err)
{
    struct arena_mark mark = arena_mark(arena);

    if (str_starts_with(text, STR("\xEF\xBB\xBF")))
        return err_set_code(err, ERR_INPUT, "malformed_json",
                            "starts with a byte order mark; send UTF-8 "
                            "without it");
    if (json_plain_read(arena, text, document))
        return true;
    arena_rewind(arena, mark);
    return json_strict_read(arena, text, document, err);
}

bool
json_read_file(struct arena *arena, const char *path, struct node **document,
               struct err *err)
{
    struct err found = {.kind = ERR_NONE};
    struct str text;

    if (!file_read(arena, path, &text, err))
        return false;
    if (json_read(arena, text, document, &found))
        return true;
    return err_set(err, ERR_CONFIG, "cannot read \"%s\": %s", path, found.text);
}
