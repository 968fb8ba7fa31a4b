#!/usr/bin/env bash
# Brings the stored results of tests/golden and the tables and pictures of README.md up to what the program
# says now. Look at the difference before it is committed: each figure that moved needs a reason.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/build.sh
source scripts/lib/build.sh

need "${build_packages[@]}" "${test_packages[@]}"
build release build -DIMC_TESTS=ON
IMC_BLESS=1 build/tests/readme_test
git diff --stat -- README.md docs tests/golden
