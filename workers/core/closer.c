/* closer.c - what both kinds of closer share. */
#include "closer.h"

#include <string.h>

#include "pending.h"
#include "reversal.h"

static struct str
trimmed(struct str text)
{
    while (text.len && text.at[0] == ' ')
        text = str_make(text.at + 1, text.len - 1);
    while (text.len && text.at[text.len - 1] == ' ')
        text.len--;
    return text;
}

/* `ROOT.data.FIELD`; *field is copied. */
static bool
read_side(struct reader *reader, struct str text, struct str root,
          struct str *field)
{
    text = trimmed(text);
    if (!str_starts_with(text, root) || text.len == root.len)
        return false;
    text = str_make(text.at + root.len, text.len - root.len);
    for (size_t i = 0; i < text.len; i++)
        if (!(text.at[i] == '_' || (text.at[i] >= 'a' && text.at[i] <= 'z') ||
              (text.at[i] >= '0' && text.at[i] <= '9')))
            return false;
    *field = str_dup(reader->arena, text);
    return true;
}

bool
match_compile(struct reader *reader, const struct node *node,
              struct str *event_field, struct str *origin_field)
{
    struct str text = node_is_string(node) ? node->text : (struct str){0};
    const char *equals = text.len ? memmem(text.at, text.len, "==", 2) : NULL;
    size_t left = equals ? (size_t)(equals - text.at) : 0;

    if (equals &&
        read_side(reader, str_make(text.at, left), STR("event.data."),
                  event_field) &&
        read_side(reader, str_make(equals + 2, text.len - left - 2),
                  STR("origin.data."), origin_field))
        return true;
    return reader_error(reader, node, MISTAKE_BAD_MATCH,
                        "match must be \"event.data.FIELD == "
                        "origin.data.FIELD\", not %s",
                        reader_describe(reader, node));
}

bool
check_other_type(struct reader *reader, const struct node *node,
                 const char *what, const struct event_type *closing,
                 const struct event_type *paying)
{
    return closing != paying ||
           reader_error(reader, node, MISTAKE_OWN_TRIGGER,
                        "%s cannot be what the rule pays for", what);
}

void
closing_keys(const struct rule *rule, const struct account_state *account,
             struct str contract_id, struct str keys[RECORD_KEYS])
{
    keys[0] = rule->id;
    keys[1] = account->address;
    keys[2] = contract_id;
}

struct str
event_identity(const struct turn *turn, const struct event *event)
{
    struct buf text;

    buf_init(&text, turn->arena);
    buf_add_str(&text, event->source);
    buf_add_char(&text, '\n'); /* in neither of them */
    buf_add_str(&text, event->id);
    return buf_str(&text);
}

void
closing_note(struct turn *turn, const struct rule *rule,
             struct account_state *account, struct str contract_id,
             struct fact_record *closing)
{
    struct effect *effect = turn_effect(turn, EFFECT_CLOSING, account);
    struct purse *purse = turn_purse(turn, account);

    effect->line = rule->ledger;
    effect->values[0] = contract_id;
    turn_add_row(turn, closing)->values[CLOSING_EVENT] =
        event_identity(turn, turn->event);
    purse->now.funds_changed |= !(purse->now.side & SIDE_CLOSINGS);
    purse->now.side |= SIDE_CLOSINGS;
}

void
closer_want(const struct closer *closer, struct turn *turn, struct err *ignored)
{
    if (closer->reverses)
        reversal_want_origin(closer, turn, ignored);
    else
        pending_want_closing(closer, turn);
}

bool
closer_decide(const struct closer *closer, struct turn *turn, struct err *err)
{
    if (closer->reverses)
        return reversal_decide(closer, turn, err);
    pending_close(closer, turn);
    return true;
}
