/* commands.c - the table of commands: a new one is a file and a row here. */
#include "command.h"

static const struct command_flag check_flags[] = {
    {"print", NULL, "config: print the settings in force"},
    {"print-example", NULL, "config: print config.example.yaml"},
    {"print-schema", NULL, "config: print schemas/config.schema.json"},
    {0},
};

static const struct command_flag history_flags[] = {
    {"limit", "N", "print at most N entries (50)"},
    {"before", "SEQ", "only entries before this account_seq"},
    {0},
};

static const struct command_flag migrate_flags[] = {
    {"wait", "SECONDS", "keep trying while the database is away"},
    {0},
};

static const struct command_flag verify_flags[] = {
    {"topic", NULL, "compare the output topics with the ledger too"},
    {0},
};

const struct command commands[] = {
    {"run", "", "Consume events and post rewards.", true, cmd_run, NULL, NULL},
    {"relay", "", "Publish token events and dead letters.", true, cmd_relay,
     NULL, NULL},
    {"migrate", "up|status|verify",
     "Bring the database's schema up to date, or look at it.", true,
     cmd_migrate, migrate_flags, "table json"},
    {"check", "config|rules|schemas [PATH...]",
     "Find errors in settings, rules and schemas.", false, cmd_check,
     check_flags, NULL},
    {"test", "[PATH...]", "Run the tests in rule files.", true, cmd_test, NULL,
     NULL},
    {"verify", "", "Prove that the books close.", true, cmd_verify,
     verify_flags, "table json"},
    {"balance", "ACCOUNT", "Print an account's balance.", true, cmd_balance,
     NULL, "table json"},
    {"tally", "PROPOSAL", "Count the votes on a proposal, once they are in.",
     true, cmd_tally, NULL, "table json"},
    {"history", "ACCOUNT", "Print an account's entries, newest first.", true,
     cmd_history, history_flags, "table json csv"},
    {0},
};
