/* conversion.c - the setting; the queue is op_conversion.c. */
#include "conversion.h"

static const struct key conversion_keys[] = {
    {"rate", true, &shape_positive,
     "How many tokens on the blockchain one unit comes to.", "1"},
};

const struct shape conversion_shape = {
    SHAPE_KEYS("conversion", conversion_keys)};

const struct conversion *
conversion_compile(struct reader *reader, const struct node *node)
{
    struct conversion *conversion = ARENA_NEW(reader->arena, struct conversion);
    const struct node *rate;
    struct ratio rounded;

    if (!read_keys(reader, node, &conversion_shape))
        return NULL;
    rate = node_get(node, STR("rate"));
    if (!read_positive(reader, rate, "rate", &conversion->rate))
        return NULL;
    if (!ratio_round(conversion->rate, RATE_DECIMALS, ROUND_FLOOR, &rounded) ||
        ratio_compare(rounded, conversion->rate) != 0 ||
        ratio_compare(rounded, ratio_from_int(1000000)) >= 0) {
        reader_error(reader, rate, MISTAKE_OUT_OF_BOUNDS,
                     "rate must be below 1000000 and have at most %d decimals",
                     RATE_DECIMALS);
        return NULL;
    }
    return conversion;
}
