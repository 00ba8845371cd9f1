# kafka.sh - the stack's private Kafka: one real broker that is its own
# controller. Sourced by ops/stack, which sets `dir` and `root`.
# shellcheck shell=bash
: "${dir?} ${root:?}"

kafka_jars=$root/build/kafka

# The newest Java of the machine's packages, or the one on the PATH.
kafka_find_java() {
    local java
    java=$(printf '%s\n' /usr/lib/jvm/java-[0-9]*-openjdk-*/bin/java |
        sort -V | tail -n 1)
    [[ -x $java ]] || java=$(command -v java) || die 'no Java; run ops/setup'
    echo "$java"
}

# kafka_command [JVM_OPTION...] CLASS ARGS... - sets the array `kafka_cmd`,
# which runs a class of the jars. The JVM's optimizing compiler takes half a
# core for the first minutes of a broker, and most of ours do not live longer;
# STACK_JVM=-XX:TieredStopAtLevel=4 is for those that do.
kafka_command() {
    local java
    [[ -e $kafka_jars/.stamp ]] || die 'no Kafka in build/kafka; run ops/setup'
    java=$(kafka_find_java)
    kafka_cmd=("$java" "${STACK_JVM:--XX:TieredStopAtLevel=1}"
        -XX:+UseSerialGC -XX:-UsePerfData
        -Djava.net.preferIPv4Stack=true
        "-Dlog4j2.configurationFile=$root/ops/kafka/log4j2.properties"
        -cp "$kafka_jars/*" "$@")
}

# kafka_configure PORT CONTROLLER_PORT - small internal topics make the start
# quick, and so do short sessions after a kill: the dead broker's session must
# end before the new one may register. All else is the broker's default.
kafka_configure() {
    cat >"$dir/kafka.properties" <<-CONF
	process.roles=broker,controller
	node.id=1
	controller.quorum.bootstrap.servers=127.0.0.1:$2
	listeners=BROKER://127.0.0.1:$1,CONTROLLER://127.0.0.1:$2
	advertised.listeners=BROKER://127.0.0.1:$1
	listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
	inter.broker.listener.name=BROKER
	controller.listener.names=CONTROLLER
	log.dirs=$dir/kafka
	auto.create.topics.enable=false
	offsets.topic.replication.factor=1
	offsets.topic.num.partitions=4
	transaction.state.log.replication.factor=1
	transaction.state.log.min.isr=1
	transaction.state.log.num.partitions=4
	share.coordinator.state.topic.replication.factor=1
	share.coordinator.state.topic.min.isr=1
	share.coordinator.state.topic.num.partitions=1
	group.initial.rebalance.delay.ms=0
	broker.session.timeout.ms=4000
	broker.heartbeat.interval.ms=500
	CONF
}

# The id starts with a zero byte, "A": a dash would be read as an option.
kafka_cluster_id() {
    { printf '\0'; head -c 15 /dev/urandom; } | base64 | tr '+/' '-_' | tr -d =
}

kafka_format() {
    local kafka_cmd
    kafka_command kafka.tools.StorageTool format --standalone \
        -t "$(kafka_cluster_id)" -c "$dir/kafka.properties"
    rm -rf "$dir/kafka"
    mkdir -m 700 "$dir/kafka"
    "${kafka_cmd[@]}" >>"$dir/kafka.log" 2>&1 </dev/null ||
        die 'could not format the folder of Kafka'
}

# Up, by the broker's own word, or dead; `seen` is where its log began.
kafka_settled() {
    grep -q 'Kafka Server started' < <(log_since "$dir/kafka.log" "$1") ||
        process_dead "$dir/kafka.pid"
}

# A session of its own: Ctrl-C on a test must not reach the broker.
kafka_launch() {
    local seen kafka_cmd
    seen=$(log_size "$dir/kafka.log")
    kafka_command -Xms512m -Xmx512m -XX:+ExitOnOutOfMemoryError \
        "-XX:ErrorFile=$dir/kafka-crash.log" kafka.Kafka "$dir/kafka.properties"
    setsid "${kafka_cmd[@]}" >>"$dir/kafka.log" 2>&1 </dev/null &
    process_record "$dir/kafka.pid" $! || return 1
    disown
    wait_until 90 kafka_settled "$seen" && process_alive "$dir/kafka.pid"
}

# First start of a new stack. The ports are in the formatted folder too, so
# another port means to format again.
kafka_create() {
    local try port controller_port seen
    for try in 1 2 3 4 5; do
        port=$(port_pick)
        seen=$(log_size "$dir/kafka.log")
        controller_port=$port
        while (( controller_port == port )); do
            controller_port=$(port_pick)
        done
        kafka_configure "$port" "$controller_port"
        kafka_format
        if kafka_launch; then
            echo "$port" >"$dir/kafka.port"
            return
        fi
        kafka_kill
        grep -qiE 'address already in use|BindException' \
            < <(log_since "$dir/kafka.log" "$seen") || break
        say "a port of Kafka was taken (try $try)"
    done
    die 'could not start Kafka'
}

kafka_start() {
    process_dead "$dir/kafka.pid" || return 0
    kafka_launch || die "could not start Kafka, see $dir/kafka.log"
}

kafka_stop() {
    process_stop "$dir/kafka.pid" TERM 60
}

kafka_kill() {
    process_stop "$dir/kafka.pid" KILL 30
}

kafka_restart() {
    kafka_stop
    kafka_start
}
