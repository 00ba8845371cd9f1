/* expr_known.c - which optional fields a condition has shown to be there.
 * Sets are short linked lists that never change, so keeping an old one around
 * while another grows costs nothing. */
#include "expr_parts.h"

bool
known_has(const struct expr_known *known, const struct field_path *path)
{
    for (; known; known = known->next)
        if (field_path_eq(known->path, path))
            return true;
    return false;
}

const struct expr_known *
known_add(struct arena *arena, const struct expr_known *known,
          const struct field_path *path)
{
    struct expr_known *longer;

    if (known_has(known, path))
        return known;
    longer = ARENA_NEW(arena, struct expr_known);
    longer->path = path;
    longer->next = known;
    return longer;
}

const struct expr_known *
known_union(struct arena *arena, const struct expr_known *left,
            const struct expr_known *right)
{
    if (!left)
        return right;
    for (; right; right = right->next)
        left = known_add(arena, left, right->path);
    return left;
}

const struct expr_known *
known_common(struct arena *arena, const struct expr_known *left,
             const struct expr_known *right)
{
    const struct expr_known *common = NULL;

    for (; left; left = left->next)
        if (known_has(right, left->path))
            common = known_add(arena, common, left->path);
    return common;
}

size_t
expr_known_paths(const struct expr_known *set, struct arena *arena,
                 const struct str **paths)
{
    static const size_t prefix = sizeof("event.data.") - 1;
    struct str *list = NULL;
    size_t count = 0;
    size_t room = 0;

    for (; set; set = set->next) {
        struct str spelled = set->path->spelled;

        list = arena_room(arena, list, count, &room, 8, sizeof(*list));
        list[count++] = str_make(spelled.at + prefix, spelled.len - prefix);
    }
    *paths = list;
    return count;
}
