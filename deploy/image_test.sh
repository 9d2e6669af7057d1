#!/usr/bin/env bash
# Builds the image without a registry, a daemon or a network, starts it as its own user and has it
# answer a chat completion from the demo model. Removes what it made, and nothing else.
#
#   make image-test            (needs root, buildah and mmdebstrap from Debian)
#
#   PYTHON=python3             interpreter whose pip fetches the wheels (same version as the base's)
#   BASE_TAR=FILE              a base made earlier, instead of a fresh one
#   SUITE=bookworm             the Debian release of the base
set -euo pipefail

cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
suite=${SUITE:-bookworm}
tag=sealgate-test-$$
base=localhost/$tag-base
image=localhost/$tag
work=$(mktemp -d)
containers=()
running=
rootfs=

say() { printf 'image-test: %s\n' "$*"; }
fail() {
    say "FAILED: $*" >&2
    [ ! -s "$work/log" ] || tail -n 40 "$work/log" >&2
    exit 1
}

inside_pids() {
    # The processes of our container: those whose root is its file system.
    local entry
    [ -n "$rootfs" ] || return 0
    for entry in /proc/[0-9]*; do
        if [ "$(readlink "$entry/root" 2>/dev/null)" = "$rootfs" ]; then
            echo "${entry#/proc/}"
        fi
    done
}

first_inside() {
    # What the image's command became: the first descendant of `buildah run` with another root.
    local pid=$running root
    while pid=$(pgrep -o -P "$pid"); do
        root=$(readlink "/proc/$pid/root" 2>/dev/null || true)
        # The runtime's own last wrapper has the root too; the command is its child.
        case $(tr '\0' ' ' <"/proc/$pid/cmdline") in buildah-*) continue ;; esac
        [ "$root" = / ] || { echo "$pid" && return; }
    done
    return 1
}

# shellcheck disable=SC2317  # called by the trap
clean_up() {
    local pid
    for pid in $(inside_pids); do kill -KILL "$pid" 2>/dev/null || true; done
    [ -z "$running" ] || kill -KILL "$running" 2>/dev/null || true
    [ ${#containers[@]} -eq 0 ] || buildah rm "${containers[@]}" >/dev/null 2>&1 || true
    buildah rmi "$image" "$base" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap clean_up EXIT

for program in buildah mmdebstrap curl; do
    command -v "$program" >/dev/null || fail "$program is missing: apt-get install $program"
done

say "1/6 wheels"
mkdir -p "$work/context/deploy/wheels"
"$python" -m pip wheel --quiet --disable-pip-version-check --constraint constraints.txt \
    --wheel-dir "$work/context/deploy/wheels" '.[media,postgres]' 'setuptools>=77' pip
rm -f "$work"/context/deploy/wheels/sealgate-*.whl
tar -c --exclude=__pycache__ Dockerfile .dockerignore pyproject.toml constraints.txt LICENSE \
    README.md gateway filters models policies deploy/install.sh | tar -x -C "$work/context"

say "2/6 base from Debian $suite"
if [ -n "${BASE_TAR:-}" ]; then
    ln -s "$(realpath "$BASE_TAR")" "$work/base.tar"
else
    mmdebstrap --quiet --variant=minbase --include=python3,ca-certificates \
        "$suite" "$work/base.tar" 2>"$work/log" || fail "mmdebstrap"
fi
scratch=$(buildah from scratch)
containers+=("$scratch")
buildah add --quiet "$scratch" "$work/base.tar" / >/dev/null
buildah commit --quiet "$scratch" "$base" >/dev/null

say "3/6 build"
buildah bud --isolation chroot --format docker --pull=never --build-arg "BASE=$base" \
    --tag "$image" "$work/context" >"$work/log" 2>&1 || fail "the build"
container=$(buildah from --pull=never "$image")
containers+=("$container")
mount=$(buildah mount "$container")

inspect() { buildah inspect --type image --format "$1" "$image"; }
user=$(inspect '{{.Docker.Config.User}}')
[ "$user" = 65532:65532 ] || fail "the image runs as '$user'"
health=$(inspect '{{range .Docker.Config.Healthcheck.Test}}{{println .}}{{end}}')
[ "$(head -n 1 <<<"$health")" = CMD ] || fail "the image has no health check"

say "4/6 contents"
for tool in pip pip3 gcc make; do
    ! buildah run --isolation chroot "$container" -- sh -c "command -v $tool" >/dev/null 2>&1 ||
        fail "the image still holds $tool"
done
! buildah run --isolation chroot "$container" -- python3 -m pip >/dev/null 2>&1 ||
    fail "the image still holds pip"
writable=$(buildah run --isolation chroot "$container" -- sh -c \
    'find / -xdev \( -path /proc -o -path /sys -o -path /dev \) -prune -o -type d -writable -print' \
    2>/dev/null | grep -vE '^/(tmp|var/tmp|var/lib/sealgate|run/lock|var/lock)(/|$)' || true)
[ -z "$writable" ] || fail "its user may write to $writable"

say "5/6 start"
port=$("$python" - <<'PORT'
import socket
with socket.socket() as a, socket.socket() as b:
    a.bind(("127.0.0.1", 0)), b.bind(("127.0.0.1", 0))
    print(a.getsockname()[1], b.getsockname()[1])
PORT
)
operations=${port#* }
port=${port% *}
mapfile -t command < <(inspect '{{range .Docker.Config.Entrypoint}}{{println .}}{{end}}{{range .Docker.Config.Cmd}}{{println .}}{{end}}' | grep .)
settings=(--env "SEALGATE_PORT=$port" --env "SEALGATE_OPERATIONS_PORT=$operations"
    --env SEALGATE_HOST=127.0.0.1 --env SEALGATE_OPERATIONS_HOST=127.0.0.1)
buildah run --isolation chroot "${settings[@]}" "$container" -- "${command[@]}" \
    >"$work/log" 2>&1 &
running=$!
for ((attempt = 0; ; attempt++)); do
    ! curl -sf -o /dev/null "http://127.0.0.1:$port/readyz" || break
    kill -0 "$running" 2>/dev/null || fail "it ended at once"
    rootfs=$(readlink "/proc/$(first_inside)/root" 2>/dev/null || true)
    [ "$attempt" -lt 120 ] || fail "not ready within a minute"
    sleep 0.5
done
supervisor=$(first_inside) || fail "the image's command is not running"
rootfs=$(readlink "/proc/$supervisor/root")
for pid in $(inside_pids); do
    [ "$(stat -c %u "/proc/$pid")" = 65532 ] || fail "a process runs as $(stat -c %U "/proc/$pid")"
done
mapfile -t check < <(tail -n +2 <<<"$health" | grep .)
buildah run --isolation chroot "${settings[@]}" "$container" -- "${check[@]}" ||
    fail "the health check says no"

say "6/6 a chat completion"
answer=$(curl -sS --max-time 20 "http://127.0.0.1:$port/v1/chat/completions" \
    -H 'content-type: application/json' -H 'authorization: Bearer sk-image-test' \
    -d '{"model": "sealgate-demo", "messages": [{"role": "user", "content": "Say hello."}]}')
"$python" -c '
import json, sys
choice = json.loads(sys.argv[1])["choices"][0]
assert choice["message"]["content"].strip() and choice["finish_reason"] == "stop", choice
' "$answer" || fail "the answer was: $answer"
curl -sf "http://127.0.0.1:$operations/metrics" >"$work/metrics" || fail "no metrics"
grep -q '^sealgate_exchanges_total{.*} 1.0$' "$work/metrics" || fail "the exchange was not counted"

kill -TERM "$supervisor"
for ((attempt = 0; attempt < 80; attempt++)); do
    kill -0 "$running" 2>/dev/null || break
    sleep 0.5
done
! kill -0 "$running" 2>/dev/null || fail "it did not end within 40 s of SIGTERM"
wait "$running" || fail "it ended with code $?"
running=
[ -z "$(inside_pids)" ] || fail "processes are left behind"
say "passed ($(du -sh "$mount" | cut -f1) unpacked)"
