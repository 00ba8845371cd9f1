/* recorded.h - events recorded in files, one a line: as they were published
 * (CloudEvents JSON), or as `kcat -C -J` prints the records of a topic. */
#ifndef IO_RECORDED_H
#define IO_RECORDED_H

#include "arena.h"
#include "record.h"
#include "str.h"

/* The record that the line stands for. A line that is none of the two is taken
 * for the value of a record of `topic`, for intake to judge. Texts are made in
 * the arena or borrowed from the line. */
void recorded_read(struct str line, struct str topic, struct arena *arena,
                   struct record *record);

#endif
