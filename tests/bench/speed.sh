#!/usr/bin/env bash
# CPU seconds (user and system, best of 3, the whole command), peak memory and what was simulated: whole networks on
# the ISAAC chip of configs/chips. The limits are issue 4's.
# Usage: tests/bench/speed.sh [BUILD_DIR] [NETWORK.json...]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
imcsim=${1:-$root/build}/bin/imcsim
shift || true
python3 - "$root" "$imcsim" "$@" <<'PYTHON'
import json, os, pathlib, resource, subprocess, sys, tempfile

root, imcsim, only = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
limits = {"vgg8": 0.1, "resnet18": 0.4, "vgg16": 2.0}
variants = [("one inference", 1, ["run.steady_state=false"]),
            ("steady state", 4, []),
            ("64-bit flits, 2 VCs", 5, ["run.steady_state=false", "chip.noc.flit_bits=64",
                                        "chip.noc.router.virtual_channels=2"])]
peak_limit_mib = 200


def measure(words):
    """User and system seconds and peak MiB of one command: the child's own usage, not the highest of all so far."""
    process = subprocess.Popen(words)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(words)}: exit status {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


print(f"{'network':<10} {'run':<20} {'CPU/s':>8} {'limit/s':>8} {'MiB':>7} {'limit':>6} {'macro ops':>10} "
      f"{'packets':>10} {'flits':>11} {'flit-hops':>12} {'cycles':>11}")
missed = 0
for name, limit in limits.items():
    if only and name not in only:
        continue
    experiment = str(root / "configs/experiments" / f"{name}_rram.json")
    for label, factor, assignments in variants:
        best, peak = float("inf"), 0.0
        with tempfile.TemporaryDirectory() as out:
            words = [imcsim, "run", experiment, "--quiet", "--out", out]
            for assignment in assignments:
                words += ["--set", assignment]
            for _ in range(3):
                seconds, mib = measure(words)
                best, peak = min(best, seconds), max(peak, mib)
            result = json.loads((pathlib.Path(out) / "result.json").read_text())
        counts = result["counts"]
        over = best > limit * factor or peak > peak_limit_mib
        missed += over
        print(f"{name:<10} {label:<20} {best:8.3f} {limit * factor:8.2f} {peak:7.1f} {peak_limit_mib:6d} "
              f"{counts['macro_operations']:10d} {counts['packets']:10d} {counts['flits']:11d} "
              f"{counts['flit_hops']:12d} {result['cycles']:11d}{'  OVER' if over else ''}", flush=True)
sys.exit(1 if missed else 0)
PYTHON
