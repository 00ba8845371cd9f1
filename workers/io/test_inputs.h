/* test_inputs.h - a file of recorded events, see recorded.h, for a test. */
#ifndef IO_TEST_INPUTS_H
#define IO_TEST_INPUTS_H

#include <stddef.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "test_event.h"

/* Read all lines that are not empty. A line that is no JSON is an input
 * without a document. ERR_CONFIG when the file cannot be read, ERR_INPUT for a
 * line that is too long. Everything is made in the arena. */
MUST_CHECK bool test_inputs_read(struct arena *arena, const char *path,
                                 struct test_input **inputs, size_t *count,
                                 struct err *err);

#endif
