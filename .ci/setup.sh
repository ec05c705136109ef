# What ./start and ./check share: words on the terminal, tools, system packages. Sourced by bash.

CACHE="${SPINEBOARD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/spineboard}"
mkdir -p "$CACHE" || { echo "The build cache $CACHE cannot be made; name another by SPINEBOARD_CACHE." >&2; exit 1; }
# Outside the clone, so that a fresh clone need not build everything again.
export CARGO_TARGET_DIR="$CACHE/target"

# What the window and the crates with C code are built from.
BUILD_PACKAGES=(build-essential cmake pkg-config perl git ca-certificates curl
    libwebkit2gtk-4.1-dev libgtk-3-dev librsvg2-dev libdbus-1-dev libssl-dev)

say() { printf '\n== %s\n' "$*"; }
stop() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# version_at_least HAVE WANTED
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

missing_packages() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s ' "$package"
    done
}

# need_packages PACKAGE...: installs what is missing where that is allowed, else says the line.
need_packages() {
    if ! command -v apt-get >/dev/null; then
        echo "No apt here: make sure that the equivalents of these packages are installed: $*"
        return
    fi
    local missing as_root=()
    read -ra missing <<<"$(missing_packages "$@")"
    [ "${#missing[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        else
            stop "These system packages are missing. Install them, then run this again:

    sudo apt-get update && sudo apt-get install -y ${missing[*]}"
        fi
    fi
    say "Installing system packages: ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq update ||
        echo "The package lists could not be refreshed; going on with those that are here."
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" \
        >"$CACHE/apt.log" 2>&1 || {
        tail -n 15 "$CACHE/apt.log" >&2
        stop "apt-get could not install: ${missing[*]} (the whole log: $CACHE/apt.log)"
    }
}

need_rust() {
    command -v cargo >/dev/null || PATH="$PATH:$HOME/.cargo/bin"
    local have
    # Under rustup this fetches the version that rust-toolchain.toml names.
    have=$(rustc --version 2>/dev/null | awk '{print $2}') || true
    if [ -z "$have" ] || ! version_at_least "${have%%-*}" 1.95.0; then
        stop "SpineBoard needs Rust 1.95 or newer (${have:-none} found). Install it, then run this again:

    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh

or, where the distribution has it: sudo apt-get install rustup && rustup default stable"
    fi
}

need_node() {
    local have candidate
    have=$(node --version 2>/dev/null | tr -d v) || true
    if [ -z "$have" ] && command -v apt-cache >/dev/null; then
        candidate=$(apt-cache policy nodejs 2>/dev/null | awk '/Candidate:/ {print $2}')
        if [ -n "$candidate" ] && [ "$candidate" != "(none)" ] && version_at_least "${candidate%%[~+-]*}" 20.19; then
            need_packages nodejs npm
            have=$(node --version 2>/dev/null | tr -d v) || true
        fi
    fi
    if [ -z "$have" ] || ! version_at_least "$have" 20.19 || ! command -v npm >/dev/null; then
        stop "SpineBoard needs Node.js 20.19 or newer with npm (${have:-none} found). Debian 13 and Ubuntu 25.10 have it:

    sudo apt-get install nodejs npm

Elsewhere take a current release from https://nodejs.org/en/download, then run this again."
    fi
}

# The interface's packages, fetched anew only when the lock file changed.
install_interface() {
    local installed=ui/node_modules/.package-lock.json
    if [ -f "$installed" ] && [ ! ui/package-lock.json -nt "$installed" ]; then
        return
    fi
    npm --prefix ui ci --no-audit --no-fund
}
