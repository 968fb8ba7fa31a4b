# shellcheck shell=bash
# Configures and builds a preset of CMakePresets.json. Sourced, not run.

# As many jobs as there are processors and 1.5 GiB of memory for each.
jobs() {
    local processors memory
    processors=$(nproc)
    memory=$(($(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo) / 1572864))
    if ((memory < 1)); then memory=1; fi
    echo $((processors < memory ? processors : memory))
}

# build PRESET FOLDER [CMAKE_ARGUMENT]...: the preset's build is in FOLDER afterwards.
build() {
    local preset=$1 folder=$2 generator=()
    shift 2
    if [[ ! -e $folder/CMakeCache.txt ]] && command -v ninja >/dev/null; then
        generator=(-G Ninja)
    fi
    cmake --preset "$preset" "${generator[@]}" "$@" >&2
    cmake --build "$folder" --parallel "$(jobs)" >&2
}
