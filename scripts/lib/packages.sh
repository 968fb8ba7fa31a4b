# shellcheck shell=bash disable=SC2034
# The Debian 12 packages the project needs, and how they get there. Sourced, not run.

# To build and run.
build_packages=(
    g++ cmake ninja-build ccache pkg-config
    libsystemc-dev libeigen3-dev libboost-program-options-dev libfmt-dev nlohmann-json3-dev
    libonnx-dev libprotobuf-dev protobuf-compiler libopenblas-dev libsqlite3-dev
)
# To test as well: the ONNX node tests and the circuits are checked against these programs; libtorch is for
# `imcsim nas train`, which a build without it leaves out.
test_packages=(
    libgtest-dev libgmock-dev python3-onnx ngspice shellcheck clang-format libtorch-dev
)

# need PACKAGE...: installs what is missing, as root or with sudo; else says what to run and exits with 2.
need() {
    if ! command -v dpkg-query >/dev/null; then
        echo "This is no Debian: the build will say what it misses of: $*" >&2
        return 0
    fi
    local package missing=()
    for package in "$@"; do
        # No pipe into grep -q: with pipefail its early end would count as a failure of dpkg-query.
        if [[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]]; then
            missing+=("$package")
        fi
    done
    if ((${#missing[@]} == 0)); then
        return 0
    fi
    local as_root=()
    if ((EUID != 0)); then
        # sudo may ask for a password where somebody can type it.
        if ! command -v sudo >/dev/null || { [[ ! -t 0 ]] && ! sudo -n true 2>/dev/null; }; then
            {
                echo "Packages are missing. Please run, and then start this script again:"
                echo "  sudo apt-get install --no-install-recommends ${missing[*]}"
            } >&2
            exit 2
        fi
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}" >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq update >&2
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -y install --no-install-recommends "${missing[@]}" >&2; then
        echo "The packages could not be installed: ${missing[*]}" >&2
        exit 2
    fi
}
