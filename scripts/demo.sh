#!/usr/bin/env bash
# From nothing to a result: installs what is missing, builds imcsim, writes LeNet-5 as ONNX, reads it back
# and simulates it on the RRAM chip. Prints the table and where the result and its trace are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/build.sh
source scripts/lib/build.sh

if (($# > 0)); then
    echo "usage: scripts/demo.sh (no arguments)" >&2
    exit 2
fi

need "${build_packages[@]}"
build release build -DIMC_TESTS=OFF

imcsim=build/bin/imcsim
out=out/demo
mkdir -p "$out"

echo
echo "== LeNet-5 as an ONNX file, and what is in it =="
"$imcsim" export configs/networks/lenet5.json --out "$out/lenet5.onnx"
"$imcsim" import "$out/lenet5.onnx"

echo
echo "== The same file on the RRAM chip, cycle by cycle =="
"$imcsim" run configs/experiments/lenet5_rram.json --set network="$out/lenet5.onnx" \
    --out "$out/lenet5_rram" --trace perfetto,csv
"$imcsim" report "$out/lenet5_rram" --out "$out/lenet5_rram/report.html"

echo
echo "The result:  $out/lenet5_rram/result.json"
echo "The picture: $out/lenet5_rram/report.html (any browser)"
echo "The trace:   $out/lenet5_rram/trace.json (open it at https://ui.perfetto.dev)"
