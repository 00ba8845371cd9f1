/* regex.h - regular expressions of schemas and loaders; the only user of
 * pcre2. Matching is bounded, so no text can hold up a worker. */
#ifndef CORE_REGEX_H
#define CORE_REGEX_H

#include <stdbool.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "str.h"

struct regex; /* lives in the arena it was compiled in */

/* The syntax that PCRE2 and ECMA-262 share, as JSON Schema asks for: `$` is
 * the very end, \uXXXX a code point. ERR_CONFIG with the place in the pattern
 * when it is wrong. */
MUST_CHECK bool regex_compile(struct arena *arena, struct str pattern,
                              const struct regex **regex, struct err *err);

/* Whether the pattern occurs anywhere in text, well-formed UTF-8. A search
 * that takes too many steps counts as not found. */
bool regex_search(const struct regex *regex, struct str text);

#endif
