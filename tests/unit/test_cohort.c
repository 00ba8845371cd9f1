/* test_cohort.c - who is in a cohort, and that nobody is by the event. */
#include "cohort.h"

#include "rule_fixture.h"

/* printf 'a\0u1' | sha256sum, and so on, by Python. */
START_TEST(buckets_are_those_of_the_digest)
{
    char salt[100];
    char account[42];

    memset(salt, 's', sizeof(salt));
    memset(account, 'u', sizeof(account));
    ck_assert_int_eq(cohort_bucket(STR("a"), STR("u1")), 4485);
    ck_assert_int_eq(cohort_bucket(STR("b"), STR("u1")), 6356);
    ck_assert_int_eq(cohort_bucket(STR("a"), STR("1u")), 6161);
    ck_assert_int_eq(
        cohort_bucket(STR("xp-2026"),
                      STR("0x52908400098527886e0f7030069857d2e4169ee7")),
        7549);
    ck_assert_int_eq(cohort_bucket(str_make(salt, sizeof(salt)),
                                   str_make(account, sizeof(account))),
                     4550);
}
END_TEST

/* Of u0 to u99999; the exact numbers are Python's. */
START_TEST(shares_are_near_what_is_asked_for)
{
    static const struct {
        struct cohort cohort;
        int members;
    } rows[] = {
        {{true, {"ten", 3}, 0, 1000}, 10064},   {{true, {"ten", 3}, 0, 1}, 4},
        {{true, {"ten", 3}, 0, 5000}, 50010},   {{true, {"ten", 3}, 0, 0}, 0},
        {{true, {"ten", 3}, 0, 10000}, 100000}, {{.present = false}, 100000},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        int members = 0;

        for (int j = 0; j < 100000; j++) {
            char account[16];

            snprintf(account, sizeof(account), "u%d", j);
            members += cohort_has(&rows[i].cohort, str_from_cstr(account));
        }
        ck_assert_int_eq(members, rows[i].members);
    }
}
END_TEST

START_TEST(an_account_is_in_it_whatever_the_event)
{
    struct ruleset *ruleset =
        compile(HEAD RULE "  cohort: {percent: 3.06, salt: test}\n"
                          "  award: [{id: a, flat: 1}]\n");

    for (int i = 0; i < 50; i++) {
        const char *change = arena_printf(
            &arena, "{\"user\":\"u2\",\"count\":%d,\"label\":\"l%d\"}", i, i);
        const char *time = arena_printf(&arena, "2026-01-05T12:00:%02dZ", i);

        assert_pays(ruleset, done_at(change, time), "r.a 1.00");
        assert_pays(ruleset, done(arena_printf(&arena, "{\"count\":%d}", i)),
                    "-r:cohort");
    }
}
END_TEST

/* Bucket 305 of u2 is the first that 3.05 % leave out. */
START_TEST(a_cohort_ends_at_its_bucket)
{
    static const struct {
        const char *cohort;
        const char *expected;
    } rows[] = {
        {"{percent: 3.05, salt: test}", "-r:cohort"},
        {"{percent: 3.06, salt: test}", "r.a 1.00"},
        {"{percent: 0, salt: test}", "-r:cohort"},
        {"{percent: 100, salt: test}", "r.a 1.00"},
        {"{percent: 0.01, from: 3.05, salt: test}", "r.a 1.00"},
        {"{percent: 1, from: 3.06, salt: test}", "-r:cohort"},
        {"{percent: 96.95, from: 3.05, salt: test}", "r.a 1.00"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_pays(compile(arena_printf(&arena,
                                         HEAD RULE "  cohort: %s\n"
                                                   "  award: [{id: a, flat: "
                                                   "1}]\n",
                                         rows[i].cohort)),
                    done("{\"user\":\"u2\"}"), rows[i].expected);
}
END_TEST

START_TEST(a_line_has_a_cohort_of_its_own)
{
    struct ruleset *ruleset = compile(
        HEAD LINES "  - {id: a, flat: 1}\n"
                   "  - {id: b, flat: 2, cohort: {percent: 10, salt: test}}\n");

    assert_pays(ruleset, done("{\"user\":\"u2\"}"), "r.a 1.00 r.b 2.00");
    assert_pays(ruleset, done("{\"user\":\"u1\"}"), "r.a 1.00 -r.b:cohort");
}
END_TEST

START_TEST(it_is_looked_at_after_when_and_before_once)
{
    struct ruleset *ruleset =
        compile(HEAD LINES
                "  - id: a\n    flat: 1\n    when: event.data.count > 5\n"
                "    cohort: {percent: 10, salt: test}\n    once: [account]\n");

    assert_pays(ruleset, done("{\"count\":5}"), "-r.a:when");
    assert_pays(ruleset, done("{}"), "-r.a:cohort");
    ck_assert_uint_eq(facts.once_count, 0);
    assert_pays(ruleset, done("{\"user\":\"u2\"}"), "r.a 1.00");
    assert_pays(ruleset, done("{\"user\":\"u2\"}"), "-r.a:once");
}
END_TEST

#define TWO(first, second)                                                     \
    HEAD RULE "  cohort: " first "\n  award: [{id: a, flat: 1}]\n"             \
              "- id: s\n  trigger: test.done.v1\n"                             \
              "  account: event.data.user\n  cohort: " second                  \
              "\n  award: [{id: a, flat: 2}]\n"

START_TEST(cohorts_that_are_apart_do_not_overlap)
{
    struct ruleset *ruleset = compile(TWO(
        "{percent: 10, salt: test}", "{from: 10, percent: 90, salt: test}"));

    assert_pays(ruleset, done("{\"user\":\"u2\"}"), "r.a 1.00 -s:cohort");
    assert_pays(ruleset, done("{\"user\":\"u1\"}"), "s.a 2.00 -r:cohort");
    ck_assert_ptr_null(try_compile(TWO("{percent: 10, salt: test}",
                                       "{from: 9.99, percent: 90, "
                                       "salt: test}")));
    ck_assert_ptr_null(
        try_compile(TWO("{percent: 10, salt: test}", "{from: 10, percent: 90, "
                                                     "salt: other}")));
}
END_TEST

int
main(void)
{
    return UNIT_RUN("cohort", set_up, tear_down,
                    buckets_are_those_of_the_digest,
                    shares_are_near_what_is_asked_for,
                    an_account_is_in_it_whatever_the_event,
                    a_cohort_ends_at_its_bucket, a_line_has_a_cohort_of_its_own,
                    it_is_looked_at_after_when_and_before_once,
                    cohorts_that_are_apart_do_not_overlap);
}
