/* test_manual.c - what rules/README.md lists is what the program has. */
#include "decide.h"
#include "file.h"
#include "house_line.h"
#include "mistake.h"
#include "unit.h"

static struct arena arena;
static const char *manual;

static void
set_up(void)
{
    struct err err = {0};
    struct str text;

    arena_init(&arena);
    ck_assert_msg(file_read(&arena, "rules/README.md", &text, &err), "%s",
                  err.text);
    manual = unit_text(&arena, text);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

/* From the heading to the next one. */
static const char *
section(const char *heading)
{
    const char *start = strstr(manual, arena_printf(&arena, "\n%s\n", heading));
    const char *end;

    ck_assert_msg(start != NULL, "%s", heading);
    start += strlen(heading) + 2;
    end = strstr(start, "\n## ");
    ck_assert_ptr_nonnull(end);
    return arena_strndup(&arena, start, (size_t)(end - start));
}

static size_t
count_rows(const char *text)
{
    size_t count = 0;

    for (text = strstr(text, "\n| `"); text; text = strstr(text + 1, "\n| `"))
        count++;
    return count;
}

START_TEST(every_reason_of_a_refusal_is_explained)
{
    const char *at = section("## Refusals");

    ck_assert_uint_eq(count_rows(at), REJECTION_COUNT - 1);
    for (int i = REJECT_NONE + 1; i < REJECTION_COUNT; i++) {
        const char *row =
            arena_printf(&arena, "\n| `%s` | ", rejection_name(i));

        at = strstr(at, row);
        ck_assert_msg(at != NULL, "%s is missing or out of order", row);
    }
    ck_assert_str_eq(rejection_name(REJECT_NONE), "");
}
END_TEST

START_TEST(every_line_of_the_house_is_listed)
{
    const char *text = section("### Lines of the house");

    ck_assert_contains(text, "\n| `transfer.sent` `transfer.received` | "
                             "`transfer` | the other account |\n");
    for (int i = HOUSE_TRANSFER_RECEIVED + 1; i < HOUSE_LINE_COUNT; i++) {
        const struct house_line_spec *spec = &house_line_specs[i];

        ck_assert_contains(
            text, arena_printf(&arena, "\n| `%s` | `%s` | `%s` |\n", spec->name,
                               spec->type->name, spec->type->counterparty));
    }
    ck_assert_uint_eq(count_rows(text), HOUSE_LINE_COUNT - 1);
}
END_TEST

START_TEST(every_warning_is_explained)
{
    const char *at = section("## What a rule can cost");
    size_t warnings = 0;

    for (size_t i = 0; i < mistake_count(); i++) {
        char code[MISTAKE_CODE_BYTES];

        if (mistake_at(i)->level != DIAG_WARNING)
            continue;
        warnings++;
        mistake_code(mistake_at(i)->mistake, code);
        ck_assert_msg(strstr(at, arena_printf(&arena, "\n| `%s` | ", code)),
                      "%s", code);
    }
    ck_assert_uint_eq(count_rows(at), warnings);
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "manual", set_up, tear_down, every_reason_of_a_refusal_is_explained,
        every_line_of_the_house_is_listed, every_warning_is_explained);
}
