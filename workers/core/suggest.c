/* suggest.c - picks the nearest candidate by Damerau-Levenshtein distance. */
#include "suggest.h"

enum { MAX_DISTANCE = 2 };

struct suggest
suggest_for(struct str word)
{
    return (struct suggest){.word = word, .distance = MAX_DISTANCE + 1};
}

void
suggest_offer(struct suggest *suggest, struct str candidate)
{
    size_t distance = str_distance(suggest->word, candidate);

    /* Two errors in a word of two letters is another word. */
    if (distance >= suggest->distance || distance >= candidate.len)
        return;
    suggest->nearest = candidate;
    suggest->distance = distance;
}

void
suggest_help(const struct suggest *suggest, struct diag_list *diags)
{
    if (suggest->nearest.len)
        diag_help(diags, "did you mean \"%.*s\"?", STR_ARG(suggest->nearest));
}

struct str
suggest_before(const struct suggest *suggest)
{
    return suggest->nearest.len ? STR("; did you mean \"") : (struct str){0};
}

struct str
suggest_after(const struct suggest *suggest)
{
    return suggest->nearest.len ? STR("\"") : (struct str){0};
}
