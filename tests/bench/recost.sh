#!/usr/bin/env bash
# The time of pricing 500 stored results under three ADC laws, without simulating; the limit is 1 s.
# Usage: tests/bench/recost.sh [BUILD_DIR] [EXPERIMENT.json]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
imcsim=${1:-$root/build}/bin/imcsim
experiment=${2:-$root/configs/experiments/lenet5_rram.json}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$imcsim" run "$experiment" --quiet --out "$scratch/run"
mkdir "$scratch/all"
for i in $(seq 500); do
    mkdir "$scratch/all/$i"
    cp "$scratch/run/result.json" "$scratch/run/resolved.json" "$scratch/all/$i"
done
TIMEFORMAT='500 results under 3 laws: %R s wall, %U + %S s CPU (limit 1 s)'
time "$imcsim" recost "$scratch"/all/* --costs isaac,murmann,neurosim > /dev/null
