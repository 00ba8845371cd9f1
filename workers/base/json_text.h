/* json_text.h - writing JSON by hand where a tree would cost too much. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "buf.h"
#include "str.h"

/* Append text as a JSON string with its quotes (RFC 8259 section 7). The text
 * must be well-formed UTF-8. */
void json_add_string(struct buf *buf, struct str text);

/* Append `"key":`, after a comma unless the buffer ends in `{` or `[`. */
void json_add_key(struct buf *buf, const char *key);

/* json_add_key and json_add_string in one. */
void json_add_member(struct buf *buf, const char *key, struct str text);

#endif
