# pg.sh - the stack's private PostgreSQL. Sourced by ops/stack, which sets
# `dir`. Never touches a cluster of the system.
# shellcheck shell=bash
: "${dir?} ${root:?}"

pg_roles=(owner worker relay reader)

pg_bin() {
    local newest
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    [[ -x $newest/postgres ]] || die 'no PostgreSQL server; run ops/setup'
    echo "$newest"
}

# PostgreSQL refuses to run as root.
pg_as() {
    if (( EUID == 0 )); then
        (cd / && exec setpriv --reuid="$pg_user" --regid="$pg_user" \
            --clear-groups "$@")
    else
        "$@"
    fi
}

pg_choose_user() {
    pg_user=$(id -un)
    (( EUID == 0 )) || return 0
    pg_user=postgres
    id "$pg_user" >/dev/null 2>&1 || die 'no user postgres; run ops/setup'
    chmod 711 "$dir" # the server's user passes through, and cannot list
    pg_as test -x "$dir" ||
        die "user $pg_user cannot enter $dir: choose a folder below /tmp"
}

pg_password() {
    cat "$dir/secrets/$1"
}

# One file per role for `…__FILE` settings, all of them in one for libpq.
pg_make_secrets() {
    local role
    mkdir -m 700 "$dir/secrets"
    for role in "${pg_roles[@]}" admin; do
        od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$dir/secrets/$role"
    done
    for role in "${pg_roles[@]}"; do
        echo "*:*:*:reward_$role:$(pg_password "$role")"
    done >"$dir/pgpass"
    echo "*:*:*:postgres:$(pg_password admin)" >>"$dir/pgpass"
}

# Benchmarks must find commits as dear as in production, so nothing about
# durability is eased. Checkpoints are rare, or they would blur every measurement.
pg_configure() {
    local socket_dir=$dir/pg
    (( ${#dir} < 80 )) || socket_dir= # a socket's path ends at 107 bytes
    cat >>"$dir/pg/postgresql.conf" <<-CONF
	listen_addresses = '127.0.0.1'
	unix_socket_directories = '$socket_dir'
	unix_socket_permissions = 0700
	max_connections = 60
	shared_buffers = 256MB
	max_wal_size = 4GB
	checkpoint_timeout = 15min
	log_lock_waits = on
	log_line_prefix = '%m [%p] %q%u@%d %a '
	log_timezone = 'UTC'
	timezone = 'UTC'
	CONF
}

# --no-sync leaves out one flush of the new, empty cluster; the server itself
# runs with fsync on.
pg_init() {
    pg_make_secrets
    install -d -m 700 -o "$pg_user" "$dir/pg"
    install -m 600 -o "$pg_user" "$dir/secrets/admin" "$dir/pg.pwfile"
    install -m 600 -o "$pg_user" /dev/null "$dir/pg.log"
    pg_as "$(pg_bin)/initdb" -D "$dir/pg" -U postgres --encoding=UTF8 \
        --locale=C.UTF-8 --auth=scram-sha-256 --pwfile="$dir/pg.pwfile" \
        --no-sync >"$dir/initdb.log" 2>&1 ||
        { cat "$dir/initdb.log" >&2; die 'could not create the cluster'; }
    rm "$dir/pg.pwfile"
    pg_configure
}

# Found by its folder, so that even a server that came up too late is known,
# and can be stopped.
pg_record() {
    local pid
    read -r pid 2>/dev/null <"$dir/pg/postmaster.pid" || return 1
    [[ $(readlink "/proc/$pid/cwd") == "$dir/pg" ]] &&
        process_record "$dir/pg.pid" "$pid"
}

# pg_launch PORT - pg_ctl answers for this very server (it watches the pid
# file), where a ping might be answered by a stranger on the same port.
pg_launch() {
    local rc=0
    pg_as "$(pg_bin)/pg_ctl" -D "$dir/pg" -l "$dir/pg.log" -w -t 90 -s \
        -o "-p $1" start >/dev/null 2>&1 </dev/null || rc=$?
    pg_record && return "$rc"
}

pg_start_new() {
    local try port seen
    for try in 1 2 3 4 5; do
        port=$(port_pick)
        seen=$(log_size "$dir/pg.log")
        if pg_launch "$port"; then
            echo "$port" >"$dir/pg.port"
            return
        fi
        grep -qi 'address already in use' < <(log_since "$dir/pg.log" "$seen") ||
            break
        say "port $port was taken (try $try)"
    done
    die 'could not start PostgreSQL'
}

pg_sql() {
    PGPASSFILE=$dir/pgpass "$(pg_bin)/psql" -X -q -v ON_ERROR_STOP=1 \
        "host=127.0.0.1 port=$(<"$dir/pg.port") dbname=postgres user=postgres"
}

pg_create_roles() {
    local role
    {
        for role in "${pg_roles[@]}"; do
            echo "CREATE ROLE reward_$role LOGIN PASSWORD '$(pg_password "$role")';"
        done
        echo 'CREATE DATABASE gigchain OWNER reward_owner;'
    } | pg_sql
}

# First start of a new stack: cluster, server, roles, database.
pg_create() {
    pg_init
    pg_start_new
    pg_create_roles
}

pg_start() {
    process_dead "$dir/pg.pid" || return 0
    pg_launch "$(<"$dir/pg.port")" || die "could not start PostgreSQL, see $dir/pg.log"
}

pg_stop() {
    process_stop "$dir/pg.pid" INT 120 # what pg_ctl calls fast
}

pg_kill() {
    process_stop "$dir/pg.pid" QUIT 30 # immediate: the next start recovers
}

pg_restart() {
    pg_stop
    pg_start
}
