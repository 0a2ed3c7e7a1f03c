# shellcheck shell=bash disable=SC2154 # infra/test sets what is used here
# What is checked and tested, where it takes more than one command. Sourced by infra/test.

# buf needs no network here, the module has no dependencies; only its cache must not land in the home folder.
export BUF_CACHE_DIR=$cache/buf

contract_lint() { "$venv/bin/buf" lint proto; }

# Compared with what was released, which callers have, and with the last commit, so that what is not released yet does
# not change unnoticed either. infra/CONTRIBUTING.md says how a release renews the first.
contract_breaking() {
    local base
    "$venv/bin/buf" breaking proto --against infra/contract/released.binpb
    base=$(contract_base)
    [[ -n $base ]] || { note "contract: compared with the release alone; no earlier commit is here"; return; }
    note "contract: compared with the release and with $(git log -1 --format='%h (%s)' "$base")"
    mkdir "$run/earlier"
    git archive "$base" proto | tar -x -C "$run/earlier"
    "$venv/bin/buf" breaking proto --against "$run/earlier/proto"
}

# The commit that holds the version before the one at hand: the newest if proto/ has uncommitted changes, else the one
# before the last change. Empty if there is none, as in the first commit, a shallow clone or an unpacked archive.
contract_base() {
    local base=HEAD
    git rev-parse --quiet --verify HEAD >/dev/null 2>&1 || return 0
    [[ -n $(git status --porcelain -- proto) ]] || base="$(git log -1 --format=%H -- proto)~1"
    base=$(git rev-parse --quiet --verify "$base^{commit}") || return 0
    [[ $(git ls-tree -r --name-only "$base" proto) != *.proto* ]] || echo "$base"
}

cargo_deny() { "$deny" --config infra/deny.toml --locked "$@"; }

check_dependencies() { cargo_deny check licenses bans sources; }

# Advisories live in a git repository on the internet. Where that cannot be reached the rest of the suite still can run.
check_advisories() {
    if GIT_TERMINAL_PROMPT=0 timeout --foreground 60 "$deny" --config infra/deny.toml fetch db; then
        cargo_deny --offline check advisories
    else
        note "advisories: not reached, not checked"
    fi
}

# Build and install the wheel as a user of the client would, not from the source folder. Beside it lie the wheels that
# it depends on, for the test that installs it in an empty environment.
install_python_client() {
    "$venv/bin/python" -m build --wheel --no-isolation --outdir "$TOADLANE_TEST_WHEELS" clients/python
    "$venv/bin/pip" install --quiet --disable-pip-version-check --force-reinstall --no-deps \
        "$TOADLANE_TEST_WHEELS"/toadlane-*.whl
    "$venv/bin/pip" check
    ln -s "$python_env"/wheels/* "$TOADLANE_TEST_WHEELS"
}

# Program and tests; the wrapper says why harnesses are compiled otherwise.
harness_compiler=$PWD/infra/lib/rustc-for-tests

build_all() { RUSTC_WRAPPER=$harness_compiler cargo build --locked --release --workspace --all-targets; }

# Temporary files under $run: what a killed test leaves behind goes with it.
rust_tests() {
    RUSTC_WRAPPER=$harness_compiler TMPDIR=$run/tmp cargo test --locked --release --workspace --no-fail-fast
}

# As plain cargo would, so that neither compiles again what the other has.
tests_of_crates() { TMPDIR=$run/tmp cargo test --no-fail-fast "${crates[@]}"; }

count_rust_tests() {
    local n_passed n_failed n_ignored
    # "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; .."
    read -r n_passed n_failed n_ignored < <(awk '
        /^test result: / { passed += $4; failed += $6; ignored += $8 }
        END { print passed + 0, failed + 0, ignored + 0 }' "$logs/rust-tests.log")
    grep -E '^test .* \.\.\. (FAILED|ignored)' "$logs/rust-tests.log" >>"$logs/notes" || true
    count_tests rust-tests "rust tests" "$n_passed" "$n_failed" "$n_ignored"
}

python_tests() {
    TMPDIR=$run/tmp "$venv/bin/python" -m pytest -ra -p no:cacheprovider --junitxml="$logs/pytest.xml" clients/python/tests
}

count_python_tests() {
    [[ -d clients/python ]] || return 0
    local n_passed=0 n_failed=0 n_skipped=0
    [[ ! -e $logs/pytest.xml ]] || read -r n_passed n_failed n_skipped < <("$venv/bin/python" - "$logs/pytest.xml" <<'EOF'
import sys, xml.etree.ElementTree as tree
suites = tree.parse(sys.argv[1]).getroot().iter("testsuite")
n = {key: 0 for key in ("tests", "failures", "errors", "skipped")}
for suite in suites:
    for key in n:
        n[key] += int(suite.get(key, 0))
bad = n["failures"] + n["errors"]
print(n["tests"] - bad - n["skipped"], bad, n["skipped"])
EOF
    )
    count_tests python-tests "python tests" "$n_passed" "$n_failed" "$n_skipped"
}
