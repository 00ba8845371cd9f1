/* books_parts.h - pieces of SQL that the files of audits share. */
#ifndef IO_BOOKS_PARTS_H
#define IO_BOOKS_PARTS_H

/* Behind an event's or dead letter's id: the first id of its block, which is
 * its batch's. */
#define BLOCK " & -8192 "

/* The batch that the id belongs to, under that name. Ids say which of two
 * events came first within a batch only; between batches, their own ids do. */
#define BATCH_OF(id, name) "batches " name " ON " name ".first_id = " id BLOCK

/* The entries of these kinds, 'a', 'b', with the name of their line. */
#define ENTRIES_OF(kinds)                                                      \
    "(SELECT n.*, l.name AS line, l.transaction_type AS kind FROM entries n "  \
    "JOIN lines l ON l.id = n.line_id "                                        \
    "WHERE l.transaction_type IN (" kinds ")) "

/* The rule of a line that is called "rule.line". */
#define RULE_OF(line) "split_part(" line ", '.', 1)"

#endif
