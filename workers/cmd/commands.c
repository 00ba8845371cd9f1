/* commands.c - the table of commands: a new one is a file and a row here. */
#include "command_action.h"

static const struct command_flag check_flags[] = {
    {"lint-fatal", NULL, "exit 3 when there are warnings and no errors"},
    {"report", NULL, "rules: print what each can pay, and in which order"},
    {"print", NULL, "config: print the settings in force"},
    {"print-example", NULL, "config: print config.example.yaml"},
    {"print-schema", NULL, "config, rules: print schemas/NAME.schema.json"},
    {"explain", "CODE", "say what a code such as R014 means; or of all"},
    {0},
};

static const struct command_flag eval_flags[] = {
    {"event", "FILE", "the event, as it is published (CloudEvents JSON)"},
    {0},
};

static const struct command_flag explain_flags[] = {
    {"event", "FILE", "an event that is in no ledger, as it is published"},
    {0},
};

static const struct command_flag history_flags[] = {
    {"limit", "N", "print at most N entries (50)"},
    {"before", "SEQ", "only entries before this account_seq"},
    {"type", "TYPE", "only entries of this transaction_type"},
    {"from", "TIME", "posted at this time or later; of a date, all its day"},
    {"to", "TIME", "posted before this time; of a date, all its day"},
    {0},
};

static const struct command_flag leaderboard_flags[] = {
    {"limit", "N", "print at most N accounts (100)"},
    {"after", "RANK:EARNED:ADDRESS", "only accounts after this row"},
    {0},
};

static const struct command_flag migrate_flags[] = {
    {"wait", "SECONDS", "keep trying while the database is away"},
    {0},
};

static const struct command_flag simulate_flags[] = {
    {"rules", "RULES", "the rules to judge (those of the settings)"},
    {"against", "RULES", "the rules to compare them with"},
    {"state", "empty|db", "start from nothing (empty) or from the ledger"},
    {"topic", "NAME", "the topic of events that do not say theirs"},
    {"from-topic", "NAME", "read the events from this topic, not from files"},
    {"since", "TIME", "of the topic, only records stamped then or later"},
    {"report", "FILE", "write the answer as an HTML page, too"},
    {"accounts", "FILE", "write what all accounts earned as CSV, too"},
    {"max-delta", "N%|N", "exit 1 when earnings differ by more"},
    {"detailed-exitcode", NULL, "exit 3 when any account differs"},
    {0},
};

static const struct command_flag rules_flags[] = {
    {"exit-code", NULL, "diff: exit with 1 when they differ"},
    {"limit", "N", "history: print at most N activations (50)"},
    {0},
};

static const struct command_flag stake_flags[] = {
    {"active", NULL, "only stakes that have not ended"},
    {"limit", "N", "print at most N stakes (100)"},
    {"after", "STAKING_ID", "only stakes after this row"},
    {0},
};

static const struct command_flag test_flags[] = {
    {"run", "REGEX", "only tests whose names match"},
    {"junit", "FILE", "write the results as JUnit XML, too"},
    {"coverage", NULL, "print what the tests have not seen of the rules"},
    {"coverage-html", "FILE", "write it as one page of HTML, too"},
    {"coverage-min", "PERCENT", "fail when they have seen less of a file"},
    {"update", NULL, "rewrite expect_file of tests that pass otherwise"},
    {0},
};

static const struct command_flag verify_flags[] = {
    {"topic", NULL, "compare the output topics with the ledger too"},
    {"only", "CHECK", "run one check, named as in the output"},
    {0},
};

const struct command commands[] = {
    {"run", "", "Consume events and post rewards.", true, cmd_run, NULL, NULL,
     NULL},
    {"relay", "", "Publish token events and dead letters.", true, cmd_relay,
     NULL, NULL, NULL},
    {"migrate", "up|status|verify",
     "Bring the database's schema up to date, or look at it.", true,
     cmd_migrate, migrate_flags, "table json", NULL},
    {"check", "config|rules|schemas [PATH...]",
     "Find errors in settings, rules and schemas.", false, cmd_check,
     check_flags, "human parsable github json sarif", NULL},
    {"test", "[PATH...]",
     "Run the tests of rules, in their files and in *_test.yaml.", true,
     cmd_test, test_flags, NULL, NULL},
    {"rules", "activate RULES|history|diff RULES RULES|show [RULES]",
     "Put rules in force, compare them, or look at those that were.", true,
     cmd_rules, rules_flags, "table json csv", rules_actions},
    {"eval", "EXPRESSION", "Evaluate an expression of rules for an event.",
     true, cmd_eval, eval_flags, "table json", NULL},
    {"simulate", "[FILE...]", "Say what rules would have paid for events.",
     true, cmd_simulate, simulate_flags, "table json", NULL},
    {"explain", "[SOURCE] ID", "Tell why an event paid what it paid.", true,
     cmd_explain, explain_flags, "tree json", NULL},
    {"verify", "", "Prove that the books close.", true, cmd_verify,
     verify_flags, "table json", NULL},
    {"balance", "ACCOUNT", "Print an account's balance.", true, cmd_balance,
     NULL, "table json", NULL},
    {"tally", "PROPOSAL", "Count the votes on a proposal, once they are in.",
     true, cmd_tally, NULL, "table json", NULL},
    {"history", "ACCOUNT", "Print an account's entries, newest first.", true,
     cmd_history, history_flags, "table json csv", NULL},
    {"stake", "list ACCOUNT", "Print an account's stakes, newest first.", true,
     cmd_stake, stake_flags, "table json csv", NULL},
    {"fee", "ACCOUNT", "Print an account's tier and fee.", true, cmd_fee, NULL,
     "table json csv", NULL},
    {"leaderboard", "", "Print the accounts by what they have earned.", true,
     cmd_leaderboard, leaderboard_flags, "table json csv", NULL},
    {"stats", "", "Print what there is in all accounts together.", true,
     cmd_stats, NULL, "table json csv", NULL},
    {0},
};
