/* op_transfer.c - from one user to another: two entries that name each other,
 * and a token event for each of the two. */
#include "detail.h"
#include "op.h"

enum { MEMO_MAX_CHARACTERS = 200 };

static void
transfer_want(struct turn *turn)
{
    op_user(turn);
    turn_account(turn, STR("to_address"));
}

/* People read memos, and machines show them: control characters and text
 * directions are for neither. The record is UTF-8 already. */
static bool
is_plain_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if (c < 0x20 || c == 0x7F)
            return false;
        /* U+0080 to U+009F, and the marks U+202A-E and U+2066-9. */
        if (c == 0xC2 && (unsigned char)text.at[i + 1] < 0xA0)
            return false;
        if (c == 0xE2 && i + 2 < text.len) {
            unsigned char second = (unsigned char)text.at[i + 1];
            unsigned char third = (unsigned char)text.at[i + 2];

            if ((second == 0x80 && third >= 0xAA && third <= 0xAE) ||
                (second == 0x81 && third >= 0xA6 && third <= 0xA9))
                return false;
        }
    }
    return str_utf8_length(text) <= MEMO_MAX_CHARACTERS;
}

static struct str
transfer_detail(const struct turn *turn, const char *direction,
                const struct account_state *other, struct str memo)
{
    struct detail detail;

    detail_open(&detail, turn, "transfer");
    detail_text(&detail, "direction", str_from_cstr(direction));
    detail_text(&detail, "counterparty", other->address);
    detail_text_or_null(&detail, "memo", memo);
    return detail_close(&detail);
}

static bool
transfer_decide(struct turn *turn, struct err *err)
{
    struct account_state *from = op_user(turn);
    struct account_state *to = turn_account(turn, STR("to_address"));
    struct str memo = turn_text(turn, STR("memo"));
    bool ok;
    int64_t minor = op_amount(turn, &ok);

    if (!ok)
        return true;
    if (from == to)
        return turn_reject(turn, from, REJECT_SELF_TRANSFER,
                           "sender and receiver are the same account");
    if (!is_plain_text(memo))
        return turn_reject(turn, from, REJECT_INVALID_MEMO,
                           "a memo is at most %d characters of plain text on "
                           "one line",
                           MEMO_MAX_CHARACTERS);
    if (op_short_of(turn, minor))
        return true;
    turn_answer(turn, from, "token.transferred",
                transfer_detail(turn, "sent", to, memo));
    turn_answer(turn, to, "token.transferred",
                transfer_detail(turn, "received", from, memo));
    return turn_transfer(turn, from, to, minor, err);
}

const struct op op_transfer = {
    .type = "io.gigchain.token.transfer.requested.v1",
    .want = transfer_want,
    .decide = transfer_decide,
};
