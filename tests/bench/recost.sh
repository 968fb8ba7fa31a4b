#!/usr/bin/env bash
# The time of pricing 500 stored results under three ADC laws, without simulating; the limit is 1 s, for small results and for
# large ones. Every result is read from its own files: nothing is remembered from one to the next.
# Usage: tests/bench/recost.sh [BUILD_DIR] [EXPERIMENT.json]...     (without: LeNet-5 and ResNet-18)
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
imcsim=${1:-$root/build}/bin/imcsim
experiments=("${@:2}")
if [ ${#experiments[@]} -eq 0 ]; then
    experiments=("$root"/configs/experiments/{lenet5,resnet18}_rram.json)
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for experiment in "${experiments[@]}"; do
    rm -rf "$scratch/run" "$scratch/all"
    "$imcsim" run "$experiment" --quiet --out "$scratch/run"
    mkdir "$scratch/all"
    for i in $(seq 500); do
        mkdir "$scratch/all/$i"
        cp "$scratch/run/result.json" "$scratch/run/resolved.json" "$scratch/all/$i"
    done
    TIMEFORMAT="500 results of $(basename "$experiment" .json) under 3 laws: %R s wall, %U + %S s CPU (limit 1 s)"
    for _ in 1 2 3; do
        time "$imcsim" recost "$scratch"/all/* --costs isaac,murmann,neurosim > /dev/null
    done
done
