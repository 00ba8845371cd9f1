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

/* People read memos, and machines show them: control characters, ends of lines,
 * marks of text direction and what nobody sees are for neither. Joiners
 * (U+200C, U+200D) are part of words and emoji. */
static const struct {
    uint32_t first;
    uint32_t last;
} refused[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0x00AD, 0x00AD},   {0x061C, 0x061C},
    {0x200B, 0x200B}, {0x200E, 0x200F}, {0x2028, 0x202E},   {0x2060, 0x2069},
    {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
};

/* Take a character off the text, which is UTF-8: the record was checked. */
static uint32_t
take_character(struct str *text)
{
    unsigned char lead = (unsigned char)text->at[0];
    size_t len = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t character = len == 1 ? lead : lead & (0x7FU >> len);

    for (size_t i = 1; i < len; i++)
        character = character << 6 | (text->at[i] & 0x3F);
    *text = str_make(text->at + len, text->len - len);
    return character;
}

static bool
is_plain_text(struct str text)
{
    if (str_utf8_length(text) > MEMO_MAX_CHARACTERS)
        return false;
    while (text.len) {
        uint32_t character = take_character(&text);

        for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
            if (character >= refused[i].first && character <= refused[i].last)
                return false;
    }
    return true;
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
    if ((str_starts_with(to->address, STR("0x")) ||
         str_starts_with(to->address, STR("0X"))) &&
        !account_is_address(to->address))
        return turn_reject(turn, from, REJECT_INVALID_ADDRESS,
                           "to_address begins like an address and is none: 0x "
                           "and 40 hexadecimal digits");
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
