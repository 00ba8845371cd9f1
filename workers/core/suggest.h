/* suggest.h - "did you mean": the known word nearest to a misspelt one. */
#ifndef CORE_SUGGEST_H
#define CORE_SUGGEST_H

#include "diag.h"
#include "str.h"

struct suggest {
    struct str word;    /* as written; borrowed */
    struct str nearest; /* empty while no candidate is near; borrowed */
    size_t distance;    /* of nearest */
};

/* Start looking for what `word` may have been meant to be. */
struct suggest suggest_for(struct str word);

/* Offer a known word; kept when it is at most two typing errors away, not
 * wholly different, and nearer than those before. */
void suggest_offer(struct suggest *suggest, struct str candidate);

/* Say `did you mean "..."?` of the diagnostic added last, when a word is near.
 */
void suggest_help(const struct suggest *suggest, struct diag_list *diags);

/* For messages, "%.*s" three times: `; did you mean "`, the word, `"`, or
 * three empty texts. */
#define SUGGEST_ARG(suggest)                                                   \
    STR_ARG(suggest_before(&(suggest))), STR_ARG((suggest).nearest),           \
        STR_ARG(suggest_after(&(suggest)))
#define SUGGEST_FORMAT "%.*s%.*s%.*s"

struct str suggest_before(const struct suggest *suggest);
struct str suggest_after(const struct suggest *suggest);

#endif
