/* detail.h - what an answer says beside the entries: a JSON object with one
 * member, an object of its own, written member by member. */
#ifndef CORE_DETAIL_H
#define CORE_DETAIL_H

#include "buf.h"
#include "str.h"
#include "turn.h"

struct detail {
    struct buf json;
    int scale;
};

/* An object whose members are its own; for the caller to close. In the turn's
 * arena, like all of them. */
void detail_begin(struct detail *detail, const struct turn *turn);

void detail_open(struct detail *detail, const struct turn *turn,
                 const char *name);

void detail_text(struct detail *detail, const char *key, struct str text);
/* As detail_text, or null where the text is empty. */
void detail_text_or_null(struct detail *detail, const char *key,
                         struct str text);
void detail_int(struct detail *detail, const char *key, int64_t value);
void detail_minor(struct detail *detail, const char *key, int64_t minor);
void detail_ratio(struct detail *detail, const char *key, struct ratio value);
void detail_time(struct detail *detail, const char *key, int64_t at_us);
/* The value is JSON already. */
void detail_json(struct detail *detail, const char *key, struct str json);

struct str detail_close(struct detail *detail);

#endif
