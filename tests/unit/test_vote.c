/* test_vote.c - proposals, votes and the count, to the byte. */
#include "economy_fixture.h"

#define END "2026-01-12T12:00:00Z" /* of a vote that began at NOON */

static struct event *
propose(const char *id, const char *more)
{
    return request("governance.proposal.submitted",
                   arena_printf(&arena,
                                "{\"user_address\":\"u1\",\"proposal_id\":"
                                "\"%s\",\"title\":\"A \\\"forum\\\"\","
                                "\"description\":\"Why\",\"category\":"
                                "\"community\"%s}",
                                id, more));
}

static struct event *
vote(const char *user, const char *id, int choice)
{
    return request("governance.vote.cast",
                   arena_printf(&arena,
                                "{\"user_address\":\"%s\",\"proposal_id\":"
                                "\"%s\",\"choice\":%d}",
                                user, id, choice));
}

/* Voting power is what accounts have, unless a test says otherwise. */
static void
set_up_votes(void)
{
    set_up_economy();
    facts.is_whole = true;
}

static struct event *
ask_for_tally(const char *id)
{
    return request("governance.tally.requested",
                   arena_printf(&arena,
                                "{\"user_address\":\"u1\",\"proposal_id\":"
                                "\"%s\"}",
                                id));
}

/* A proposal of the ledger, put at NOON. */
static void
fill_proposal(const char *id, const char *quorum, const char *tallied)
{
    struct record_row *row =
        fill(RECORD_PROPOSAL, NULL, str_from_cstr(id), STR(""), STR(""));

    row->values[0] = STR("u1");
    row->values[1] = STR("1767614400000000");
    row->values[2] = STR("1768219200000000");
    row->values[3] = str_from_cstr(quorum);
    row->values[4] = str_from_cstr(tallied);
}

/* ---- proposals ---- */

START_TEST(a_proposal_opens_a_vote)
{
    assert_outcome(propose("p1", ",\"quorum_required\":\"1000.50\","
                                 "\"execution_data\":{\"b\":1,\"a\":[\"x\"]}"),
                   "; governance.proposal.opened u1");
    ck_assert_uint_eq(last.effect_count, 1);
    ck_assert_int_eq(last.effects[0].kind, EFFECT_PROPOSAL);
    ck_assert_str_eq(effect_text(0),
                     "p1 A \"forum\" Why community 1767614400000000 "
                     "1768219200000000 100050 {\"a\":[\"x\"],\"b\":1}");
    ck_assert_str_eq(detail_of(0),
                     "{\"proposal\":{\"proposal_id\":\"p1\","
                     "\"title\":\"A \\\"forum\\\"\",\"category\":\"community\","
                     "\"voting_start\":\"2026-01-05T12:00:00.000Z\","
                     "\"voting_end\":\"2026-01-12T12:00:00.000Z\"}}");
    assert_rejected(propose("p1", ""), "proposal_exists");
    assert_outcome(propose("p2", ""), "; governance.proposal.opened u1");
    ck_assert_str_eq(effect_text(0), "p2 A \"forum\" Why community "
                                     "1767614400000000 1768219200000000");
}
END_TEST

START_TEST(proposals_are_refused_with_a_reason)
{
    assert_rejected(propose("p1", ",\"quorum_required\":\"0.001\""),
                    "invalid_amount");
    assert_rejected(propose("p1", ",\"quorum_required\":-1"), "invalid_amount");
    ck_assert_contains(detail_of(0), "quorum_required must not be below zero "
                                     "and have at most 2 decimals");
    fill_proposal("p2", "", "t");
    assert_rejected(propose("p2", ""), "proposal_exists");
    rules = compile(HEAD IDLE);
    assert_rejected(propose("p1", ""), "not_offered");
}
END_TEST

/* ---- votes ---- */

START_TEST(a_vote_weighs_what_the_snapshot_says)
{
    fill_proposal("p1", "", "f");
    give("u1", 5);
    fill(RECORD_VOTING_POWER, "u1", STR("p1"), STR("u1"), STR(""))->values[0] =
        STR("123456");
    assert_outcome(vote("u1", "p1", 2), "; governance.vote.counted u1");
    ck_assert_int_eq(last.effects[0].kind, EFFECT_VOTE);
    ck_assert_str_eq(effect_text(0), "p1 2 123456");
    ck_assert_str_eq(detail_of(0),
                     "{\"vote\":{\"proposal_id\":\"p1\",\"choice\":2,"
                     "\"voting_power\":\"1234.56\"}}");
    assert_rejected(vote("u1", "p1", 1), "already_voted");
}
END_TEST

static struct event *
send_200(void)
{
    return request("token.transfer.requested",
                   "{\"user_address\":\"u1\",\"to_address\":\"u2\","
                   "\"amount\":2}");
}

/* The ledger has no snapshot of a proposal that is not written yet. */
START_TEST(a_vote_in_the_batch_of_its_proposal_weighs_what_was_before)
{
    struct event *first = vote("u1", "p1", 0);
    struct event *second = vote("u2", "p1", 1);

    give("u1", 700);
    give("u2", 0);
    ruleset_want(rules, first, &facts);
    ruleset_want(rules, second, &facts);
    assert_outcome(send_200(),
                   "transfer.sent u1 -2.00, transfer.received u2 2.00; "
                   "token.transferred u1, token.transferred u2");
    assert_outcome(propose("p1", ""), "; governance.proposal.opened u1");
    assert_outcome(send_200(),
                   "transfer.sent u1 -2.00, transfer.received u2 2.00; "
                   "token.transferred u1, token.transferred u2");
    assert_outcome(first, "; governance.vote.counted u1");
    ck_assert_str_eq(effect_text(0), "p1 0 500");
    assert_outcome(second, "; governance.vote.counted u2");
    ck_assert_str_eq(effect_text(0), "p1 1 200");
}
END_TEST

START_TEST(votes_are_refused_with_a_reason)
{
    struct event *early = vote("u1", "p1", 1);

    give("u1", 700);
    early->time_us--;
    assert_rejected(vote("u1", "p1", 1), "unknown_proposal");
    fill_proposal("p1", "", "f");
    fill_proposal("p2", "", "t");
    assert_rejected(early, "voting_closed");
    assert_rejected(vote("u1", "p2", 1), "voting_closed");
    set_clock(END);
    assert_rejected(vote("u1", "p1", 1), "voting_closed");
    set_clock("2026-01-12T11:59:59.999999Z");
    assert_rejected(vote("u2", "p1", 1), "no_voting_power");
    fill(RECORD_VOTE, "u1", STR("p1"), STR("u1"), STR(""))->values[0] =
        STR("0");
    assert_rejected(vote("u1", "p1", 1), "already_voted");
}
END_TEST

START_TEST(a_vote_may_give_its_reason)
{
    struct event *event = request(
        "governance.vote.cast", "{\"user_address\":\"u1\",\"proposal_id\":"
                                "\"p1\",\"choice\":1,\"reason\":\"So be it\"}");

    give("u1", 700);
    fill_proposal("p1", "", "f");
    assert_outcome(event, "; governance.vote.counted u1");
    ck_assert_str_eq(effect_text(0), "p1 1 700 So be it");
}
END_TEST

/* ---- the count ---- */

static void
fill_votes(const char *id, const char *choice, const char *power,
           const char *voters)
{
    struct record_row *row =
        fill(RECORD_VOTES_FOR, NULL, str_from_cstr(id), STR(""), STR(""));

    row->values[0] = str_from_cstr(choice);
    row->values[1] = str_from_cstr(power);
    row->values[2] = str_from_cstr(voters);
}

START_TEST(a_tally_is_canonical_json_and_its_digest)
{
    static const char result[] =
        "{\"proposal_id\":\"p1\",\"quorum_required\":\"9.00\","
        "\"result\":\"passed\",\"voters\":6,\"votes_abstain\":\"1.00\","
        "\"votes_against\":\"2.50\",\"votes_for\":\"5.50\","
        "\"voting_end\":\"2026-01-12T12:00:00.000Z\","
        "\"voting_start\":\"2026-01-05T12:00:00.000Z\"}";
    /* printf '%s' RESULT | sha256sum */
    static const char sha256[] =
        "2457b1bfa83c84052e4f338501d8cf1c008a7bfbade3dc03d80d44407d441b8e";

    set_clock(END);
    fill_proposal("p1", "900", "f");
    fill_votes("p1", "0", "250", "2");
    fill_votes("p1", "1", "550", "3");
    fill_votes("p1", "2", "100", "1");
    assert_outcome(ask_for_tally("p1"), "; governance.tallied u1");
    ck_assert_int_eq(last.effects[0].kind, EFFECT_TALLY);
    ck_assert_str_eq(effect_text(0),
                     arena_printf(&arena, "p1 %s %s", result, sha256));
    ck_assert_str_eq(detail_of(0),
                     arena_printf(&arena,
                                  "{\"tally\":{\"result\":%s,\"sha256\":\"%s\"}"
                                  "}",
                                  result, sha256));
    assert_outcome(ask_for_tally("p1"), ""); /* it stands */
    ck_assert_uint_eq(last.effect_count, 0);
    assert_rejected(vote("u1", "p1", 1), "voting_closed");
}
END_TEST

/* As RFC 8785 wants it, whose own example is most of this id. */
START_TEST(a_tally_spells_characters_in_one_way)
{
    set_clock(END);
    fill_proposal("\xE2\x82\xAC$\x0F\nA'B\"\\\"/\b\t\f\r\x7F", "", "f");
    assert_outcome(
        ask_for_tally("\xE2\x82\xAC$\\u000F\\u000aA'\\u0042\\u0022\\u005c"
                      "\\\"\\/\\b\\t\\f\\r\\u007f"),
        "; governance.tallied u1");
    ck_assert_contains(detail_of(0),
                       "{\"proposal_id\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\"
                       "\\\"/\\b\\t\\f\\r\x7F\",\"result\"");
}
END_TEST

START_TEST(the_majority_and_the_quorum_decide)
{
    static const struct {
        const char *quorum;
        const char *votes[3]; /* against, for, abstain; NULL: none */
        const char *result;
    } rows[] = {
        {"", {NULL, NULL, NULL}, "rejected"},
        {"0", {NULL, NULL, NULL}, "rejected"},
        {"1", {NULL, NULL, NULL}, "no_quorum"},
        {"", {NULL, "1", NULL}, "passed"},
        {"", {"1", "1", NULL}, "rejected"},
        {"", {"1", "2", "9"}, "passed"},
        {"", {"2", "1", NULL}, "rejected"},
        {"10", {"1", "2", "7"}, "passed"},
        {"11", {"1", "2", "7"}, "no_quorum"},
        {"10", {NULL, "10", NULL}, "passed"},
    };

    set_clock(END);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *id = arena_printf(&arena, "p%zu", i);

        fill_proposal(id, rows[i].quorum, "f");
        for (int j = 0; j < 3; j++)
            if (rows[i].votes[j])
                fill_votes(id, arena_printf(&arena, "%d", j), rows[i].votes[j],
                           "1");
        assert_outcome(ask_for_tally(id), "; governance.tallied u1");
        ck_assert_contains(
            detail_of(0),
            arena_printf(&arena, "\"result\":\"%s\"", rows[i].result));
        ck_assert_int_eq(strstr(detail_of(0), "quorum_required") == NULL,
                         rows[i].quorum[0] == '\0');
    }
}
END_TEST

START_TEST(there_is_no_tally_before_the_end)
{
    assert_rejected(ask_for_tally("p1"), "unknown_proposal");
    fill_proposal("p1", "", "f");
    set_clock("2026-01-12T11:59:59.999999Z");
    assert_rejected(ask_for_tally("p1"), "voting_open");
    set_clock(END);
    assert_rejected(request("governance.tally.requested",
                            "{\"user_address\":\"u2\","
                            "\"proposal_id\":\"p1\"}"),
                    "unknown_proposal");
    assert_outcome(ask_for_tally("p1"), "; governance.tallied u1");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("vote", set_up_votes, tear_down, a_proposal_opens_a_vote,
                    proposals_are_refused_with_a_reason,
                    a_vote_weighs_what_the_snapshot_says,
                    a_vote_in_the_batch_of_its_proposal_weighs_what_was_before,
                    votes_are_refused_with_a_reason, a_vote_may_give_its_reason,
                    a_tally_is_canonical_json_and_its_digest,
                    a_tally_spells_characters_in_one_way,
                    the_majority_and_the_quorum_decide,
                    there_is_no_tally_before_the_end);
}
