# shellcheck shell=bash disable=SC2154 # infra/test sets what is used here
# What the suite needs beside Rust, and where it is. Sourced by infra/test.
# Debian packages for servers; pinned Python packages (buf among them, as a wheel: no Node needed) and cargo-deny in the
# user's cache, under a name that changes with the version, so a new pin installs and an old one is found again.

cargo_deny_version=0.20.2

# what is missing -> the Debian packages that bring it
missing=()
packages=()
lack() {
    missing+=("$1")
    packages+=("${@:2}")
}

look_for_packages() {
    has cc || lack "a C compiler" gcc libc6-dev
    has git || lack git git
    has jq || lack jq jq
    has strace || lack strace strace
    has nats-server || lack "nats-server (with JetStream)" nats-server
    [[ -n $(postgres_bin) ]] || lack "a PostgreSQL server with pgbench" postgresql
    "$(system_python)" -c 'import venv, ensurepip' 2>/dev/null || lack "Python 3 with venv" python3 python3-venv
}

has() { command -v "$1" >/dev/null; }

# Debian's own Python before others on the PATH: it is the one whose venv module we can install.
system_python() { if [[ -x /usr/bin/python3 ]]; then echo /usr/bin/python3; else echo python3; fi; }

# Debian keeps the server's programs by version and outside the PATH; the newest complete one will do.
postgres_bin() {
    local bin found=
    for bin in "$(dirname "$(command -v postgres || echo /nowhere/postgres)")" \
        $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V); do
        if [[ -x $bin/postgres && -x $bin/initdb && -x $bin/pgbench ]]; then found=$bin; fi
    done
    echo "$found"
}

# In the foreground, because a step cannot read a password.
ask_for_root() {
    has cargo || { echo "infra/test: cargo is missing: install Rust first" >&2; exit 1; }
    look_for_packages
    ((${#missing[@]})) || return 0
    has apt-get || {
        echo "infra/test: missing, and without apt-get to be installed by hand:" >&2
        printf '  %s\n' "${missing[@]}" >&2
        exit 1
    }
    ((EUID == 0)) && return
    has sudo || {
        echo "infra/test: not root and no sudo; as root run: apt-get install ${packages[*]}" >&2
        exit 1
    }
    sudo -n true 2>/dev/null || sudo -v
}

as_root() { if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi; }

# For commands whose hundreds of lines matter only when they fail.
quietly() { "$@" >"$run/quiet.log" 2>&1 || { cat "$run/quiet.log"; return 1; }; }

install_packages() {
    ((${#packages[@]})) || { echo "nothing to install"; return; }
    echo "installing ${packages[*]}"
    quietly as_root apt-get -o DPkg::Lock::Timeout=120 update
    quietly as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "${packages[@]}"
    # Debian starts a server when it installs one. Ours are private, so take these away again from ports 4222 and 5432.
    [[ -d /run/systemd/system ]] || return 0
    local service
    for service in nats-server postgresql; do
        [[ " ${packages[*]} " != *" $service "* ]] || as_root systemctl disable --now "$service" || true
    done
}

# Runs in the script itself, not in a step: it sets what all later steps use.
locate_tools() {
    local python key
    pg_bin=$(postgres_bin)
    pg_user=
    if ((EUID == 0)); then pg_user=postgres; fi
    python=$(system_python)
    key=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    python_env=$cache/python/$key-$(sha256sum infra/requirements.txt | cut -c1-12)
    venv=$python_env/venv
    deny=$cache/cargo-deny-$cargo_deny_version/bin/cargo-deny
    export TOADLANE_TEST_PG_BIN=$pg_bin TOADLANE_TEST_PG_USER=$pg_user TOADLANE_TEST_PYTHON=$venv/bin/python
    TOADLANE_TEST_NATS_BIN=$(command -v nats-server)
    export TOADLANE_TEST_NATS_BIN TOADLANE_TEST_BIN=$CARGO_TARGET_DIR/${profile/dev/debug}/toadlane
}

install_rust_tools() {
    cargo fmt --version || rustup component add rustfmt
    cargo clippy --version || rustup component add clippy
}

install_python_env() {
    [[ ! -e $python_env/complete ]] || { echo "nothing to install"; return; }
    rm -rf "$python_env"
    "$(system_python)" -m venv "$venv"
    local pip=("$venv/bin/pip" --quiet --disable-pip-version-check)
    # The file names all there is, wheels only: nothing unpinned and nothing that compiles can come in. They are kept,
    # so that a test can fill an empty environment without network.
    "${pip[@]}" download --no-deps --only-binary :all: --dest "$python_env/wheels" -r infra/requirements.txt
    "${pip[@]}" install --no-deps --no-index --find-links "$python_env/wheels" -r infra/requirements.txt
    "$venv/bin/pip" check
    touch "$python_env/complete"
}

# Unoptimised: two minutes to compile and four seconds to run; its release profile (fat LTO) is far from worth it here.
install_cargo_deny() {
    [[ ! -x $deny ]] || { echo "nothing to install"; return; }
    env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 \
        cargo install --locked --quiet --debug --root "${deny%/bin/*}" "cargo-deny@$cargo_deny_version"
}

print_versions() {
    echo
    rustc --version
    "$pg_bin/postgres" --version
    "$TOADLANE_TEST_NATS_BIN" --version
    "$TOADLANE_TEST_PYTHON" --version
    echo "buf $("$venv/bin/buf" --version)"
    "$deny" --version
}
