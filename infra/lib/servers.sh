# shellcheck shell=bash disable=SC2154 # infra/test sets what is used here
# Private servers, all of whose files lie under $run. Sourced by infra/test.

start_servers() {
    start_postgres
    start_nats
}

as_pg_user() { if [[ -n $pg_user ]]; then runuser -u "$pg_user" -- "$@"; else "$@"; fi; }

start_postgres() {
    local data=$run/postgres password port
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    install -d -m 700 "$data"
    install -m 600 /dev/stdin "$run/password" <<<"$password"
    [[ -z $pg_user ]] || chown "$pg_user" "$data" "$run/password"
    cd "$run" || return # PostgreSQL's user may not be able to enter the checkout
    as_pg_user "$pg_bin/initdb" -D "$data" -U toadlane -A scram-sha-256 --pwfile="$run/password" \
        --encoding=UTF8 --locale=C.UTF-8 >"$logs/initdb.log"
    # The three durability settings are PostgreSQL's own. They are written out because the product refuses to start
    # without them, and because a suite that is faster with them off measures nothing.
    cat >>"$data/postgresql.conf" <<EOF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$data'
max_connections = 200
fsync = on
full_page_writes = on
synchronous_commit = on
EOF
    # Somebody else may take a free port before we do, so try again with another.
    for _ in 1 2 3; do
        port=$(free_port)
        if as_pg_user "$pg_bin/pg_ctl" -D "$data" -o "-p $port" -l "$data/server.log" -w -t 60 start >/dev/null; then
            echo "TOADLANE_TEST_POSTGRES=postgres://toadlane:$password@127.0.0.1:$port/postgres" >>"$run/servers.env"
            echo "export TOADLANE_TEST_POSTGRES" >>"$run/servers.env"
            echo "PostgreSQL on port $port"
            return
        fi
    done
    cat "$data/server.log"
    return 1
}

free_port() { "$TOADLANE_TEST_PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

start_nats() {
    local dir=$run/nats url=
    mkdir "$dir"
    # Port -1: it takes a free one and writes its address into a file. setsid: it outlives this step.
    setsid "$TOADLANE_TEST_NATS_BIN" -a 127.0.0.1 -p -1 -js -sd "$dir" --ports_file_dir "$dir" -P "$dir/pid" \
        >"$dir/log" 2>&1 &
    for _ in {1..50}; do
        url=$(grep -ho 'nats://[0-9.:]*' "$dir"/*.ports 2>/dev/null || true)
        [[ -z $url ]] || break
        sleep 0.1
    done
    greets_with_jetstream "${url##*:}" || {
        echo "nats-server did not come up with JetStream:"
        cat "$dir/log"
        return 1
    }
    echo "export TOADLANE_TEST_NATS=$url" >>"$run/servers.env"
    echo "NATS on port ${url##*:}"
}

# A NATS server speaks first and says what it can do.
greets_with_jetstream() {
    local greeting
    [[ -n $1 ]] && read -r -t 5 greeting <"/dev/tcp/127.0.0.1/$1" && [[ $greeting == *'"jetstream":true'* ]]
}

# Also stops clusters that a killed test left behind in its temporary folder, which is under $run.
stop_servers() {
    local file
    while read -r file; do
        stop_one postgres "$(head -n 1 "$file")" QUIT # QUIT: stop at once, the data is thrown away anyway
    done < <(find "$run" -name postmaster.pid 2>/dev/null)
    [[ ! -s $run/nats/pid ]] || stop_one nats-server "$(<"$run/nats/pid")" TERM
}

# stop_one NAME PID SIGNAL: the name is checked since a number from an old file may belong to somebody else by now.
stop_one() {
    [[ $(cat "/proc/$2/comm" 2>/dev/null) == "$1" ]] || return 0
    kill -"$3" "$2" 2>/dev/null || true
    for _ in {1..100}; do
        [[ -e /proc/$2 ]] || return 0
        sleep 0.1
    done
    kill -KILL "$2" 2>/dev/null || true
}
