/* conversion.h - `conversion: {rate: "1.0000"}`: how many tokens on a
 * blockchain a GIGS comes to. */
#ifndef CORE_CONVERSION_H
#define CORE_CONVERSION_H

#include "num.h"
#include "rule_read.h"

enum { RATE_DECIMALS = 4 };

struct conversion {
    struct ratio rate;
};

extern const struct shape conversion_shape;

/* Compile the mapping; NULL after adding errors. */
const struct conversion *conversion_compile(struct reader *reader,
                                            const struct node *node);

#endif
