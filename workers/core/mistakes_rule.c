/* mistakes_rule.c - rows of the table of mistakes: rules and their tests. The
 * examples are compiled by tests/unit/test_mistake.c. */
#include "mistake.h"

static const struct mistake_row rows[] = {
    {MISTAKE_EXACTLY_ONE, DIAG_ERROR, "exactly one of several keys is wanted",
     "A rule has `award` or `charge`, a line one kind, a limit "
     "`amount` or `times`. None or two of them say nothing or two "
     "things.",
     IN_LINE,
     "flat: 10\n"
     "amount: event.data.contract_value_usd\n",
     "amount: event.data.contract_value_usd\n"},
    {MISTAKE_UNSAID, DIAG_ERROR, "a decision about money is left open",
     "What becomes of leftovers, of values without a row, of what is "
     "over a limit has no default: somebody has to decide it.",
     IN_LINE,
     "every: {step: 100, give: 5, of: event.data.contract_value_usd}\n",
     "every: {step: 100, give: 5, of: event.data.contract_value_usd, leftover: "
     "drop}\n"},
    {MISTAKE_NOT_TOGETHER, DIAG_ERROR, "two keys exclude each other",
     "One of them has no meaning beside the other.", IN_RULE, "short: reject\n",
     "once: [account]\n"},
    {MISTAKE_OVERLAP, DIAG_ERROR,
     "two rules pay the same account for the same event",
     "Mostly this is a slip, and the event is paid twice. If it is "
     "meant, both rules say so.",
     IN_RULES,
     "- id: review\n"
     "  trigger: io.gigchain.review.written.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: review, flat: 50}]\n"
     "- id: first_review\n"
     "  trigger: io.gigchain.review.written.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: bonus, flat: 100, once: [account]}]\n",
     "- id: review\n"
     "  trigger: io.gigchain.review.written.v1\n"
     "  account: event.data.user_address\n"
     "  overlap: allowed\n"
     "  award: [{id: review, flat: 50}]\n"
     "- id: first_review\n"
     "  trigger: io.gigchain.review.written.v1\n"
     "  account: event.data.user_address\n"
     "  overlap: allowed\n"
     "  award: [{id: bonus, flat: 100, once: [account]}]\n"},
    {MISTAKE_TWO_HOLDS, DIAG_ERROR, "two rules hold back what one event pays",
     "What an event pays is held and released in one; two rules "
     "would wait for two things.",
     IN_RULES,
     "- id: inviter\n"
     "  trigger: io.gigchain.referral.accepted.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: base, flat: 500}]\n"
     "  pending:\n"
     "    until: io.gigchain.identity.verified.v1\n"
     "    match: event.data.user_address == origin.data.invitee_address\n"
     "    void_after: 30d\n"
     "- id: invitee\n"
     "  trigger: io.gigchain.referral.accepted.v1\n"
     "  account: event.data.invitee_address\n"
     "  award: [{id: base, flat: 500}]\n"
     "  pending:\n"
     "    until: io.gigchain.identity.verified.v1\n"
     "    match: event.data.user_address == origin.data.invitee_address\n"
     "    void_after: 30d\n",
     "- id: inviter\n"
     "  trigger: io.gigchain.referral.accepted.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: base, flat: 500}]\n"
     "  pending:\n"
     "    until: io.gigchain.identity.verified.v1\n"
     "    match: event.data.user_address == origin.data.invitee_address\n"
     "    void_after: 30d\n"},
    {MISTAKE_OPERATION, DIAG_ERROR,
     "the event is a request that the program carries out",
     "Transfers, stakes, votes and the like move tokens by "
     "themselves. No rule pays for them, or a request could be paid "
     "for asking.",
     IN_RULES,
     "- id: vote\n"
     "  trigger: io.gigchain.governance.vote.cast.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: vote, flat: 10}]\n",
     "- id: review\n"
     "  trigger: io.gigchain.review.written.v1\n"
     "  account: event.data.user_address\n"
     "  award: [{id: review, flat: 10}]\n"},
    {MISTAKE_FIELD_WANTED, DIAG_ERROR,
     "only the name of a field can stand here",
     "A once-key, or a price that the request names, is kept under "
     "the value of a field as it came; an expression cannot stand "
     "for one.",
     IN_RULE, "once: [event.data.contract_id + \"x\"]\n",
     "once: [event.data.contract_id]\n"},
    {MISTAKE_BAD_MATCH, DIAG_ERROR, "`match` does not tie two events together",
     "It compares a field of the event that comes later with one of "
     "the rule's own event: accounts to confirm, the contract to "
     "take back.",
     IN_RULE,
     "reversed_by:\n"
     "  trigger: io.gigchain.contract.refunded.v1\n"
     "  match: event.data.user_address == origin.data.contract_id\n"
     "  once_keys: keep\n"
     "  limits: keep\n",
     "reversed_by:\n"
     "  trigger: io.gigchain.contract.refunded.v1\n"
     "  match: event.data.contract_id == origin.data.contract_id\n"
     "  once_keys: keep\n"
     "  limits: keep\n"},
    {MISTAKE_UNFIT_TYPE, DIAG_ERROR,
     "the event type lacks a field that this needs",
     "A purchase per contract, and a refund, need events that name a "
     "contract.",
     IN_RULE,
     "reversed_by:\n"
     "  trigger: io.gigchain.xp.gained.v1\n"
     "  match: event.data.contract_id == origin.data.contract_id\n"
     "  once_keys: keep\n"
     "  limits: keep\n",
     "reversed_by:\n"
     "  trigger: io.gigchain.contract.refunded.v1\n"
     "  match: event.data.contract_id == origin.data.contract_id\n"
     "  once_keys: keep\n"
     "  limits: keep\n"},
    {MISTAKE_OWN_TRIGGER, DIAG_ERROR,
     "the rule waits for the event that it pays for",
     "What confirms or takes back a reward is another event than the "
     "one that earned it.",
     IN_RULE,
     "reversed_by:\n"
     "  trigger: io.gigchain.contract.completed.v1\n"
     "  match: event.data.contract_id == origin.data.contract_id\n"
     "  once_keys: keep\n"
     "  limits: keep\n",
     "reversed_by:\n"
     "  trigger: io.gigchain.contract.refunded.v1\n"
     "  match: event.data.contract_id == origin.data.contract_id\n"
     "  once_keys: keep\n"
     "  limits: keep\n"},
    {MISTAKE_PLACEHOLDER, DIAG_ERROR,
     "a message has a placeholder that cannot be filled",
     "The text of a message names what there is to say: {amount}, "
     "{account}, {balance}, {event.id}, and fields of its event. A "
     "brace itself is written {{.",
     IN_RULE, "notify: {body: \"You earned {amuont} GIGS\"}\n",
     "notify: {body: \"You earned {amount} GIGS\"}\n"},
    {MISTAKE_TIERS, DIAG_ERROR, "tiers do not go upwards",
     "The lowest tier starts at a balance of 0, no two start at the "
     "same, and more balance is never a higher fee.",
     IN_HEAD,
     "tiers: {levels: {standard: {balance: 0, fee: 1}, gold: {balance: 1000, "
     "fee: 2}}}\n",
     "tiers: {levels: {standard: {balance: 0, fee: 2}, gold: {balance: 1000, "
     "fee: 1}}}\n"},
    {MISTAKE_TEST_EVENTS, DIAG_ERROR,
     "the events of a test do not fit together",
     "A test has an `event` or a list of `events`. Two different "
     "events have two ids.",
     IN_TESTS,
     "- name: a contract\n"
     "  expect: {base: 500}\n",
     "- name: a contract\n"
     "  event: {type: io.gigchain.contract.completed.v1, data: {user_address: "
     "u1,\n"
     "    contract_id: c1, contract_value_usd: 5, delivered_on_time: true}}\n"
     "  expect: {base: 500}\n"},
    {MISTAKE_TEST_STATE, DIAG_ERROR,
     "the state of a test is not one that the ledger can be in",
     "State names things as the ledger does: NAME/ACCOUNT, then the "
     "key of a `once` or the window of a limit. What the rule does "
     "not have cannot be in it.",
     IN_TESTS,
     "- name: a contract\n"
     "  state: {once: [contract.base/u1]}\n"
     "  event: {type: io.gigchain.contract.completed.v1, data: {user_address: "
     "u1,\n"
     "    contract_id: c1, contract_value_usd: 5, delivered_on_time: true}}\n"
     "  expect: {base: 500}\n",
     "- name: a contract\n"
     "  state: {balance: {u1: 5}}\n"
     "  event: {type: io.gigchain.contract.completed.v1, data: {user_address: "
     "u1,\n"
     "    contract_id: c1, contract_value_usd: 5, delivered_on_time: true}}\n"
     "  expect: {base: 500}\n"},
    {MISTAKE_TEST_EXPECT, DIAG_ERROR, "what a test expects cannot be compared",
     "`expect` is a mapping of lines to amounts; a name that several "
     "rules have is written RULE.LINE.",
     IN_TESTS,
     "- name: a contract\n"
     "  event: {type: io.gigchain.contract.completed.v1, data: {user_address: "
     "u1,\n"
     "    contract_id: c1, contract_value_usd: 5, delivered_on_time: true}}\n"
     "  expect: 500\n",
     "- name: a contract\n"
     "  event: {type: io.gigchain.contract.completed.v1, data: {user_address: "
     "u1,\n"
     "    contract_id: c1, contract_value_usd: 5, delivered_on_time: true}}\n"
     "  expect: {base: 500}\n"},
};

const struct mistake_part mistakes_rule = {rows, sizeof(rows) / sizeof(*rows)};
