/* op_tally.c - the result of a vote, once it is over: a JSON object in
 * canonical form (RFC 8785: members in order of name, no spaces; amounts are
 * strings), whose SHA-256 is published. */
#include "detail.h"
#include "digest.h"
#include "json_text.h"
#include "op.h"
#include "proposal.h"
#include "timestamp.h"

static void
tally_want(struct turn *turn)
{
    op_user(turn);
    proposal_of(turn);
    op_record(turn, RECORD_VOTES_FOR, proposal_id(turn));
}

struct tally {
    int64_t power[CHOICE_COUNT];
    int64_t voters;
};

/* More than an amount can hold is nobody's vote, but it must not be a wrong
 * number. */
static bool
add_up(const struct fact_record *votes, struct tally *tally, struct err *err)
{
    *tally = (struct tally){0};
    for (size_t i = 0; i < votes->row_count; i++) {
        const struct record_row *row = &votes->rows[i];
        int64_t *sum = &tally->power[record_int(row, VOTES_FOR_CHOICE)];
        int64_t power;

        if (!num_parse_int(row->values[VOTES_FOR_POWER], &power) ||
            !num_add(*sum, power, sum))
            return err_set_code(err, ERR_INPUT,
                                reason_name(REASON_AMOUNT_OVERFLOW),
                                "the votes are more than can be counted");
        tally->voters += record_int(row, VOTES_FOR_VOTERS);
    }
    return true;
}

/* Abstentions count for the quorum only. */
static struct str
verdict(const struct tally *tally, const struct record_row *proposal)
{
    int128 all = (int128)tally->power[CHOICE_AGAINST] +
                 tally->power[CHOICE_FOR] + tally->power[CHOICE_ABSTAIN];

    if (proposal->values[PROPOSAL_QUORUM].len &&
        all < record_int(proposal, PROPOSAL_QUORUM))
        return STR("no_quorum");
    return tally->power[CHOICE_FOR] > tally->power[CHOICE_AGAINST]
               ? STR("passed")
               : STR("rejected");
}

/* RFC 8785 has one spelling for each character, other than what the rest of the
 * program writes: \n, not \u000a. */
static void
add_text(struct buf *json, const char *key, struct str text)
{
    static const char controls[] = "\b\t\n\f\r";
    static const char letters[] = "btnfr";

    json_add_key(json, key);
    buf_add_char(json, '"');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        const char *control = c ? strchr(controls, c) : NULL;

        if (control)
            buf_printf(json, "\\%c", letters[control - controls]);
        else if (c == '"' || c == '\\')
            buf_printf(json, "\\%c", c);
        else if ((unsigned char)c < 0x20)
            buf_printf(json, "\\u%04x", (unsigned)c);
        else
            buf_add_char(json, c);
    }
    buf_add_char(json, '"');
}

/* The members are in order of name. */
static struct str
result_of(const struct turn *turn, const struct tally *tally,
          const struct record_row *proposal)
{
    struct detail detail;
    struct buf *json = &detail.json;

    detail_begin(&detail, turn);
    add_text(json, "proposal_id", proposal_id(turn));
    if (proposal->values[PROPOSAL_QUORUM].len)
        detail_minor(&detail, "quorum_required",
                     record_int(proposal, PROPOSAL_QUORUM));
    detail_text(&detail, "result", verdict(tally, proposal));
    detail_int(&detail, "voters", tally->voters);
    detail_minor(&detail, "votes_abstain", tally->power[CHOICE_ABSTAIN]);
    detail_minor(&detail, "votes_against", tally->power[CHOICE_AGAINST]);
    detail_minor(&detail, "votes_for", tally->power[CHOICE_FOR]);
    detail_time(&detail, "voting_end", record_int(proposal, PROPOSAL_END));
    detail_time(&detail, "voting_start", record_int(proposal, PROPOSAL_START));
    buf_add_char(json, '}');
    return buf_str(json);
}

static bool
tally_decide(struct turn *turn, struct err *err)
{
    struct account_state *user = op_user(turn);
    struct fact_record *proposal = proposal_of(turn);
    const struct record_row *row = proposal->rows;
    char sha256[2 * SHA256_BYTES + 1];
    struct effect *effect;
    struct detail detail;
    struct tally tally;
    struct str result;

    if (!proposal->row_count ||
        !str_eq(row->values[PROPOSAL_PROPOSER], user->address))
        return turn_reject(turn, user, REJECT_UNKNOWN_PROPOSAL,
                           "the account has put no such proposal");
    if (record_flag(row, PROPOSAL_TALLIED))
        return true; /* it stands */
    if (turn->facts->now_us < record_int(row, PROPOSAL_END))
        return turn_reject(turn, user, REJECT_VOTING_OPEN,
                           "the vote is not over yet");
    if (!add_up(op_record(turn, RECORD_VOTES_FOR, proposal_id(turn)), &tally,
                err))
        return false;
    result = result_of(turn, &tally, row);
    digest_sha256_hex(result, sha256);
    effect = turn_effect(turn, EFFECT_TALLY, user);
    effect->values[0] = proposal_id(turn);
    effect->values[1] = result;
    effect->values[2] =
        str_dup(turn->arena, str_make(sha256, 2 * SHA256_BYTES));
    detail_open(&detail, turn, "tally");
    detail_json(&detail, "result", result);
    detail_text(&detail, "sha256", effect->values[2]);
    turn_answer(turn, user, "governance.tallied", detail_close(&detail));
    turn_change_row(turn, proposal, 0)->values[PROPOSAL_TALLIED] = STR("t");
    return true;
}

const struct op op_tally = {
    .type = "io.gigchain.governance.tally.requested.v1",
    .want = tally_want,
    .decide = tally_decide,
};
