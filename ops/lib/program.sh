# program.sh - the program's own processes on a running stack: settings, start,
# stop, what they need of the CPU. Sourced by ops/demo and ops/bench/throughput,
# which set `root` and `dir`, the stack's folder.
# shellcheck shell=bash
: "${dir?} ${root:?}"

reward=$root/build/reward

# Settings of whoever calls must not reach the processes.
program_clean_environment() {
    unset "${!REWARD_@}" "${!PG@}" DATABASE_URL
}

yaml_quoted() {
    printf "'%s'" "${1//\'/\'\'}"
}

# program_settings ROLE - the rest is as built in.
program_settings() {
    local dsn=STACK_DSN_${1^^} password=STACK_PASSWORD_FILE_${1^^}
    cat <<-YAML
	kafka:
	  bootstrap_servers: $STACK_KAFKA
	postgres:
	  dsn: $(yaml_quoted "${!dsn}")
	  password: {file: $(yaml_quoted "${!password}")}
	rules:
	  dir: $(yaml_quoted "$root/rules/gigs.yaml")
	schemas:
	  dir: $(yaml_quoted "$root/schemas/events")
	YAML
}

# program_prepare PARTITIONS - variables, a settings file for each role, the
# database's schema and the topics.
program_prepare() {
    local role
    program_clean_environment
    # shellcheck source=/dev/null
    . "$dir/env"
    mkdir -p "$dir/reward"
    for role in owner worker relay reader; do
        program_settings "$role" >"$dir/reward/$role.yaml"
    done
    "$root/ops/stack" topics "$dir" "$1"
    program_run owner migrate up >&2
}

# program_run ROLE COMMAND... - a command that ends by itself.
program_run() {
    local role=$1
    shift
    "$reward" "$@" --config "$dir/reward/$role.yaml"
}

# program_start NAME COMMAND ROLE - a process that stays, in a session of its
# own: neither Ctrl-C nor a closed terminal reaches it.
program_start() {
    setsid "$reward" "$2" --config "$dir/reward/$3.yaml" \
        >"$dir/reward/$1.log" 2>&1 </dev/null &
    process_record "$dir/reward/$1.pid" $! || true # dead so soon: see below
    disown
}

program_pid() {
    local pid
    read -r pid _ <"$dir/reward/$1.pid"
    echo "$pid"
}

# All the processes started are still there; else says which, and why.
program_alive() {
    local log
    for log in "$dir"/reward/*.log; do
        process_alive "${log%.log}.pid" && continue
        say "the process of $log has ended:"
        tail -n 20 "$log" >&2
        return 1
    done
}

# All of them are told first, then waited for.
program_stop() {
    local file pid failed=0
    for file in "$dir"/reward/*.pid; do
        ! process_alive "$file" || { read -r pid _ <"$file"; kill "$pid" || true; }
    done
    for file in "$dir"/reward/*.pid; do
        [[ ! -e $file ]] || process_stop "$file" TERM 15 || failed=1
    done
    return "$failed"
}

# program_psql ROLE ARGUMENTS... - e.g. -Atc 'SELECT 1'.
program_psql() {
    local dsn=STACK_DSN_${1^^}
    shift
    psql -X -q -v ON_ERROR_STOP=1 "$@" "${!dsn}"
}

# ---- a temporary stack ---------------------------------------------------------

# program_stack NAME - starts one in a new folder and sets `dir`. Whoever calls
# has program_remove run on exit.
program_stack() {
    dir=$(mktemp -d "${TMPDIR:-/tmp}/reward-$1-XXXXXX")
    "$root/ops/stack" start "$dir" >/dev/null
}

# Ends the processes, then the servers, and deletes the folder. Safe at any
# point of the start.
program_remove() {
    [[ -n $dir && -d $dir ]] || return 0
    program_stop || true
    if [[ -e $dir/stack ]]; then
        "$root/ops/stack" stop --remove "$dir"
    else
        rm -rf --one-file-system "$dir"
    fi
}
