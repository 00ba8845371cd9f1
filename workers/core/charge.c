/* charge.c - prices by item: what a thing costs, for how long or for which
 * contract it counts. */
#include "charge.h"

#include "detail.h"
#include "line.h"
#include "quote.h"
#include "template.h"
#include "timestamp.h"
#include "trace.h"

enum { ITEM_MAX_BYTES = 100 };

struct price {
    struct str item;
    struct ratio cost;
    const struct expr *asked;    /* a price within a band; NULL: cost */
    const struct expr *is_asked; /* whether the request names one */
    struct ratio least;
    struct ratio most;
    int64_t days; /* 0: for good */
    bool per_contract;
    struct place place;
};

struct charge {
    struct str id; /* of its line */
    const struct ledger_line *ledger;
    const struct expr *by;
    struct price *prices;
    size_t price_count;
    const struct expr *guard; /* NULL: none */
    struct place guard_place;
};

/* ---- shapes -----------------------------------------------------------------
 */

static const struct shape asked_shape = {
    .kind = SHAPE_STRING, .pattern = "^event\\.data\\.[A-Za-z0-9_.]+$"};

static const struct key band_keys[] = {
    {"from", true, &asked_shape, "The field of the request that names a price.",
     "event.data.price"},
    {"min", true, &shape_positive, "The least that it may be.", "500"},
    {"max", true, &shape_positive, "The most that it may be.", "5000"},
};

static const struct shape band_shape = {
    SHAPE_KEYS("a band of prices", band_keys)};

static const struct shape cost_shape = {.kind = SHAPE_POSITIVE,
                                        .otherwise = &band_shape};

static const struct shape days_shape = {
    .kind = SHAPE_INTEGER, .min = 1, .max = PERIOD_MAX_DAYS};

static const char *const per_words[] = {"contract"};
static const struct shape per_shape = {SHAPE_WORDS(per_words)};

static const struct key price_keys[] = {
    {"cost", true, &cost_shape,
     "The price; or a band, in which the request names it.", "5000"},
    {"days", false, &days_shape,
     "For how many days it counts; without it, for good.", "7"},
    {"per", false, &per_shape, "It counts for the contract of the request.",
     "contract"},
};

static const struct shape price_shape = {SHAPE_KEYS("a price", price_keys)};

static const struct shape rows_shape = {
    .kind = SHAPE_MAP, .min = 1, .max = TABLE_ROWS_MAX, .of = &price_shape};

static const char *const reject_words[] = {"reject"};
const struct shape reject_shape = {SHAPE_WORDS(reject_words)};

static const struct key list_keys[] = {
    {"by", true, &shape_expr, "The text that names the item.",
     "event.data.item"},
    {"rows", true, &rows_shape, "Prices by item.",
     "{\"featured_profile\": {\"cost\": 5000, \"days\": 7}}"},
    {"missing", true, &reject_shape, "Other items are refused.", "reject"},
};

static const struct shape list_shape = {SHAPE_KEYS("price", list_keys)};

static const struct key charge_keys[] = {
    {"id", true, &shape_id, "Its name in the ledger, for ever.", "item"},
    {"price", true, &list_shape, "The price list.", NULL},
    {"description", false, &shape_description,
     "Goes with each entry in the ledger, for people.", "Premium items"},
};

static const struct shape line_of_charge_shape = {
    SHAPE_KEYS("a charge", charge_keys)};

const struct shape charge_shape = {
    .kind = SHAPE_LIST, .min = 1, .max = 1, .of = &line_of_charge_shape};

/* ---- compiling --------------------------------------------------------------
 */

static bool
is_name(struct str text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";

    for (size_t i = 0; i < text.len; i++)
        if (!memchr(allowed, text.at[i], sizeof(allowed) - 1))
            return false;
    return text.len > 0;
}

/* The field may be missing from a request: then there is no price. */
static void
compile_asked(struct reader *reader, const struct node *node,
              struct price *price)
{
    const struct expr_known *known = reader->scope.known;
    struct node *has = node_copy(reader->arena, node);
    struct str path;

    if (!node_is_string(node) || !template_data_path(node->text, &path) ||
        !is_name(path)) {
        reader_error(reader, node, MISTAKE_FIELD_WANTED,
                     "from must be a field of the request such as "
                     "event.data.price, not %s",
                     reader_describe(reader, node));
        return;
    }
    has->text = str_from_cstr(
        arena_printf(reader->arena, "has(%.*s)", STR_ARG(node->text)));
    price->is_asked = read_expr(reader, has, "from");
    if (price->is_asked) {
        expr_assume(&reader->scope, price->is_asked);
        price->asked = read_number_expr(reader, node, "from");
    }
    reader->scope.known = known;
}

/* A price that can be paid to the last decimal. */
static bool
read_cost(struct reader *reader, const struct node *node, const char *what,
          struct ratio *cost)
{
    int scale = reader->ruleset->scale;
    struct ratio rounded;

    if (!read_positive(reader, node, what, cost))
        return false;
    if (ratio_round(*cost, scale, ROUND_FLOOR, &rounded) &&
        ratio_compare(rounded, *cost) == 0)
        return true;
    return reader_error(reader, node, MISTAKE_TOO_PRECISE,
                        "%s must have at most %d decimals", what, scale);
}

/* `{from: FIELD, min: NUMBER, max: NUMBER}`. */
static void
compile_band(struct reader *reader, const struct node *node,
             struct price *price)
{
    if (!read_keys(reader, node, &band_shape))
        return;
    compile_asked(reader, node_get(node, STR("from")), price);
    if (!read_cost(reader, node_get(node, STR("min")), "min", &price->least) ||
        !read_cost(reader, node_get(node, STR("max")), "max", &price->most))
        return;
    if (ratio_compare(price->least, price->most) > 0)
        reader_error(reader, node, MISTAKE_WRONG_ORDER, "min is above max");
}

static void
compile_terms(struct reader *reader, const struct node *node,
              struct price *price)
{
    const struct node *days = node_get(node, STR("days"));
    const struct node *per = node_get(node, STR("per"));
    const struct event_type *type = reader->scope.type;
    struct field field;
    size_t index;

    if (per && read_word(reader, per, "per", per_words, 1, &index))
        price->per_contract = true;
    if (price->per_contract && !find_field(type, STR("contract_id"), &field))
        reader_error(reader, per, MISTAKE_UNFIT_TYPE,
                     "per: contract is for requests that can name one, but "
                     "%.*s has no contract_id",
                     STR_ARG(type->name));
    if (!days)
        return;
    if (days->kind != NODE_INT || days->integer < 1 ||
        days->integer > PERIOD_MAX_DAYS)
        reader_error(reader, days, MISTAKE_OUT_OF_BOUNDS,
                     "days must be a whole number from 1 to %d",
                     PERIOD_MAX_DAYS);
    else
        price->days = days->integer;
}

static void
compile_price(struct reader *reader, const struct node_member *member,
              struct price *price)
{
    const struct node *cost;

    price->item = str_dup(reader->arena, member->key);
    price->cost = ratio_from_int(0);
    price->place = (struct place){member->line, member->column};
    if (member->key.len > ITEM_MAX_BYTES)
        reader_key_error(reader, member, MISTAKE_BAD_TEXT,
                         "an item is at most %d bytes long", ITEM_MAX_BYTES);
    if (!read_keys(reader, member->value, &price_shape))
        return;
    cost = node_get(member->value, STR("cost"));
    if (cost->kind == NODE_OBJECT)
        compile_band(reader, cost, price);
    else if (!read_cost(reader, cost, "cost", &price->cost))
        return;
    compile_terms(reader, member->value, price);
}

static void
compile_rows(struct reader *reader, const struct node *node,
             struct charge *charge)
{
    if (node->kind != NODE_OBJECT || node->member_count == 0 ||
        node->member_count > TABLE_ROWS_MAX) {
        reader_error(reader, node, kind_or_size(node, NODE_OBJECT),
                     "rows must be a mapping of 1 to %d items to prices",
                     TABLE_ROWS_MAX);
        return;
    }
    charge->prices =
        arena_array(reader->arena, node->member_count, sizeof(*charge->prices));
    for (size_t i = 0; i < node->member_count; i++)
        compile_price(reader, &node->members[i],
                      &charge->prices[charge->price_count++]);
}

static void
compile_price_list(struct reader *reader, const struct node *node,
                   struct charge *charge)
{
    size_t index;

    if (!read_keys(reader, node, &list_shape))
        return;
    if (!read_word(reader, node_get(node, STR("missing")), "missing",
                   reject_words, 1, &index))
        return;
    charge->by = read_expr(reader, node_get(node, STR("by")), "by");
    if (charge->by && expr_type(charge->by) != VALUE_STRING)
        reader_error(reader, node_get(node, STR("by")), MISTAKE_WRONG_RESULT,
                     "by must be a text, the name of an item");
    compile_rows(reader, node_get(node, STR("rows")), charge);
}

/* The one line of the list, under whose name it is posted. */
static void
compile_line(struct reader *reader, const struct node *node,
             struct charge *charge)
{
    const struct node *line = node->kind == NODE_LIST && node->item_count == 1
                                  ? node->items[0]
                                  : NULL;
    const struct node *description;
    struct ledger_line *ledger;

    if (!line) {
        reader_error(reader, node, kind_or_size(node, NODE_LIST),
                     "charge must be a list of one line");
        return;
    }
    if (!read_keys(reader, line, &line_of_charge_shape) ||
        !read_id(reader, node_get(line, STR("id")), "a line id", &charge->id))
        return;
    ledger = ledger_name(reader,
                         str_from_cstr(arena_printf(reader->arena, "%.*s.%.*s",
                                                    STR_ARG(reader->rule->id),
                                                    STR_ARG(charge->id))));
    ledger->pays = true;
    ledger->type = &entry_spend;
    ledger->description = reader->rule->ledger->description;
    description = node_get(line, STR("description"));
    if (description && !read_text(reader, description, "description",
                                  DESCRIPTION_MAX_BYTES, &ledger->description))
        return;
    ledger_register(reader, ledger);
    charge->ledger = ledger;
    compile_price_list(reader, node_get(line, STR("price")), charge);
}

static void
compile_guard(struct reader *reader, const struct node_member *member,
              struct charge *charge)
{
    const struct node *node = member->value;

    charge->guard_place = (struct place){member->line, member->column};
    reader->scope.charge = charge->id;
    charge->guard = read_expr(reader, node, "guard");
    reader->scope.charge = (struct str){0};
    if (charge->guard && expr_type(charge->guard) != VALUE_BOOL)
        reader_error(reader, node, MISTAKE_WRONG_RESULT,
                     "guard must be true or false, but %s has type %s",
                     quoted(reader->arena, node->text),
                     value_type_name(expr_type(charge->guard)));
}

/* Every request of the kind is charged alike. */
static void
refuse_conditions(struct reader *reader, const struct node *rule_node)
{
    static const char *const words[] = {"once", "limit"};

    for (int i = 0; i < 2; i++) {
        const struct node *node = node_get(rule_node, str_from_cstr(words[i]));

        if (node)
            reader_error(reader, node, MISTAKE_NOT_TOGETHER,
                         "a rule that charges takes no %s", words[i]);
    }
}

const struct charge *
charge_compile(struct reader *reader, const struct node *rule_node)
{
    struct charge *charge = ARENA_NEW(reader->arena, struct charge);
    size_t errors = reader->diags->errors;
    const struct node_member *guard = node_member(rule_node, STR("guard"));
    const struct node *lacking = node_get(rule_node, STR("short"));
    size_t index;

    refuse_conditions(reader, rule_node);
    if (!lacking)
        reader_error(reader, rule_node, MISTAKE_UNSAID,
                     "a charge needs short: reject (an account that has too "
                     "little is charged nothing)");
    else if (!read_word(reader, lacking, "short", reject_words, 1, &index))
        return NULL;
    compile_line(reader, node_get(rule_node, STR("charge")), charge);
    if (guard)
        compile_guard(reader, guard, charge);
    return reader->diags->errors == errors ? charge : NULL;
}

bool
charge_row(const struct charge *charge, size_t index, struct row_view *row)
{
    const struct price *price = &charge->prices[index];

    if (index >= charge->price_count)
        return false;
    *row = (struct row_view){
        .key = price->item,
        .place = price->place,
        .ledger = charge->ledger,
    };
    return true;
}

const struct ledger_line *
charge_ledger(const struct charge *charge)
{
    return charge->ledger;
}

const struct expr *
charge_guard(const struct charge *charge, struct place *place)
{
    *place = charge->guard_place;
    return charge->guard;
}

/* ---- deciding
 * -----------------------------------------------------------------
 */

/* A purchase on its way. */
struct purchase {
    const struct price *price;
    struct str contract_id; /* empty unless it is for one */
    int64_t minor;
    int64_t from_us;
    int64_t until_us; /* INT64_MAX: for good */
};

/* The price of the item asked for, or NULL. */
static bool
find_price(const struct charge *charge, const struct turn *turn,
           struct str *item, const struct price **price, struct err *err)
{
    struct value value;

    if (!turn_eval(turn, charge->ledger, charge->by, &value, err))
        return false;
    *item = value.string;
    *price = NULL;
    for (size_t i = 0; i < charge->price_count; i++)
        if (str_eq(charge->prices[i].item, value.string))
            *price = &charge->prices[i];
    if (*price)
        trace_row(turn->trace, charge->ledger,
                  (size_t)(*price - charge->prices));
    return true;
}

static struct fact_record *
entitlement_of(const struct turn *turn, const struct price *price,
               struct str contract_id)
{
    const struct str keys[RECORD_KEYS] = {turn->account->address, price->item,
                                          contract_id};

    return facts_record(turn->facts, RECORD_ENTITLEMENT, turn->account, keys);
}

/* What the item is bought for: empty unless it is per contract. */
static struct str
contract_of(const struct turn *turn, const struct price *price)
{
    return price->per_contract ? turn_text(turn, STR("contract_id")) : STR("");
}

void
charge_want(const struct charge *charge, struct turn *turn, struct err *ignored)
{
    const struct price *price;
    struct str item;

    if (find_price(charge, turn, &item, &price, ignored) && price)
        entitlement_of(turn, price, contract_of(turn, price));
}

static bool
reject_band(struct turn *turn, const struct price *price)
{
    struct buf least;
    struct buf most;

    buf_init(&least, turn->arena);
    buf_init(&most, turn->arena);
    ratio_print(&least, price->least);
    ratio_print(&most, price->most);
    return turn_reject(turn, turn->account, REJECT_PRICE_OUT_OF_RANGE,
                       "the request must name a price for %.*s, from %.*s to "
                       "%.*s",
                       STR_ARG(price->item), STR_ARG(buf_str(&least)),
                       STR_ARG(buf_str(&most)));
}

/* The price within a band; *cost is left alone where the request has none. */
static bool
read_asked(const struct charge *charge, struct turn *turn,
           const struct price *price, struct ratio *cost, struct err *err)
{
    struct value value;

    if (!turn_eval(turn, charge->ledger, price->is_asked, &value, err))
        return false;
    return !value.boolean ||
           turn_number(turn, charge->ledger, price->asked, cost, err);
}

/* The amount, in full minor units; out of the band it is refused. */
static bool
price_amount(const struct charge *charge, struct turn *turn,
             struct purchase *purchase, struct err *err)
{
    const struct price *price = purchase->price;
    struct ratio cost = price->cost;
    int scale = turn->ruleset->scale;

    if (price->asked && !read_asked(charge, turn, price, &cost, err))
        return false;
    if (price->asked && (ratio_compare(cost, price->least) < 0 ||
                         ratio_compare(cost, price->most) > 0))
        return reject_band(turn, price);
    if (!ratio_to_minor(cost, scale, ROUND_FLOOR, &purchase->minor))
        return turn_overflow(err, charge->ledger);
    if (ratio_compare(ratio_from_minor(purchase->minor, scale), cost) != 0)
        return turn_reject(turn, turn->account, REJECT_INVALID_AMOUNT,
                           "a price has at most %d decimals", scale);
    turn->extras[EXTRA_CHARGE] = cost;
    return true;
}

static bool
check_guard(const struct charge *charge, struct turn *turn,
            const struct purchase *purchase, struct err *err)
{
    struct value value;
    struct buf price;

    if (!charge->guard)
        return true;
    if (!turn_eval(turn, charge->ledger, charge->guard, &value, err))
        return false;
    if (value.boolean)
        return true;
    buf_init(&price, turn->arena);
    num_print_minor(&price, purchase->minor, turn->ruleset->scale);
    return turn_reject(
        turn, turn->account, REJECT_PRICE_CHANGED, "the price of %.*s is %.*s",
        STR_ARG(purchase->price->item), STR_ARG(buf_str(&price)));
}

/* Buying again adds to what is left. What does not run out can be bought once
 * for a contract, otherwise as often as one likes. */
static void
find_term(struct turn *turn, struct purchase *purchase)
{
    const struct price *price = purchase->price;
    const struct fact_record *held =
        entitlement_of(turn, price, purchase->contract_id);
    const struct record_row *latest =
        held->row_count ? &held->rows[held->row_count - 1] : NULL;

    purchase->from_us = turn->event->time_us;
    purchase->until_us = INT64_MAX;
    if (price->per_contract && !price->days && latest) {
        turn_reject(turn, turn->account, REJECT_ALREADY_ENTITLED,
                    "%.*s was bought for this contract before",
                    STR_ARG(price->item));
        return;
    }
    if (!price->days)
        return;
    if (latest && latest->values[ENTITLEMENT_UNTIL].len &&
        record_int(latest, ENTITLEMENT_UNTIL) > purchase->from_us)
        purchase->from_us = record_int(latest, ENTITLEMENT_UNTIL);
    purchase->until_us = purchase->from_us + price->days * US_PER_DAY;
}

static void
note_purchase(const struct charge *charge, struct turn *turn,
              const struct purchase *purchase)
{
    struct effect *effect =
        turn_effect(turn, EFFECT_ENTITLEMENT, turn->account);
    bool ends = purchase->until_us != INT64_MAX;
    struct detail detail;

    effect->line = charge->ledger;
    effect->values[0] = purchase->price->item;
    effect->values[1] = purchase->contract_id;
    effect->values[2] = int_text(turn->arena, purchase->from_us);
    if (ends)
        effect->values[3] = int_text(turn->arena, purchase->until_us);
    detail_open(&detail, turn, "entitlement");
    detail_text(&detail, "item", purchase->price->item);
    detail_time(&detail, "from", purchase->from_us);
    if (ends)
        detail_time(&detail, "until", purchase->until_us);
    else
        detail_text_or_null(&detail, "until", STR(""));
    detail_text_or_null(&detail, "contract_id", purchase->contract_id);
    turn_answer(turn, turn->account, "token.spent", detail_close(&detail));
    turn_add_row(turn,
                 entitlement_of(turn, purchase->price, purchase->contract_id))
        ->values[ENTITLEMENT_UNTIL] =
        ends ? int_text(turn->facts->arena, purchase->until_us) : STR("");
}

bool
charge_decide(const struct charge *charge, struct turn *turn, struct err *err)
{
    struct purchase purchase = {0};
    struct str item;

    if (!find_price(charge, turn, &item, &purchase.price, err))
        return false;
    if (!purchase.price)
        return turn_reject(turn, turn->account, REJECT_UNKNOWN_ITEM,
                           "there is no item %s", quoted(turn->arena, item));
    purchase.contract_id = contract_of(turn, purchase.price);
    if (purchase.price->per_contract && !purchase.contract_id.len)
        return turn_reject(turn, turn->account, REJECT_MISSING_CONTRACT,
                           "%.*s is bought for a contract; name it in "
                           "contract_id",
                           STR_ARG(item));
    if (!price_amount(charge, turn, &purchase, err))
        return false;
    if (!turn->rejection && !check_guard(charge, turn, &purchase, err))
        return false;
    if (!turn->rejection)
        find_term(turn, &purchase);
    if (turn->rejection)
        return true;
    if (turn_purse(turn, turn->account)->now.balance_minor < purchase.minor)
        return turn_reject_funds(turn, turn->account, purchase.minor);
    if (!turn_post(turn, charge->ledger, turn->account, -purchase.minor, err))
        return false;
    note_purchase(charge, turn, &purchase);
    return true;
}
