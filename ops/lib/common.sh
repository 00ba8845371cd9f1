# common.sh - what setup, stack and test share: messages, retries, and
# processes recorded by pid. Sourced, never run.
# shellcheck shell=bash

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
    say "$*"
    exit 1
}

now_ms() {
    echo $(( ${EPOCHREALTIME/[.,]/} / 1000 ))
}

# wait_until SECONDS COMMAND... - true as soon as the command is, false when
# the deadline passes first.
wait_until() {
    local deadline=$(( $(now_ms) + $1 * 1000 ))
    shift
    until "$@"; do
        (( $(now_ms) < deadline )) || return 1
        sleep 0.05
    done
}

# A pid alone may be somebody else's by now; pid and start time together name
# one process. Prints the start time; fails for the dead and for zombies.
process_started_at() {
    local stat
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    read -r -a stat <<<"${stat##*) }" # the command's name may hold spaces
    [[ ${stat[0]} != [ZX] ]] || return 1
    echo "${stat[19]}"
}

# process_record FILE PID
process_record() {
    local started
    started=$(process_started_at "$2") || return 1
    echo "$2 $started" >"$1"
}

# process_alive FILE - is the recorded process still running?
process_alive() {
    local pid started
    [[ -r $1 ]] && read -r pid started <"$1" || return 1
    [[ $(process_started_at "$pid") == "$started" ]]
}

process_dead() {
    ! process_alive "$1"
}

# process_stop FILE SIGNAL SECONDS - ends the recorded process, if it is
# still there. One that outlives its deadline is killed, and that is an error.
process_stop() {
    local pid
    if process_alive "$1"; then
        read -r pid _ <"$1"
        kill "-$2" "$pid" 2>/dev/null || true
        if ! wait_until "$3" process_dead "$1"; then
            kill -KILL "$pid" 2>/dev/null || true
            say "process $pid did not stop in $3 s and was killed"
            return 1
        fi
    fi
    rm -f "$1"
}

# Ports below the ephemeral range: no outgoing connection can sit on one. The
# look is only a hint, two stacks may look at once: whoever starts a server
# tries another port when the bind fails.
port_pick() {
    local port
    while :; do
        port=$(( 15000 + SRANDOM % 17000 ))
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# log_since FILE BYTES - what was written to a log after the given size.
log_since() {
    tail -c "+$(( $2 + 1 ))" "$1" 2>/dev/null
}

log_size() {
    stat -c %s "$1" 2>/dev/null || echo 0
}
