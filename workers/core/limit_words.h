/* limit_words.h - limits and counters in words, for those who ask why. */
#ifndef CORE_LIMIT_WORDS_H
#define CORE_LIMIT_WORDS_H

#include "buf.h"
#include "facts.h"
#include "rule_parts.h"

/* Append "250000 per account and day", "3 times for all and ever". */
void limit_print(struct buf *buf, const struct limit *limit, int scale);

/* "carried", "days seen, as bits", "used". */
const char *counter_words(enum counter_kind kind);

#endif
