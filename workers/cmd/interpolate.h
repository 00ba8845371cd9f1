/* interpolate.h - ${VARIABLES} of the environment inside config.yaml. */
#ifndef CMD_INTERPOLATE_H
#define CMD_INTERPOLATE_H

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "str.h"

/* Replace ${NAME} by the environment's value, ${NAME:-text} by `text` where
 * NAME is unset or empty, and $${ by a plain ${. ERR_CONFIG when a name is
 * unset without a default, or the braces do not close. The result is made in
 * the arena, or borrowed when there is nothing to replace. */
MUST_CHECK bool interpolate(struct arena *arena, struct str text,
                            struct str *result, struct err *err);

#endif
