/* yaml.c - libyaml's events to a tree. libyaml gives the marks and the
 * grammar; everything it lets pass in silence is refused here. */
#include "yaml.h"

#include <yaml.h>

#include "map.h"
#include "mistake.h"
#include "quote.h"
#include "yaml_scalar.h"

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct diag_list *diags;
    const char *file;
    struct str text;
    struct yaml_spellings *spellings;
    size_t
        cursor_chars; /* a place in text, kept since marks count characters */
    size_t cursor_bytes;
    size_t refused_at; /* character + 1 of the last refused start of a node */
    bool stopped;      /* nothing more can be read */
};

static void PRINTF_LIKE(4, 5)
    complain(struct reader *reader, yaml_mark_t at, enum mistake mistake,
             const char *format, ...)
{
    va_list args;

    va_start(args, format);
    mistake_add_list(reader->diags, mistake, reader->file, (int)at.line + 1,
                     (int)at.column + 1, format, args);
    va_end(args);
}

/* The mark of a byte offset, which is all libyaml tells of a bad byte. */
static yaml_mark_t
mark_of_byte(struct str text, size_t offset)
{
    yaml_mark_t mark = {0};

    for (size_t i = 0; i < offset && i < text.len; i++) {
        if (text.at[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if (((unsigned char)text.at[i] & 0xC0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

/* What an author most likely has to do about libyaml's words. */
static const char *
syntax_hint(const char *context, const char *problem)
{
    static const struct {
        const char *part;
        const char *hint;
    } hints[] = {
        {"an anchor", "an expression with `!`, `&` or `*` must be in quotes"},
        {"an alias", "an expression with `!`, `&` or `*` must be in quotes"},
        {"a tag", "an expression with `!`, `&` or `*` must be in quotes"},
        {"tag handle", "an expression that starts with `!` must be in "
                       "quotes"},
        {"mapping values", "a text with `: ` in it must be in quotes"},
        {"cannot start", "indent with spaces, not tabs, and quote a text "
                         "that starts with `@`, `%` or a backtick"},
    };

    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
        if (strstr(context, hints[i].part) || strstr(problem, hints[i].part))
            return hints[i].hint;
    return "";
}

static void
complain_syntax(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *context = parser->context ? parser->context : "";
    const char *problem = parser->problem ? parser->problem : "cannot be read";
    yaml_mark_t at = parser->problem_mark;
    enum mistake mistake = MISTAKE_SYNTAX;

    if (parser->error == YAML_READER_ERROR) {
        at = mark_of_byte(reader->text, parser->problem_offset);
        mistake = MISTAKE_BYTES;
    }
    complain(reader, at, mistake, "not valid YAML: %s%s%s%s", problem,
             *context ? " (" : "", context, *context ? ")" : "");
    diag_help(reader->diags, "%s", syntax_hint(context, problem));
}

/* The next event, to be deleted by the caller; false after complaining. */
static bool
next_event(struct reader *reader, yaml_event_t *event)
{
    if (reader->stopped || diag_is_full(reader->diags)) {
        reader->stopped = true;
        return false;
    }
    if (yaml_parser_parse(&reader->parser, event))
        return true;
    complain_syntax(reader);
    reader->stopped = true;
    return false;
}

/* The character at a mark. Marks grow, so the cursor rarely goes back. */
static char
char_at(struct reader *reader, yaml_mark_t mark)
{
    if (mark.index < reader->cursor_chars) {
        reader->cursor_chars = 0;
        reader->cursor_bytes = 0;
    }
    while (reader->cursor_chars < mark.index &&
           reader->cursor_bytes < reader->text.len) {
        do
            reader->cursor_bytes++;
        while (reader->cursor_bytes < reader->text.len &&
               ((unsigned char)reader->text.at[reader->cursor_bytes] & 0xC0) ==
                   0x80);
        reader->cursor_chars++;
    }
    return reader->cursor_bytes < reader->text.len
               ? reader->text.at[reader->cursor_bytes]
               : '\0';
}

/* By the source text, not by the event: libyaml drops a lone `!` without a
 * word, and with it the negation of `when: ! x`. */
static void
refuse_signs(struct reader *reader, yaml_mark_t at)
{
    static const struct sign {
        const char *what;
        const char *help;
    } refused[256] = {
        ['!'] = {"tags",
                 "an expression that starts with `!` must be in quotes"},
        ['&'] = {"anchors", "write the value out, or quote it"},
        ['*'] = {"aliases", "write the value out, or quote it"},
    };
    const struct sign *sign = &refused[(unsigned char)char_at(reader, at)];

    /* A mapping starts where its first key does: say it once. */
    if (!sign->what || reader->refused_at == at.index + 1)
        return;
    reader->refused_at = at.index + 1;
    complain(reader, at, MISTAKE_SIGN, "%s are not supported; %s", sign->what,
             sign->help);
}

static struct str
scalar_text(struct reader *reader, const yaml_event_t *event)
{
    struct str text =
        str_dup(reader->arena, str_make((const char *)event->data.scalar.value,
                                        event->data.scalar.length));

    if (text.len && memchr(text.at, '\0', text.len))
        complain(reader, event->start_mark, MISTAKE_BYTES,
                 "a text cannot hold a NUL");
    return text;
}

static void
read_scalar(struct reader *reader, const yaml_event_t *event, struct node *node)
{
    struct yaml_refusal refusal;

    node->text = scalar_text(reader, event);
    node->kind = NODE_STRING;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (!node->quoted &&
        !yaml_scalar_read(reader->spellings, node->text, node, &refusal)) {
        mistake_add(reader->diags, refusal.mistake, reader->file, node->line,
                    node->column, "%s %s", quoted(reader->arena, node->text),
                    refusal.problem);
        diag_help(reader->diags, "%s", refusal.help);
    }
}

static struct node *read_node(struct reader *reader, yaml_event_t *event,
                              int depth);

static void
add_item(struct reader *reader, struct node *list, size_t *room,
         struct node *item)
{
    list->items = arena_room(reader->arena, list->items, list->item_count, room,
                             4, sizeof(*list->items));
    list->items[list->item_count++] = item;
}

/* Reading on would only take time: no file that is of use has as many. */
static bool
has_room(struct reader *reader, const yaml_event_t *event, size_t count)
{
    if (count < YAML_MAX_ITEMS)
        return true;
    complain(reader, event->start_mark, MISTAKE_DEPTH,
             "more than %d items in one list or mapping", YAML_MAX_ITEMS);
    reader->stopped = true;
    return false;
}

static void
read_list(struct reader *reader, struct node *list, int depth)
{
    yaml_event_t event;
    size_t room = 0;

    list->kind = NODE_LIST;
    while (next_event(reader, &event)) {
        if (event.type == YAML_SEQUENCE_END_EVENT ||
            !has_room(reader, &event, list->item_count)) {
            yaml_event_delete(&event);
            return;
        }
        add_item(reader, list, &room, read_node(reader, &event, depth + 1));
    }
}

/* The text of a key. Whole numbers may be keys, of a table's rows; they keep
 * their spelling. */
static struct str
key_text(struct reader *reader, const struct node *key)
{
    yaml_mark_t at = {.line = (size_t)key->line - 1,
                      .column = (size_t)key->column - 1};

    if (key->kind == NODE_LIST || key->kind == NODE_OBJECT)
        complain(reader, at, MISTAKE_BAD_KEY,
                 "a key must be a text, not a list or a mapping");
    else if (key->kind == NODE_BOOL || key->kind == NODE_NULL)
        complain(reader, at, MISTAKE_BAD_KEY,
                 "a key must be a text; quote it if it is one");
    else if (str_eq(key->text, STR("<<")) && !key->quoted)
        complain(reader, at, MISTAKE_SIGN,
                 "merge keys are not supported; write the keys "
                 "out");
    return key->text;
}

static void
add_member(struct reader *reader, struct node *object, size_t *room,
           struct node_member member)
{
    object->members =
        arena_room(reader->arena, object->members, object->member_count, room,
                   4, sizeof(*object->members));
    object->members[object->member_count++] = member;
}

static void
refuse_repeated(struct reader *reader, struct map *keys, struct str text,
                struct node *key)
{
    void **place = map_put(keys, text);
    const struct node *first = *place;

    if (!first) {
        *place = key;
        return;
    }
    mistake_add(reader->diags, MISTAKE_REPEATED_KEY, reader->file, key->line,
                key->column, "the key %s is there twice",
                quoted(reader->arena, text));
    diag_note(reader->diags, "first at %d:%d", first->line, first->column);
}

static void
read_object(struct reader *reader, struct node *object, int depth)
{
    yaml_event_t event;
    struct map keys;
    size_t room = 0;

    object->kind = NODE_OBJECT;
    map_init(&keys, reader->arena);
    while (next_event(reader, &event)) {
        struct node_member member = {0};
        struct node *key;

        if (event.type == YAML_MAPPING_END_EVENT ||
            !has_room(reader, &event, object->member_count)) {
            yaml_event_delete(&event);
            return;
        }
        key = read_node(reader, &event, depth + 1);
        if (reader->stopped)
            return;
        member.key = key_text(reader, key);
        member.line = key->line;
        member.column = key->column;
        refuse_repeated(reader, &keys, member.key, key);
        if (!next_event(reader, &event))
            return;
        member.value = read_node(reader, &event, depth + 1);
        add_member(reader, object, &room, member);
    }
}

/* Read what starts with this event, which is deleted. */
static struct node *
read_node(struct reader *reader, yaml_event_t *event, int depth)
{
    struct node *node = ARENA_NEW(reader->arena, struct node);
    yaml_event_type_t type = event->type;

    node->line = (int)event->start_mark.line + 1;
    node->column = (int)event->start_mark.column + 1;
    refuse_signs(reader, event->start_mark);
    if (depth > YAML_MAX_DEPTH) {
        complain(reader, event->start_mark, MISTAKE_DEPTH,
                 "nested deeper than 32 levels");
        reader->stopped = true;
    } else if (type == YAML_SCALAR_EVENT) {
        read_scalar(reader, event, node);
    }
    yaml_event_delete(event);
    if (type == YAML_SEQUENCE_START_EVENT)
        read_list(reader, node, depth);
    else if (type == YAML_MAPPING_START_EVENT)
        read_object(reader, node, depth);
    return node;
}

enum { TAG_DIRECTIVES_MAX = 16 };

/* Nothing that is seen stands before it; what ends a line is a control
 * character or, as YAML has it, may be one beyond ASCII. */
static bool
starts_line(struct str text, const char *at)
{
    return at == text.at || (unsigned char)at[-1] < ' ' ||
           (unsigned char)at[-1] > '~';
}

/* libyaml compares each of them with all before it, and so takes minutes for a
 * file that is full of them. */
static bool
has_many_directives(struct reader *reader)
{
    static const char word[] = "%TAG";
    struct str text = reader->text;
    const char *end = text.at + text.len;
    const char *at = text.at;
    int count = 0;

    for (; (at = memmem(at, (size_t)(end - at), word, sizeof(word) - 1));
         at++) {
        if (!starts_line(text, at) || ++count <= TAG_DIRECTIVES_MAX)
            continue;
        complain(reader, mark_of_byte(text, (size_t)(at - text.at)),
                 MISTAKE_DOCUMENT,
                 "directives are not supported; remove the lines that start "
                 "with `%%`");
        return true;
    }
    return false;
}

static void
refuse_directives(struct reader *reader, const yaml_event_t *start)
{
    if (start->data.document_start.version_directive ||
        start->data.document_start.tag_directives.start !=
            start->data.document_start.tag_directives.end)
        complain(reader, start->start_mark, MISTAKE_DOCUMENT,
                 "directives are not supported; remove the line that starts "
                 "with `%%`");
}

/* After the first document nothing may follow. */
static void
refuse_more(struct reader *reader)
{
    yaml_event_t event;

    if (!next_event(reader, &event))
        return;
    if (event.type == YAML_DOCUMENT_START_EVENT)
        complain(reader, event.start_mark, MISTAKE_DOCUMENT,
                 "a second document starts here; a file holds one");
    yaml_event_delete(&event);
}

static struct node *
read_document(struct reader *reader)
{
    yaml_event_t event;
    struct node *root;
    yaml_mark_t start = {0};

    if (!next_event(reader, &event))
        return NULL;
    if (event.type != YAML_DOCUMENT_START_EVENT) {
        yaml_event_delete(&event);
        complain(reader, start, MISTAKE_BYTES, "there is nothing in this file");
        return NULL;
    }
    refuse_directives(reader, &event);
    yaml_event_delete(&event);
    if (!next_event(reader, &event))
        return NULL;
    root = read_node(reader, &event, 1);
    if (!next_event(reader, &event))
        return NULL;
    yaml_event_delete(&event); /* the end of the document */
    refuse_more(reader);
    return root;
}

static struct node *
read_stream(struct reader *reader)
{
    yaml_event_t event;

    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader->parser,
                                 (const unsigned char *)reader->text.at,
                                 reader->text.len);
    if (str_starts_with(reader->text, STR("\xEF\xBB\xBF"))) {
        complain(reader, (yaml_mark_t){0}, MISTAKE_BYTES,
                 "starts with a byte order mark; save as UTF-8 without it");
        return NULL;
    }
    if (has_many_directives(reader) || !next_event(reader, &event))
        return NULL;
    yaml_event_delete(&event); /* the start of the stream */
    return read_document(reader);
}

struct node *
yaml_read(struct arena *arena, const char *file, struct str text,
          struct diag_list *diags)
{
    struct reader reader = {.arena = arena,
                            .diags = diags,
                            .file = file,
                            .text = text.at ? text : STR(""),
                            .spellings = yaml_spellings_new(arena)};
    size_t errors_before = diags->errors;
    struct node *root;

    if (!yaml_parser_initialize(&reader.parser)) {
        complain(&reader, (yaml_mark_t){0}, MISTAKE_SYNTAX,
                 "could not start the YAML reader");
        return NULL;
    }
    root = read_stream(&reader);
    yaml_parser_delete(&reader.parser);
    return diags->errors == errors_before ? root : NULL;
}
