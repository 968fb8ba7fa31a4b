"""What the studies of this folder share: running imcsim, several points at a time, and reading what it found."""
import argparse
import json
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments(text, **defaults):
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--imcsim", default=str(ROOT / "build/bin/imcsim"), help="the program")
    parser.add_argument("--data", default=str(ROOT / "../shared/data/cifar10"), help="folder of CIFAR-10's files")
    parser.add_argument("--out", required=True, help="folder for networks, results, table and plot")
    parser.add_argument("--images", type=int, default=defaults["images"], help="test images per chip and point")
    parser.add_argument("--instances", type=int, default=defaults["instances"], help="programmed chips per point")
    parser.add_argument("--jobs", type=int, default=2, help="points at a time")
    options = parser.parse_args()
    options.out = pathlib.Path(options.out).resolve()
    options.out.mkdir(parents=True, exist_ok=True)
    return options


def train(options, training, name, result, *sets):
    """Trains unless the result is there already; goes on where it was stopped. Returns the network's file."""
    folder = options.out / name
    network = folder / result
    if not (folder / "training.json").exists():
        command = [options.imcsim, "nas", "train", str(ROOT / "configs/training" / training), "--out", str(folder),
                   "--resume", "--set", f"data.folder={pathlib.Path(options.data).resolve()}"]
        subprocess.run(command + [w for s in sets for w in ("--set", s)], check=True, stdout=sys.stderr)
    return network


def accuracy(options, name, experiment, network, sets, **section):
    """One run with values, unless its result is there already; its `accuracy` object."""
    folder = options.out / name
    if not (folder / "result.json").exists():
        section = {"dataset": "cifar10", "path": str(pathlib.Path(options.data).resolve()), "images": options.images,
                   "instances": options.instances, "snr_vectors": 0, "hold_images": 100, **section}
        command = [options.imcsim, "run", str(ROOT / "configs/experiments" / experiment), "--quiet", "--out",
                   str(folder), "--set", f"network={network}", "--set", "run.fidelity=bound", "--set",
                   "accuracy=" + json.dumps(section)]
        subprocess.run(command + [w for s in sets for w in ("--set", s)], check=True)
    return json.loads((folder / "result.json").read_text())["accuracy"]


def all_of(options, jobs):
    """{key: function} → {key: result}, some at a time."""
    with ThreadPoolExecutor(options.jobs) as pool:
        futures = {key: pool.submit(job) for key, job in jobs.items()}
        return {key: future.result() for key, future in futures.items()}


def mean_and_error(at):
    """Mean over chips and its standard error."""
    return at["top1_mean"], at["top1_std"] / len(at["top1"]) ** 0.5


def verdict(text, holds):
    return f"* {text}: {'holds' if holds else 'does not hold'}"
