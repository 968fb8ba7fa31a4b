#!/usr/bin/env bash
# Installs what is missing, builds everything and runs all tests.
#   --ci        warnings are errors, and a reference check that was skipped is a failure
#   --long      also the checks that take minutes
#   --sanitize  built with the address and undefined-behaviour sanitizers, in build-sanitize
# Reference material is looked for in $IMCSIM_SHARED (default: ../shared); what is not there is skipped and counted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/build.sh
source scripts/lib/build.sh

ci=false
preset=release
folder=build
select=(-LE long)
for argument in "$@"; do
    case $argument in
        --ci) ci=true ;;
        --long) select=() ;;
        --sanitize) preset=sanitize folder=build-sanitize ;;
        *)
            sed -n '2,6s/^# \?//p' "${BASH_SOURCE[0]}" >&2
            if [[ $argument == --help ]]; then exit 0; fi
            exit 2
            ;;
    esac
done
if $ci && [[ $preset == release ]]; then
    preset=ci
fi
export IMCSIM_SHARED=${IMCSIM_SHARED:-$PWD/../shared}

need "${build_packages[@]}" "${test_packages[@]}"
build "$preset" "$folder" -DIMC_TESTS=ON

# One BLAS thread per test: ctest already runs one test per processor.
export OPENBLAS_NUM_THREADS=1
status=0
ctest --test-dir "$folder" --parallel "$(nproc)" --output-on-failure --no-tests=error "${select[@]}" \
    --output-junit junit.xml || status=$?

# figure NAME: the attribute of the JUnit summary.
figure() { sed -n "s/^[[:space:]]*$1=\"\([0-9]*\)\".*/\1/p" "$folder/junit.xml" | head -n 1; }
failed=$(figure failures)
passed=$(($(figure tests) - failed - $(figure skipped) - $(figure disabled)))
references=$(grep -c '^REFERENCE ' "$folder/Testing/Temporary/LastTest.log" || true)
if ((references > 0)); then
    echo "$references reference checks were skipped: their material is not in $IMCSIM_SHARED"
    if $ci; then
        failed=$((failed + references))
        status=1
    fi
fi
echo "$passed passed, $failed failed"
exit "$status"
