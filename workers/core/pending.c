/* pending.c - holding back, and what ends it. */
#include "pending.h"

#include "detail.h"
#include "token_name.h"

/* Account fields are locked on both sides of a match, so that of two events
 * that come at the same time one sees the other. */
static bool
check_account_field(struct reader *reader, const struct node *node,
                    const struct event_type *type, struct str path)
{
    struct field field;

    if (find_field(type, path, &field) && field.type == FIELD_ACCOUNT &&
        !field.optional)
        return true;
    return reader_error(reader, node, MISTAKE_BAD_MATCH,
                        "match compares accounts, but %.*s of %.*s is none "
                        "(a required field with format: account)",
                        STR_ARG(path), STR_ARG(type->name));
}

static const struct key pending_keys[] = {
    {"until", true, &shape_type, "The type of event that confirms.",
     "io.gigchain.identity.verified.v1"},
    {"match", true, &shape_expr,
     "Which account of it is which of the rule's own event (origin).",
     "event.data.user_address == origin.data.invitee_address"},
    {"void_after", true, &shape_period, "How long it is waited for.", "30d"},
};

const struct shape pending_shape = {SHAPE_KEYS("pending", pending_keys)};

const struct pending *
pending_compile(struct reader *reader, const struct node *node,
                const struct rule *rule)
{
    struct pending *pending = ARENA_NEW(reader->arena, struct pending);
    const struct node *match;

    if (!read_keys(reader, node, &pending_shape))
        return NULL;
    match = node_get(node, STR("match"));
    pending->until = read_type(reader, node_get(node, STR("until")), "until");
    if (!pending->until ||
        !match_compile(reader, match, &pending->closing_field,
                       &pending->origin_field) ||
        !check_account_field(reader, match, pending->until,
                             pending->closing_field) ||
        !read_period(reader, node_get(node, STR("void_after")), "void_after",
                     &pending->void_after_us))
        return NULL;
    /* That is what the ledger knows events by. */
    if (!str_eq(pending->closing_field, STR("user_address"))) {
        reader_error(reader, match, MISTAKE_BAD_MATCH,
                     "match must compare event.data.user_address, whose event "
                     "it is");
        return NULL;
    }
    for (size_t i = 0; i < rule->form_count; i++)
        if (!check_other_type(reader, node, "until", pending->until,
                              rule->forms[i].type) ||
            !check_account_field(reader, match, rule->forms[i].type,
                                 pending->origin_field))
            return NULL;
    return pending;
}

/* ---- the rule's own event --------------------------------------------------
 */

static struct fact_record *
closing_of(const struct rule *rule, const struct turn *turn,
           struct account_state *confirmer)
{
    struct str keys[RECORD_KEYS];

    closing_keys(rule, confirmer, STR(""), keys);
    return facts_record(turn->facts, RECORD_CLOSING, confirmer, keys);
}

void
pending_want(const struct rule_form *form, struct turn *turn)
{
    const struct pending *pending = form->rule->pending;

    closing_of(form->rule, turn, turn_account(turn, pending->origin_field));
}

static struct str
hold_detail(const struct turn *turn, const struct pending *pending,
            struct str hold_id, int64_t minor, int64_t expires_us)
{
    struct detail detail;

    detail_open(&detail, turn, "pending");
    detail_text(&detail, "hold_id", hold_id);
    detail_minor(&detail, "amount", minor);
    detail_text(&detail, "until", pending->until->name);
    detail_time(&detail, "expires_at", expires_us);
    return detail_close(&detail);
}

static int64_t
part_sum(const struct turn *turn, const struct part *part)
{
    int64_t sum = 0;

    for (size_t i = part->first_offer; i < part->end_offer; i++)
        sum += turn->offers[i].minor; /* the balance held it */
    return sum;
}

bool
pending_hold(struct turn *turn, const struct part *part, struct err *err)
{
    const struct rule *rule = part->form->rule;
    const struct pending *pending = rule->pending;
    struct account_state *confirmer = turn_account(turn, pending->origin_field);
    int64_t expires_us = turn->event->time_us + pending->void_after_us;
    int64_t minor = part_sum(turn, part);
    struct effect *effect;
    struct str hold_id;

    if (minor == 0 || closing_of(rule, turn, confirmer)->row_count)
        return true;
    if (!turn_post(turn, turn_house(turn, HOUSE_PENDING_HELD), part->account,
                   -minor, err))
        return false;
    hold_id =
        thing_id(turn->arena, turn->event, part->account->address, rule->id);
    effect = turn_effect(turn, EFFECT_HOLD, part->account);
    effect->other = confirmer;
    effect->line = rule->ledger;
    effect->values[0] = hold_id;
    effect->values[1] = int_text(turn->arena, minor);
    effect->values[2] = int_text(turn->arena, expires_us);
    turn_answer(turn, part->account, "token.pending",
                hold_detail(turn, pending, hold_id, minor, expires_us))
        ->notify = STR("");
    return true;
}

/* ---- the event it waits for ------------------------------------------------
 */

void
pending_want_closing(const struct closer *closer, struct turn *turn)
{
    closing_of(closer->rule, turn, turn_account(turn, closer->field));
}

void
pending_close(const struct closer *closer, struct turn *turn)
{
    struct account_state *confirmer = turn_account(turn, closer->field);
    struct fact_record *closing = closing_of(closer->rule, turn, confirmer);

    if (!closing->row_count)
        closing_note(turn, closer->rule, confirmer, STR(""), closing);
}
