/* notification.c - fills in a rule's texts and makes them fit: push services
 * refuse what is too large, and a refused message is one that nobody gets. */
#include "notification.h"

#include <assert.h>

#include "digest.h"
#include "json_text.h"
#include "kept.h"
#include "template.h"

#define ADD(buf, literal) buf_add(buf, literal, sizeof(literal) - 1)

/* What to do without, tried in this order until the object fits. The last one
 * always does, whatever has to be escaped. */
static const struct diet {
    bool own_data;
    bool fields;
    size_t title_max;
    size_t body_max;
} diets[] = {
    {true, true, TOKEN_TITLE_MAX_BYTES, TOKEN_BODY_MAX_BYTES},
    {true, false, TOKEN_TITLE_MAX_BYTES, TOKEN_BODY_MAX_BYTES},
    {false, false, TOKEN_TITLE_MAX_BYTES, TOKEN_BODY_MAX_BYTES},
    {false, false, 100, 300},
};

enum { DIET_COUNT = sizeof(diets) / sizeof(*diets) };

/* Bytes of the text, at most `max`, that do not end inside a character. */
static size_t
whole_characters(struct str text, size_t max)
{
    size_t len = text.len < max ? text.len : max;

    while (len && len < text.len &&
           ((unsigned char)text.at[len] & 0xC0) == 0x80)
        len--;
    return len;
}

static void
cut(struct buf *text, size_t max)
{
    if (text->len <= max)
        return;
    text->len = whole_characters(buf_str(text), max - 3);
    ADD(text, "\xE2\x80\xA6"); /* an ellipsis */
}

/* What is cut off an id that tells messages apart is replaced by a digest of
 * the whole. */
static void
cut_collapse_id(struct buf *text)
{
    enum { DIGITS = 16 };
    char hex[2 * SHA256_BYTES + 1];

    if (text->len <= TOKEN_COLLAPSE_MAX_BYTES)
        return;
    digest_sha256_hex(buf_str(text), hex);
    text->len =
        whole_characters(buf_str(text), TOKEN_COLLAPSE_MAX_BYTES - DIGITS - 1);
    buf_add_char(text, '~');
    buf_add(text, hex, DIGITS);
}

static struct buf *
expand(struct token_writer *writer, struct str text,
       const struct template_scope *scope)
{
    buf_clear(&writer->text);
    template_expand(&writer->text, text, scope);
    return &writer->text;
}

static void
add_texts(struct token_writer *writer, const struct notify *notify,
          const struct template_scope *scope, const struct diet *diet)
{
    struct buf *json = &writer->notification;
    struct buf *text = &writer->text;

    ADD(json, "{\"category\":");
    buf_clear(text);
    buf_add_str(text, notify->category);
    cut(text, TOKEN_CATEGORY_MAX_BYTES);
    json_add_string(json, buf_str(text));
    ADD(json, ",\"title\":");
    cut(expand(writer, notify->title, scope), diet->title_max);
    json_add_string(json, buf_str(text));
    ADD(json, ",\"body\":");
    cut(expand(writer, notify->body, scope), diet->body_max);
    json_add_string(json, buf_str(text));
    ADD(json, ",\"collapse_id\":");
    cut_collapse_id(expand(writer, notify->collapse, scope));
    if (text->len)
        json_add_string(json, buf_str(text));
    else
        ADD(json, "null");
    ADD(json, ",\"ttl_seconds\":");
    buf_add_int(json, notify->ttl_s);
}

static void
add_member(struct buf *json, struct str key, struct str text)
{
    if (json->at[json->len - 1] != '{')
        buf_add_char(json, ',');
    json_add_string(json, key);
    buf_add_char(json, ':');
    json_add_string(json, text);
}

/* A name the rule gives a text of its own is not repeated. */
static bool
is_own(const struct notify *notify, struct str key)
{
    for (size_t i = 0; i < notify->data_count; i++)
        if (str_eq(notify->data[i].key, key))
            return true;
    return false;
}

/* Values are strings: FCM takes nothing else. */
static void
add_data(struct token_writer *writer, const struct notify *notify,
         const struct template_scope *scope, const struct diet *diet)
{
    struct buf *json = &writer->notification;

    ADD(json, ",\"data\":{");
    for (size_t i = 0; i < scope->data_count && diet->fields; i++)
        if (!diet->own_data || !is_own(notify, scope->data[i].name))
            add_member(json, scope->data[i].name, scope->data[i].text);
    for (size_t i = 0; i < notify->data_count && diet->own_data; i++)
        add_member(json, notify->data[i].key,
                   buf_str(expand(writer, notify->data[i].text, scope)));
    ADD(json, "}}");
}

/* contract_id, if any, before the other fields that were kept. */
static size_t
read_fields(struct token_writer *writer, const struct token_source *source,
            const struct template_field **fields)
{
    const struct template_field *kept;
    size_t count = kept_read(writer->arena, source->kept, &kept);
    struct template_field *all;

    *fields = kept;
    if (!source->contract_id.at)
        return count;
    all = arena_array(writer->arena, count + 1, sizeof(*all));
    all[0] = (struct template_field){STR("contract_id"), source->contract_id};
    if (count)
        memcpy(all + 1, kept, count * sizeof(*all));
    *fields = all;
    return count + 1;
}

/* The members of an answer, or of the one object in it. */
static size_t
read_answer(struct token_writer *writer, struct str detail,
            const struct template_field **fields)
{
    const char *colon = detail.len ? memchr(detail.at, ':', detail.len) : NULL;

    if (colon && colon[1] == '{')
        detail =
            str_make(colon + 1, detail.len - (size_t)(colon - detail.at) - 2);
    return kept_read(writer->arena, detail, fields);
}

/* Both amounts as people read them, in the writer's buffer for numbers. */
static void
print_amounts(struct token_writer *writer, const struct token_source *source,
              int64_t total_minor, struct str *amount, struct str *balance)
{
    struct buf *numbers = &writer->numbers;
    size_t len;

    buf_clear(numbers);
    template_amount(numbers, total_minor, source->scale);
    len = numbers->len;
    template_amount(numbers, source->balance_after_minor, source->scale);
    *amount = str_make(numbers->at, len);
    *balance = str_make(numbers->at + len, numbers->len - len);
}

struct str
notification_render(struct token_writer *writer,
                    const struct token_source *source, int64_t total_minor)
{
    struct template_field fields[] = {
        {STR("amount"), {0}},
        {STR("balance"), {0}},
        {STR("account"), source->account},
        {STR("event.id"), source->event_id},
    };
    struct template_scope scope = {
        .fields = fields,
        .field_count = sizeof(fields) / sizeof(*fields),
    };

    print_amounts(writer, source, total_minor, &fields[0].text,
                  &fields[1].text);
    scope.data_count = read_fields(writer, source, &scope.data);
    scope.answer_count = read_answer(writer, source->detail, &scope.answer);
    for (size_t i = 0; i < DIET_COUNT; i++) {
        buf_clear(&writer->notification);
        add_texts(writer, source->notify, &scope, &diets[i]);
        add_data(writer, source->notify, &scope, &diets[i]);
        if (writer->notification.len <= TOKEN_NOTIFICATION_MAX_BYTES)
            break;
    }
    assert(writer->notification.len <= TOKEN_NOTIFICATION_MAX_BYTES);
    return buf_str(&writer->notification);
}
