# Makes the environment that run, test and check work in; sourced by them.
#
# Everything is in .venv: the packages of one lock file, with checksums; the project itself, editable. What is made once
# is noted in a stamp, so that the next run costs nothing. Interrupted, it goes on where it stopped.
# Messages go to stderr.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv
python=$venv/bin/python
uv=$venv/tools/bin/uv

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $1"
    [ -z "${2:-}" ] || say "hint: $2"
    exit 69
}

# The first Python that is new enough, and works: a pyenv shim may be there without its Python.
find_python() {
    local name
    for name in ${SIDECAR_PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    fail "no Python 3.11, 3.12 or 3.13" "sudo apt-get install python3 python3-venv, or name one in SIDECAR_PYTHON"
}

# Whether packages of the system can be installed without asking anybody.
may_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# system_packages WHAT-FOR PACKAGE...: installs those that are missing, or says which they are. 1: some are missing.
system_packages() {
    local why=$1 name missing=()
    shift
    command -v dpkg-query >/dev/null || return 0
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if may_install; then
        say "installing system packages $why: ${missing[*]}"
        install_packages "${missing[@]}" && return 0
        as_root apt-get update -qq >&2 && install_packages "${missing[@]}" && return 0
    fi
    say "missing $why: sudo apt-get install ${missing[*]}"
    return 1
}

install_packages() {
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

make_venv() {
    if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then return; fi
    local base version
    base=$(find_python)
    version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    say "making .venv with Python $version"
    rm -rf "$venv"
    if ! "$base" -c 'import ensurepip, venv' 2>/dev/null; then
        system_packages "for Python environments" "python$version-venv" || exit 69
    fi
    "$base" -m venv "$venv" || fail "Python $version cannot make an environment" "sudo apt-get install python$version-venv"
}

# uv does not read pip's configuration: tell it the index and the authorities that pip uses.
follow_pip() {
    local settings index bundle
    settings=$("$python" -m pip config list 2>/dev/null || true)
    index=${PIP_INDEX_URL:-$(sed -n "s/^global\.index-url='\(.*\)'$/\1/p" <<<"$settings" | head -n 1)}
    bundle=${PIP_CERT:-$(sed -n "s/^global\.cert='\(.*\)'$/\1/p" <<<"$settings" | head -n 1)}
    if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then export UV_DEFAULT_INDEX=$index; fi
    if [ -n "$bundle" ] && [ -z "${SSL_CERT_FILE:-}" ]; then export SSL_CERT_FILE=$bundle; fi
    export UV_NO_CONFIG=1 UV_PYTHON_DOWNLOADS=never
}

# uv lies beside the packages, not among them, so that they are exactly those of the lock file.
make_uv() {
    local stamp
    stamp=$(sha256sum <"$root/requirements-uv.lock")
    if [ -x "$uv" ] && [ "$(cat "$venv/tools/stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
    say "fetching uv"
    "$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --upgrade \
        --target "$venv/tools" -r "$root/requirements-uv.lock" >&2 ||
        fail "the package index cannot be reached" "check the network, or set PIP_INDEX_URL"
    printf '%s\n' "$stamp" >"$venv/tools/stamp"
}

stamp_of() { printf '%s %s\n' "$1" "$(cat "$root/$1" "$root/pyproject.toml" | sha256sum)"; }

# environment LOCK...: the packages of the lock file that is installed already, or else of the first.
environment() {
    local lock have chosen=$1
    have=$(cat "$venv/stamp" 2>/dev/null || true)
    for lock in "$@"; do
        [ "$have" != "$(stamp_of "$lock")" ] || return 0
        [ "${have%% *}" != "$lock" ] || chosen=$lock
    done
    exec 9<"$root"
    flock 9
    make_venv
    follow_pip
    make_uv
    say "installing packages of $chosen"
    "$uv" pip sync --python "$python" --require-hashes --only-binary :all: "$root/$chosen" >&2 ||
        fail "the packages could not be installed" "check the network, or set PIP_INDEX_URL; then run this again"
    "$uv" pip install --quiet --python "$python" --no-deps --no-build-isolation --offline -e "$root" >&2 ||
        fail "the project could not be installed into .venv" "remove .venv and run this again"
    stamp_of "$chosen" >"$venv/stamp"
    exec 9<&-
}

# The microphone needs PortAudio; all else works without it.
portaudio() {
    [ "$(uname -s)" = Linux ] || return 0
    if { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -q 'libportaudio\.so\.2'; then return 0; fi
    system_packages "for microphones" libportaudio2 || true
}

# The embedded models. Where they cannot be had, whatever needs one says so itself.
models() {
    local stamp
    stamp="${SIDECAR_MODELS:-} ${XDG_CACHE_HOME:-$HOME} $(cat "$root"/models/*.toml | sha256sum)"
    if [ "$(cat "$venv/models" 2>/dev/null)" = "$stamp" ]; then return; fi
    if "$venv/bin/sidecar" models pull >/dev/null; then
        printf '%s\n' "$stamp" >"$venv/models"
    else
        say "going on without all models"
    fi
}
