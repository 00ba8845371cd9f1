/* arguments.c - flags by table. Those of all commands and the settings may
 * stand anywhere, a command's own after its name. */
#include "arguments.h"

#include <stdarg.h>
#include <string.h>

#include "command_action.h"
#include "suggest.h"

struct global_flag {
    char letter; /* 0: has none */
    const char *name;
    const char *value; /* for usage; NULL: takes none */
    const char *help;
    bool (*take)(struct arguments *arguments, const char *value);
};

static bool
fail(const char *format, ...)
{
    va_list args;

    fputs("reward: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputs("; see reward --help\n", stderr);
    return false;
}

/* ---- flags of all commands
 * --------------------------------------------------- */

static bool
take_config(struct arguments *arguments, const char *value)
{
    arguments->line.config_path = value;
    return true;
}

static bool
take_format(struct arguments *arguments, const char *value)
{
    arguments->line.format = value;
    return true;
}

static bool
take_quiet(struct arguments *arguments, const char *value)
{
    (void)value;
    arguments->line.quiet = true;
    return true;
}

static bool
take_help(struct arguments *arguments, const char *value)
{
    (void)value;
    arguments->help = true;
    return true;
}

static bool
take_version(struct arguments *arguments, const char *value)
{
    (void)value;
    arguments->version = true;
    return true;
}

static void
add_setting(struct arguments *arguments, const char *name, const char *value)
{
    struct command_line *line = &arguments->line;

    line->flags[line->flag_count++] = (struct setting_flag){name, value};
}

/* `-X property=value` of librdkafka, as kcat has it. */
static bool
take_property(struct arguments *arguments, const char *value)
{
    struct arena *arena = arguments->line.arena;
    const char *equals = strchr(value, '=');

    if (!equals || equals == value)
        return fail("-X takes property=value"); /* it may be a secret */
    add_setting(arguments,
                arena_printf(arena, "kafka.properties.%.*s",
                             (int)(equals - value), value),
                equals + 1);
    return true;
}

static const struct global_flag global_flags[] = {
    {'c', "config", "FILE", "read the settings from FILE (REWARD_CONFIG)",
     take_config},
    {'X', NULL, "PROPERTY=VALUE", "set a librdkafka property", take_property},
    {0, "format", "FORMAT", "how to print results", take_format},
    {'q', "quiet", NULL, "print less", take_quiet},
    {'h', "help", NULL, "print this, or about the command", take_help},
    {0, "version", NULL, "print versions, also of libraries", take_version},
};

enum { GLOBAL_FLAG_COUNT = sizeof(global_flags) / sizeof(*global_flags) };

static const struct global_flag *
find_global(char letter, struct str name)
{
    for (size_t i = 0; i < GLOBAL_FLAG_COUNT; i++) {
        const struct global_flag *flag = &global_flags[i];

        if (letter ? flag->letter == letter
                   : flag->name && str_eq_cstr(name, flag->name))
            return flag;
    }
    return NULL;
}

/* ---- one word after the other
 * ------------------------------------------------- */

/* The words not yet read. */
struct words {
    char **at;
    char **end;
};

/* The value of a flag: what is attached to it, else the next word. */
static bool
take_value(struct words *words, const char *flag, const char *attached,
           const char **value)
{
    *value = attached;
    if (!attached && words->at == words->end)
        return fail("%s needs a value", flag);
    if (!attached)
        *value = *words->at++;
    return true;
}

static bool
read_global(struct arguments *arguments, const struct global_flag *flag,
            const char *word, const char *attached, struct words *words)
{
    const char *value = "";

    if (flag->value && !take_value(words, word, attached, &value))
        return false;
    if (!flag->value && attached)
        return fail("%s takes no value", word);
    return flag->take(arguments, value);
}

static bool
read_own(struct arguments *arguments, const struct command_flag *flag,
         const char *word, const char *attached, struct words *words)
{
    struct command_line *line = &arguments->line;
    const char *value = "";

    if (flag->value && !take_value(words, word, attached, &value))
        return false;
    if (!flag->value && attached)
        return fail("%s takes no value", word);
    line->own_flags[line->own_flag_count++] =
        (struct setting_flag){flag->name, value};
    return true;
}

static const struct command_flag *
find_own(const struct command *command, struct str name)
{
    const struct command_flag *flag = command ? command->flags : NULL;

    for (; flag && flag->name; flag++)
        if (str_eq_cstr(name, flag->name))
            return flag;
    return NULL;
}

static bool
unknown_flag(const struct arguments *arguments, struct str name)
{
    const struct command *command = arguments->line.command;
    const struct command_flag *own = command ? command->flags : NULL;
    struct suggest suggest = suggest_for(name);

    for (size_t i = 0; i < GLOBAL_FLAG_COUNT; i++)
        if (global_flags[i].name)
            suggest_offer(&suggest, str_from_cstr(global_flags[i].name));
    for (; own && own->name; own++)
        suggest_offer(&suggest, str_from_cstr(own->name));
    settings_suggest(&suggest);
    return fail("there is no flag \"--%.*s\"" SUGGEST_FORMAT, STR_ARG(name),
                SUGGEST_ARG(suggest));
}

/* `--name`, `--name=value` or `--section.key=value`. */
static bool
read_long(struct arguments *arguments, const char *word, struct words *words)
{
    struct arena *arena = arguments->line.arena;
    const char *equals = strchr(word, '=');
    struct str name = {word + 2,
                       equals ? (size_t)(equals - word - 2) : strlen(word + 2)};
    const char *attached = equals ? equals + 1 : NULL;
    const char *shown = arena_printf(arena, "--%.*s", STR_ARG(name));
    const struct global_flag *flag = find_global(0, name);
    const struct command_flag *own = find_own(arguments->line.command, name);
    const char *value;

    if (flag)
        return read_global(arguments, flag, shown, attached, words);
    if (own)
        return read_own(arguments, own, shown, attached, words);
    if (!settings_know(name))
        return unknown_flag(arguments, name);
    if (!take_value(words, shown, attached, &value))
        return false;
    add_setting(arguments, shown + 2, value);
    return true;
}

static bool
read_short(struct arguments *arguments, const char *word, struct words *words)
{
    const struct global_flag *flag = find_global(word[1], (struct str){0});

    if (!flag)
        return fail("there is no flag \"%s\"", word);
    return read_global(arguments, flag,
                       arena_printf(arguments->line.arena, "-%c", word[1]),
                       word[2] ? word + 2 : NULL, words);
}

static bool
read_command(struct arguments *arguments, const char *word)
{
    struct suggest suggest = suggest_for(str_from_cstr(word));

    for (const struct command *command = commands; command->name; command++) {
        if (strcmp(word, command->name) == 0) {
            arguments->line.command = command;
            return true;
        }
        suggest_offer(&suggest, str_from_cstr(command->name));
    }
    return fail("there is no command \"%s\"" SUGGEST_FORMAT, word,
                SUGGEST_ARG(suggest));
}

static bool
read_word(struct arguments *arguments, char *word, struct words *words,
          bool *flags_over)
{
    struct command_line *line = &arguments->line;

    if (!*flags_over && strcmp(word, "--") == 0) {
        *flags_over = true;
        return true;
    }
    if (!*flags_over && strncmp(word, "--", 2) == 0)
        return read_long(arguments, word, words);
    if (!*flags_over && word[0] == '-' && word[1])
        return read_short(arguments, word, words);
    if (!line->command)
        return read_command(arguments, word);
    line->argv[line->argc++] = word;
    return true;
}

static bool
check_format(const struct command_line *line)
{
    struct str rest = str_from_cstr(line->command->formats);

    if (!line->format)
        return true;
    while (rest.len) {
        struct str word = {rest.at, strcspn(rest.at, " ")};

        if (str_eq_cstr(word, line->format))
            return true;
        rest.at += word.len;
        rest.len -= word.len;
        rest.at += rest.len > 0;
        rest.len -= rest.len > 0;
    }
    return fail("%s cannot print format \"%s\"%s%s", line->command->name,
                line->format, line->command->formats ? ", only " : "",
                line->command->formats ? line->command->formats : "");
}

static bool
check_words(const struct command_line *line)
{
    if (line->argc && !*line->command->arguments)
        return fail("%s takes no arguments, not \"%s\"", line->command->name,
                    line->argv[0]);
    return true;
}

bool
arguments_read(struct arguments *arguments, int argc, char **argv)
{
    struct words words = {argv + 1, argv + argc};
    struct command_line *line = &arguments->line;
    size_t room = (size_t)argc + 1;
    bool flags_over = false;

    line->flags = arena_array(line->arena, room, sizeof(*line->flags));
    line->own_flags = arena_array(line->arena, room, sizeof(*line->own_flags));
    line->argv = arena_array(line->arena, room, sizeof(*line->argv));
    while (words.at < words.end) {
        char *word = *words.at++;

        if (!read_word(arguments, word, &words, &flags_over))
            return false;
    }
    return !line->command || (check_words(line) && check_format(line));
}

/* ---- help
 * ----------------------------------------------------------------------- */

enum { HELP_COLUMN = 28 };

static void
print_row(FILE *out, const char *left, const char *right)
{
    if (strlen(left) + 4 > HELP_COLUMN)
        fprintf(out, "  %s\n%*s%s\n", left, HELP_COLUMN, "", right);
    else
        fprintf(out, "  %-*s%s\n", HELP_COLUMN - 2, left, right);
}

static void
print_flag(FILE *out, char letter, const char *name, const char *value,
           const char *help)
{
    char left[80];

    snprintf(left, sizeof(left), "%s%.*s%s%s%s%s%s", letter ? "-" : "    ",
             letter ? 1 : 0, &letter, letter && name ? ", " : "",
             name ? "--" : "", name ? name : "", value ? " " : "",
             value ? value : "");
    print_row(out, left, help);
}

/* Those that the command has; NULL stands for all commands. */
static void
print_globals(const struct command *command, FILE *out)
{
    for (size_t i = 0; i < GLOBAL_FLAG_COUNT; i++) {
        const struct global_flag *flag = &global_flags[i];
        const char *help = flag->help;
        char text[80];

        if (command && flag->take == take_format) {
            if (!command->formats)
                continue;
            snprintf(text, sizeof(text), "%s: %s", help, command->formats);
            help = text;
        }
        print_flag(out, flag->letter, flag->name, flag->value, help);
    }
    print_row(out, "    --SECTION.KEY=VALUE",
              "change a setting, see config.example.yaml");
}

static void
help_all(FILE *out)
{
    fputs("usage: reward [FLAG...] COMMAND [ARGUMENT...]\n\n"
          "Pays token rewards for domain events, by rules, once each.\n\n"
          "Commands:\n",
          out);
    for (const struct command *command = commands; command->name; command++)
        print_row(out, command->name, command->help);
    fputs("\nFlags:\n", out);
    print_globals(NULL, out);
    fputs("\nreward COMMAND --help tells about one command. Exit status: 0 "
          "good, 1 errors were\nfound, 2 wrong usage, 3 findings that a flag "
          "asked "
          "for, 78 bad configuration.\n",
          out);
}

static void
help_actions(const struct command_action *action, FILE *out)
{
    fputs("\nActions:\n", out);
    for (; action->name; action++)
        print_row(out, action->name, action->help);
}

static void
help_command(const struct command *command, FILE *out)
{
    const struct command_flag *flag = command->flags;

    fprintf(out, "usage: reward %s [FLAG...] %s\n\n%s\n", command->name,
            command->arguments, command->help);
    if (command->actions)
        help_actions(command->actions, out);
    fputs("\nFlags:\n", out);
    for (; flag && flag->name; flag++)
        print_flag(out, 0, flag->name, flag->value, flag->help);
    print_globals(command, out);
}

void
arguments_help(const struct command *command, FILE *out)
{
    if (command)
        help_command(command, out);
    else
        help_all(out);
}
