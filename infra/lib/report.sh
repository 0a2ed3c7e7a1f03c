# shellcheck shell=bash disable=SC2154 # infra/test sets what is used here
# Steps, what they took, and the last words. Sourced by infra/test.

passed=0
failed=0
rows=()
counts=()
failures=()
step_pid=
outcome= # of the last step

say() { printf '\n== %s\n' "$*"; }

# A note is printed where it happens and once more at the end: nothing is left out in silence.
note() { printf '%s\n' "$*" | tee -a "$logs/notes"; }

# step NAME COMMAND..: runs it, keeps its output, records time and outcome. Job control gives it a process group of
# its own: stopping the group stops all it began, and Ctrl-C reaches this script first.
step() {
    local name=$1 began=$SECONDS
    outcome=ok
    shift
    say "$name"
    set -m
    ("$@" 2>&1 | tee "$logs/$name.log") </dev/null &
    step_pid=$!
    set +m
    if ! wait "$step_pid"; then
        outcome=FAILED
        failures+=("$name")
        failed=$((failed + 1))
    fi
    step_pid=
    rows+=("$(printf '%-20s %5d s  %s' "$name" $((SECONDS - began)) "$outcome")")
}

# need NAME COMMAND..: a step without which the rest cannot run.
need() {
    step "$@"
    [[ $outcome == ok ]] || {
        note "ended early: what comes after $1 did not run"
        finish
    }
}

# if_there FOLDER NAME COMMAND..: a step for a part that may not be written yet; says so instead of passing over it.
if_there() {
    if [[ -d $1 ]]; then step "${@:2}"; else note "absent: $1 (no $2)"; fi
}

stop_step() {
    [[ -z $step_pid ]] || kill -TERM -- "-$step_pid" 2>/dev/null || true
    step_pid=
}

# An ignored test counts as failed: whoever switches a test off must delete it or say what it now asserts.
# A failed step counts once; if it was failing tests, they count instead of it.
count_tests() {
    local name=$1 label=$2 n_passed=$3 n_failed=$4 n_skipped=$5
    counts+=("$label: $n_passed passed, $n_failed failed, $n_skipped switched off (counted as failed)")
    passed=$((passed + n_passed))
    failed=$((failed + n_failed + n_skipped))
    if ((n_failed > 0)) && [[ " ${failures[*]} " == *" $name "* ]]; then failed=$((failed - 1)); fi
    if ((n_passed + n_failed + n_skipped == 0)); then
        note "$label: no test ran"
        [[ " ${failures[*]} " == *" $name "* ]] || failed=$((failed + 1))
    fi
}

finish() {
    local name
    stop_servers
    for name in "${failures[@]}"; do
        say "$name failed; the end of $logs/$name.log"
        tail -n 40 "$logs/$name.log"
    done
    say "summary"
    printf '%s\n' "${rows[@]}"
    printf '%-20s %5d s\n' total "$SECONDS"
    [[ ! -s $logs/notes ]] || cat "$logs/notes"
    ((${#counts[@]} == 0)) || printf '%s\n' "${counts[@]}"
    ((${#failures[@]} == 0)) || printf 'FAILED: %s\n' "${failures[*]}"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    exit $((failed > 0))
}
