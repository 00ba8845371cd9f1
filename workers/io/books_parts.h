/* books_parts.h - pieces of SQL that the files of audits share. */
#ifndef IO_BOOKS_PARTS_H
#define IO_BOOKS_PARTS_H

/* Behind an event's or dead letter's id: the first id of its block, which is
 * its batch's. Ids say which of two events came first within a batch only;
 * between batches, the ids of those do. */
#define BLOCK " & -8192 "

/* Before kinds of entry, `'a', 'b')) `: those entries, each with its line. */
#define ENTRIES_OF                                                             \
    "(SELECT n.*, l.name AS line FROM entries n "                              \
    "JOIN lines l ON l.id = n.line_id WHERE l.transaction_type IN ("

#endif
