/* canonical.h - one text for documents that mean the same: keys in order of
 * their bytes, numbers by value. Part of what is stored: hashes of events are
 * made of it, so it never changes. */
#ifndef CORE_CANONICAL_H
#define CORE_CANONICAL_H

#include "buf.h"
#include "node.h"

/* Append the canonical text of the node, in JSON's form: numbers as the
 * shortest plain decimal where 18 digits before and 9 after the point are
 * enough, else with the digits of their double; strings escaped as little as
 * JSON allows, in the Unicode form they came in. */
void canonical_add(struct buf *buf, const struct node *node);

#endif
