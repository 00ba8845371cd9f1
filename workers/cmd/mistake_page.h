/* mistake_page.h - what a code of an error means, for people. */
#ifndef CMD_MISTAKE_PAGE_H
#define CMD_MISTAKE_PAGE_H

#include "arena.h"
#include "buf.h"
#include "mistake.h"

/* Append title, cause and examples of one kind of mistake. */
void mistake_page_add(struct buf *buf, const struct mistake_row *row);

/* Its two examples as a text, made in the arena. */
const char *mistake_examples(struct arena *arena,
                             const struct mistake_row *row);

#endif
