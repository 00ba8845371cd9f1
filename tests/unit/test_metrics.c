/* test_metrics.c - the text that Prometheus reads. */
#include "metrics.h"

#include "unit.h"

static struct arena arena;

static void
set_up(void)
{
    arena_init(&arena);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

START_TEST(labels_are_escaped)
{
    const struct metric_label labels[] = {
        {"a", STR("x\\y\"z\n\xC3\xBC")},
        {"b", STR("")},
    };
    struct metrics metrics;

    metrics_init(&metrics, &arena);
    metrics_family(&metrics, "reward_x_total", "counter", "So many.");
    metrics_add(&metrics, NULL, 0, 7);
    metrics_add(&metrics, labels, 2, -1);
    ck_assert_str_eq(
        unit_text(&arena, buf_str(&metrics.text)),
        "# HELP reward_x_total So many.\n"
        "# TYPE reward_x_total counter\n"
        "reward_x_total 7\n"
        "reward_x_total{a=\"x\\\\y\\\"z\\n\xC3\xBC\",b=\"\"} -1\n");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("metrics", set_up, tear_down, labels_are_escaped);
}
