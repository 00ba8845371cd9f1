/* mistakes_lint.c - rows of the table of mistakes: warnings about rules that
 * compile. The examples are checked by tests/unit/test_mistake.c. */
#include "mistake.h"

#define REVIEW                                                                 \
    "rules:\n"                                                                 \
    "- id: review\n"                                                           \
    "  trigger: io.gigchain.review.written.v1\n"                               \
    "  account: event.data.user_address\n"
#define REVIEW_TEST                                                            \
    "tests:\n"                                                                 \
    "- name: a review\n"                                                       \
    "  event: {type: io.gigchain.review.written.v1, data: {user_address: u1, " \
    "review_id: r1}}\n"                                                        \
    "  expect: {}\n"
#define LEVEL                                                                  \
    "rules:\n"                                                                 \
    "- id: level\n"                                                            \
    "  trigger: io.gigchain.level.reached.v1\n"                                \
    "  account: event.data.user_address\n"
#define LEVEL_TEST                                                             \
    "tests:\n"                                                                 \
    "- name: a level\n"                                                        \
    "  event: {type: io.gigchain.level.reached.v1, data: {user_address: u1, "  \
    "old_level: 1, new_level: 2}}\n"                                           \
    "  expect: {}\n"
#define CONTRACT                                                               \
    "rules:\n"                                                                 \
    "- id: contract\n"                                                         \
    "  trigger: io.gigchain.contract.completed.v1\n"                           \
    "  account: event.data.user_address\n"
#define CONTRACT_TEST                                                          \
    "tests:\n"                                                                 \
    "- name: a contract\n"                                                     \
    "  event: {type: io.gigchain.contract.completed.v1, data: {user_address: " \
    "u1, contract_id: c1, contract_value_usd: 5, delivered_on_time: true}}\n"  \
    "  expect: {}\n"
#define GIFT                                                                   \
    "rules:\n"                                                                 \
    "- id: gift\n"                                                             \
    "  trigger: io.gigchain.community.contributed.v1\n"                        \
    "  account: event.data.user_address\n" ONCE
#define GIFT_TEST                                                              \
    "tests:\n"                                                                 \
    "- name: a gift\n"                                                         \
    "  event: {type: io.gigchain.community.contributed.v1, data: "             \
    "{user_address: u1, contribution_id: c1, amount_gigs: 5}}\n"               \
    "  expect: {}\n"
#define ONCE "  award: [{id: pay, flat: 50, once: [account]}]\n"

static const struct mistake_row rows[] = {
    {MISTAKE_UNBOUNDED, DIAG_WARNING, "nothing bounds what a rule pays",
     "Neither the schema nor a condition, once-key or limit says how much the "
     "rule can pay for an event, or to an account in a month: a zero too many "
     "in the event or the rule is paid as it is.",
     IN_BODY, REVIEW "  award: [{id: pay, flat: 50}]\n" REVIEW_TEST,
     REVIEW "  award: [{id: pay, flat: 50, limit: {per: account, window: "
            "day, times: 5}}]\n" REVIEW_TEST},
    {MISTAKE_BOUNDED, DIAG_WARNING, "a bounded rule is accepted as unbounded",
     "The rule says unbounded: accepted, but there is a most that it can pay; "
     "when that is lost, nobody would be warned.",
     IN_BODY, REVIEW "  unbounded: accepted\n" ONCE REVIEW_TEST,
     REVIEW ONCE REVIEW_TEST},
    {MISTAKE_ALWAYS, DIAG_WARNING, "a condition is always true",
     "The condition is true for every event that the schema and the conditions "
     "before it let through, so that it says nothing, or not what was meant.",
     IN_BODY, LEVEL "  when: event.data.new_level >= 1\n" ONCE LEVEL_TEST,
     LEVEL "  when: event.data.new_level >= 2\n" ONCE LEVEL_TEST},
    {MISTAKE_NEVER, DIAG_WARNING, "a condition is never true",
     "No event that the schema and the conditions before it let through meets "
     "the condition, so that the rule or line never pays.",
     IN_BODY,
     CONTRACT "  when: has(event.data.rating) && event.data.rating > "
              "5.0\n" ONCE CONTRACT_TEST,
     CONTRACT "  when: has(event.data.rating) && event.data.rating >= "
              "5.0\n" ONCE CONTRACT_TEST},
    {MISTAKE_MISSING_ROW, DIAG_WARNING, "a table lacks a row",
     "An event can hold a value that has no row, and missing: error sets such "
     "an event aside.",
     IN_BODY,
     LEVEL "  when: event.data.new_level <= 3\n"
           "  award:\n"
           "  - id: pay\n"
           "    table: {of: event.data.new_level, rows: {1: 5, 2: 10}, "
           "missing: error}\n"
           "    once: [account]\n" LEVEL_TEST,
     LEVEL "  when: event.data.new_level <= 3\n"
           "  award:\n"
           "  - id: pay\n"
           "    table: {of: event.data.new_level, rows: {1: 5, 2: 10, 3: "
           "20}, missing: error}\n"
           "    once: [account]\n" LEVEL_TEST},
    {MISTAKE_PERCENTS, DIAG_WARNING,
     "percents of a line are more than the line",
     "Percent lines that can be paid together add up to more than 100 percent "
     "of their line: often a slip of the point.",
     IN_BODY,
     CONTRACT "  award:\n"
              "  - {id: base, flat: 50, once: [account]}\n"
              "  - {id: on_time, percent: {is: 80, of: base}, when: "
              "event.data.delivered_on_time}\n"
              "  - {id: rated, percent: {is: 30, of: base}, when: "
              "has(event.data.rating)}\n" CONTRACT_TEST,
     CONTRACT "  award:\n"
              "  - {id: base, flat: 50, once: [account]}\n"
              "  - {id: on_time, percent: {is: 80, of: base}, when: "
              "event.data.delivered_on_time}\n"
              "  - {id: late, percent: {is: 30, of: base}, when: "
              "\"!event.data.delivered_on_time\"}\n" CONTRACT_TEST},
    {MISTAKE_ENDED, DIAG_WARNING, "a rule has ended",
     "Its valid_until is past, so that events of today are not paid.", IN_BODY,
     REVIEW "  valid_until: \"2026-01-01T00:00:00Z\"\n" ONCE REVIEW_TEST,
     REVIEW "  valid_until: \"9999-01-01T00:00:00Z\"\n" ONCE REVIEW_TEST},
    {MISTAKE_UNTESTED, DIAG_WARNING, "a rule has no test",
     "No test of the file, and none of a file *_test.yaml beside it, has "
     "an event that triggers the rule.",
     IN_BODY, REVIEW ONCE LEVEL_TEST, REVIEW ONCE REVIEW_TEST},
    {MISTAKE_NOTIFICATION, DIAG_WARNING, "a notification can be too large",
     "With the longest values that the schema allows, at four bytes a "
     "character, the notification is over the 4,096 bytes that push services "
     "take; its data is then left out.",
     IN_BODY,
     GIFT "  notify:\n"
          "    body: \"{event.data.note}\"\n"
          "    data: {en: \"{event.data.note}\", de: "
          "\"{event.data.note}\"}\n" GIFT_TEST,
     GIFT "  notify:\n"
          "    body: \"{event.data.note}\"\n"
          "    data: {gift: \"{event.data.contribution_id}\"}\n" GIFT_TEST},
};

const struct mistake_part mistakes_lint = {rows, sizeof(rows) / sizeof(*rows)};
