/* cohort.c - shares are in hundredths of a percent, which is one bucket each.
 */
#include "cohort.h"

#include <assert.h>
#include <string.h>

#include "digest.h"

enum { SALT_MAX_BYTES = 100, ACCOUNT_MAX_BYTES = 42, SHARE_DECIMALS = 2 };

static const struct shape salt_shape = {
    .kind = SHAPE_TEXT, .min = 1, .max = SALT_MAX_BYTES};

static const struct key cohort_keys[] = {
    {"percent", true, &shape_amount, "How many of all accounts, 0 to 100.",
     "10"},
    {"salt", true, &salt_shape,
     "Names the division: two cohorts of one salt lie side by side.", "spring"},
    {"from", false, &shape_amount,
     "Where it begins, in percent; 0 when left out.", "0"},
};

const struct shape cohort_shape = {SHAPE_KEYS("a cohort", cohort_keys)};

static bool
read_share(struct reader *reader, const struct node *node, const char *what,
           int32_t *buckets)
{
    struct ratio share;
    int64_t count;

    if (!read_amount(reader, node, what, &share))
        return false;
    if (!ratio_to_minor_exactly(share, SHARE_DECIMALS, &count) ||
        count > COHORT_BUCKETS)
        return reader_error(reader, node, MISTAKE_OUT_OF_BOUNDS,
                            "%s must be 0 to 100, with at most %d decimals",
                            what, SHARE_DECIMALS);
    *buckets = (int32_t)count;
    return true;
}

bool
cohort_compile(struct reader *reader, const struct node *node,
               struct cohort *cohort)
{
    const struct node *from = node_get(node, STR("from"));
    int32_t share;

    if (!read_keys(reader, node, &cohort_shape) ||
        !read_share(reader, node_get(node, STR("percent")), "percent",
                    &share) ||
        !read_text(reader, node_get(node, STR("salt")), "salt", SALT_MAX_BYTES,
                   &cohort->salt) ||
        (from && !read_share(reader, from, "from", &cohort->first)))
        return false;
    cohort->end = cohort->first + share;
    if (cohort->end > COHORT_BUCKETS)
        return reader_error(reader, node, MISTAKE_OUT_OF_BOUNDS,
                            "from and percent must not come to more than 100");
    cohort->present = true;
    return true;
}

int32_t
cohort_bucket(struct str salt, struct str account)
{
    char bytes[SALT_MAX_BYTES + 1 + ACCOUNT_MAX_BYTES];
    uint8_t digest[SHA256_BYTES];
    uint64_t number = 0;

    assert(salt.len <= SALT_MAX_BYTES && account.len <= ACCOUNT_MAX_BYTES);
    memcpy(bytes, salt.at, salt.len);
    bytes[salt.len] = '\0';
    memcpy(bytes + salt.len + 1, account.at, account.len);
    digest_sha256(str_make(bytes, salt.len + 1 + account.len), digest);
    for (int i = 0; i < 8; i++)
        number = number << 8 | digest[i];
    return (int32_t)(number % COHORT_BUCKETS);
}

bool
cohort_has(const struct cohort *cohort, struct str account)
{
    int32_t bucket;

    if (!cohort->present)
        return true;
    bucket = cohort_bucket(cohort->salt, account);
    return bucket >= cohort->first && bucket < cohort->end;
}

bool
cohorts_are_apart(const struct cohort *left, const struct cohort *right)
{
    return left->present && right->present && str_eq(left->salt, right->salt) &&
           (left->end <= right->first || right->end <= left->first);
}
