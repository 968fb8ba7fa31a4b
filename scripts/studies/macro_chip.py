#!/usr/bin/env python3
"""NAS-Bench-Macro networks on IMC chips (configs/studies/macro_chip.json): what the cheap rungs are worth.

    scripts/studies/macro_chip.py PART... [--bin build/bin] [--table CSV] [--out DIR] [--count 500] [--seeds 11] [--cpu 10]

PART: rungs   the same candidates on every rung: CPU time, rank agreement, front regret
      swap    the pair of candidates whose latency changes places most, explained by their traces
      laws    which members of the front of `rungs` stay on it under three ADC laws
      race    random, flit only and ladders with equal CPU time
Prints Markdown; everything else is below DIR. Needs Python 3 alone. Figures but CPU times depend on nothing but
the seeds; CPU times, and with them `race`, on the machine.
"""
import argparse
import json
import math
import pathlib
import sqlite3
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDY = ROOT / "configs/studies/macro_chip.json"
NAMES = ["error_pct", "energy_j", "latency_s", "area_mm2"]
RUNGS = ["compute", "bound", "dependency", "flit"]
LAWS = ["isaac", "murmann", "neurosim"]


def nas(args, command, out, sets, extra=(), check=True):
    words = [str(args.bin / "imcsim-nas"), command, str(STUDY), "--out", str(out)]
    for s in [f"evaluator.parts[0].file={args.table}", *sets]:
        words += ["--set", s]
    return subprocess.run(words + list(extra), check=check, capture_output=True, text=True)


def run_study(args, out, sets, extra=()):
    if not (out / "front.csv").exists():
        nas(args, "run", out, sets, ["--workers", "1", "--quiet", *extra])


def trials(out):
    db = sqlite3.connect(f"file:{out / 'study.db'}?mode=ro", uri=True)
    rows = db.execute("SELECT trials.number, candidate, fidelity, state, objectives, cpu_s FROM trials "
                      "LEFT JOIN timings USING (number) ORDER BY trials.number")
    return [dict(number=n, candidate=c, rung=f, state=s, objectives=json.loads(o), cpu=t or 0.0)
            for n, c, f, s, o, t in rows]


# Indicators, apart from the program's own.

def dominates(a, b):
    return all(x <= y for x, y in zip(a, b)) and a != b


def front(points):
    unique = sorted(set(points))
    return [p for p in unique if not any(dominates(q, p) for q in unique)]


def hypervolume(points, reference):
    """Exact, by slicing objectives (While, Hingston, Barone, Huband, IEEE TEC 10(1), 2006)."""
    points = sorted(p for p in points if all(x < r for x, r in zip(p, reference)))
    if len(reference) == 2:
        volume, y = 0.0, reference[1]
        for p in points:
            if p[1] < y:
                volume += (reference[0] - p[0]) * (y - p[1])
                y = p[1]
        return volume
    # Ascending slices of the last objective: what lies below a slice counts in it in one dimension less.
    points = sorted(front(points), key=lambda p: p[-1])
    volume = 0.0
    for i, p in enumerate(points):
        top = points[i + 1][-1] if i + 1 < len(points) else reference[-1]
        if top > p[-1]:
            volume += (top - p[-1]) * hypervolume([q[:-1] for q in points[:i + 1]], reference[:-1])
    return volume


def kendall(a, b):
    """Tau-b."""
    concordant = discordant = tied_a = tied_b = 0
    for i in range(len(a)):
        for j in range(i):
            x, y = a[i] - a[j], b[i] - b[j]
            if x == 0 or y == 0:
                tied_a += x == 0 and y != 0
                tied_b += y == 0 and x != 0
            elif (x > 0) == (y > 0):
                concordant += 1
            else:
                discordant += 1
    pairs = concordant + discordant
    scale = math.sqrt((pairs + tied_a) * (pairs + tied_b))
    return (concordant - discordant) / scale if scale else float("nan")


class Scale:
    """Logarithms of the objectives, 0 to 1 over the results of `rungs` at flit; reference point 1.1."""

    def __init__(self, results):
        logs = [[math.log(v) for v in r] for r in results]
        self.low = [min(column) for column in zip(*logs)]
        self.high = [max(column) for column in zip(*logs)]

    def __call__(self, objectives):
        return tuple((math.log(v) - l) / (h - l) for v, l, h in zip(objectives, self.low, self.high))


def volume(scale, results):
    return hypervolume([scale(r) for r in results], (1.1,) * 4)


def rung_results(args):
    table = {}
    for rung in RUNGS:
        out = args.out / f"rung_{rung}"
        run_study(args, out, [f"evaluations={args.count}", "algorithm.name=quasi_random",
                              f'evaluator.parts[1].fidelities=["{rung}"]'])
        table[rung] = trials(out)
    for rung in RUNGS:
        assert [t["candidate"] for t in table[rung]] == [t["candidate"] for t in table["flit"]]
    return table


def rungs(args):
    table = rung_results(args)
    good = [i for i in range(args.count) if all(table[r][i]["state"] == "done" for r in RUNGS)]
    values = {r: [tuple(table[r][i]["objectives"]) for i in good] for r in RUNGS}
    scale = Scale(values["flit"])
    best = volume(scale, values["flit"])
    print(f"{args.count} candidates of the scrambled Halton sequence, all admissible; {len(good)} have a result on "
          f"every rung, {sum(t['state'] != 'done' for t in table['flit'])} none at flit.\n")
    print("| rung | CPU per evaluation, median | 95th percentile | Kendall tau of latency with flit, all | best tenth "
          "| tau of energy, all | best tenth | front regret |\n|---|---|---|---|---|---|---|---|")
    for rung in RUNGS:
        cpu = sorted(t["cpu"] for t in table[rung])
        cells = [f"{1e3 * statistics.median(cpu):.1f} ms", f"{1e3 * cpu[int(0.95 * len(cpu))]:.1f} ms"]
        for m in (2, 1):
            a, b = [v[m] for v in values[rung]], [v[m] for v in values["flit"]]
            tenth = sorted(range(len(b)), key=lambda i: b[i])[:len(b) // 10]
            cells += [f"{kendall(a, b):.4f}", f"{kendall([a[i] for i in tenth], [b[i] for i in tenth]):.4f}"]
        chosen = set(front(values[rung]))
        kept = [f for v, f in zip(values[rung], values["flit"]) if v in chosen]
        cells.append(f"{100 * (1 - volume(scale, kept) / best):.3f} % ({len(kept)} chosen, "
                     f"{len(set(front(values['flit'])) & set(kept))} of {len(front(values['flit']))} of the front)")
        print(f"| {rung} | " + " | ".join(cells) + " |")
    falls = sum(any(values[a][i][2] > values[b][i][2] for a, b in zip(RUNGS, RUNGS[1:])) for i in range(len(good)))
    print(f"\nLatency falls from one rung to the next for {falls} of {len(good)} candidates.\n")


def experiments(args):
    out = args.out / "experiments"
    if not out.exists():
        nas(args, "export", args.out / "rung_flit",
            [f"evaluations={args.count}", "algorithm.name=quasi_random", 'evaluator.parts[1].fidelities=["flit"]'],
            ["--experiments", str(out), "--to", str(args.out / "rung_flit.csv")])
    return out


def simulate(args, number, rung, trace=""):
    out = args.out / "runs" / f"{number}_{rung}"
    if not (out / "result.json").exists():
        words = [str(args.bin / "imcsim"), "run", str(experiments(args) / f"trial_{number:06}.json"), "--out", str(out),
                 "--set", f"run.fidelity={rung}", "--quiet"]
        subprocess.run(words + (["--trace", trace] if trace else []), check=True, capture_output=True)
    return out


def swap(args):
    table = rung_results(args)
    pairs = []
    done = [i for i in range(args.count) if table["flit"][i]["state"] == table["bound"][i]["state"] == "done"]
    for i in done:
        for j in done:
            bound = table["bound"][j]["objectives"][2] / table["bound"][i]["objectives"][2]
            flit = table["flit"][i]["objectives"][2] / table["flit"][j]["objectives"][2]
            if bound > 1 and flit > 1:
                pairs.append((min(bound, flit), i, j))
    if not pairs:
        print("No pair changes places between bound and flit.\n")
        return
    _, i, j = max(pairs)
    print(f"Of {len(done) * (len(done) - 1) // 2} pairs {len(pairs)} change places between bound and flit. The one that "
          f"does so most, trials {i} and {j}:\n")
    print("| | " + " | ".join(f"trial {n}" for n in (i, j)) + " |\n|---|---|---|")
    rows = {}
    for n in (i, j):
        out = simulate(args, n, "flit", "packets")
        r = json.loads((out / "result.json").read_text())
        packets = json.loads((out / "packets.json").read_text())
        waits = sorted(res[0] - p[0] for p, res in zip(packets["packets"], packets["results"]))
        worst = max(r["layers"], key=lambda layer: layer["stall_cycles"])
        c = json.loads(table["flit"][n]["candidate"])
        chip = ", ".join(f"{k} {c[k]}" for k in c if not k.startswith("block"))
        rows[n] = [("network", "".join(c[f"block[{b}]"] for b in range(8))), ("chip", chip),
                   ("latency, bound", f"{1e6 * table['bound'][n]['objectives'][2]:.2f} µs"),
                   ("latency, dependency", f"{1e6 * table['dependency'][n]['objectives'][2]:.2f} µs"),
                   ("latency, flit", f"{1e6 * table['flit'][n]['objectives'][2]:.2f} µs"),
                   ("lower bounds: arrays / tiles / links", " / ".join(f"{r['lower_bounds_cycles'][k]:.0f}" for k in
                                                                      ("compute", "tiles", "network")) + " cycles"),
                   ("busiest link", f"{100 * r['noc']['max_link_utilization']:.1f} %"),
                   ("packet latency, mean", f"{r['noc']['average_packet_latency_cycles']:.1f} cycles"),
                   ("wait for the network, mean / p95",
                    f"{statistics.mean(waits):.1f} / {waits[int(0.95 * len(waits))]} cycles"),
                   ("most stalled layer", f"{worst['name']}, {worst['stall_cycles']} of {r['cycles']} cycles")]
    for row_i, row_j in zip(rows[i], rows[j]):
        print(f"| {row_i[0]} | {row_i[1]} | {row_j[1]} |")
    print()


def laws(args):
    table = rung_results(args)["flit"]
    done = [t for t in table if t["state"] == "done"]
    members = [t for t in done if not any(dominates(tuple(o["objectives"]), tuple(t["objectives"])) for o in done)]
    runs = [simulate(args, t["number"], "flit") for t in done]
    text = subprocess.run([str(args.bin / "imcsim"), "recost", *map(str, runs), "--costs", ",".join(["own", *LAWS]),
                           "--json"], check=True, capture_output=True, text=True).stdout
    energy = {run["name"]: {e["costs"]: e["energy_j"] for e in run["energies"]} for run in parse_recost(text)}
    fronts = {}
    for law in ["own", *LAWS]:
        points = {t["number"]: (t["objectives"][0], energy[f"{t['number']}_flit"][law], *t["objectives"][2:]) for t in done}
        fronts[law] = {n for n, p in points.items() if not any(dominates(q, p) for q in points.values())}
    assert fronts["own"] == {t["number"] for t in members}
    analog = {t["number"] for t in members if "sram" not in t["candidate"]}
    print("| ADC law | front | of the own front | of its analog members |\n|---|---|---|---|")
    for law in ["own", *LAWS]:
        kept = fronts[law] & fronts["own"]
        print(f"| {law} | {len(fronts[law])} | {len(kept)} of {len(members)} | {len(kept & analog)} of {len(analog)} |")
    everywhere = set.intersection(*(fronts[law] for law in LAWS))
    print(f"| all three | | {len(everywhere & fronts['own'])} of {len(members)} | {len(everywhere & analog)} of "
          f"{len(analog)} |\n")


def parse_recost(text):
    document = json.loads(text)
    for run in document["runs"]:
        yield {"name": pathlib.Path(run["run"]).name,
               "energies": [{"costs": c["costs"], "energy_j": c["energy_j"]} for c in run["under"]]}


METHODS = {"random": (["algorithm.name=quasi_random"], ["flit"]),
           "flit only": (["algorithm.name=sms_emoa", "algorithm.population=20"], ["flit"]),
           "ladder": (["algorithm.name=halving", "algorithm.population=20"], ["bound", "flit"])}


def race(args):
    flit = rung_results(args)["flit"]
    scale = Scale([t["objectives"] for t in flit if t["state"] == "done"])
    print(f"{args.cpu:g} s of CPU time each for search and evaluations, {args.seeds} seeds.\n")
    print("| method | hypervolume, median | least … most | candidates seen | of them at flit |\n|---|---|---|---|---|")
    volumes, results = {}, {}
    for method, (settings, ladder) in METHODS.items():
        seen, exact, volumes[method], results[method] = [], [], [], []
        for seed in range(1, args.seeds + 1):
            out = args.out / "race" / f"{method.replace(' ', '_')}_{seed}"
            rung_names = json.dumps(ladder)
            run_study(args, out, [f"seed={seed}", "evaluations=5000", f"evaluator.parts[1].fidelities={rung_names}",
                                  *settings] + ([f"fidelities={rung_names}"] if len(ladder) > 1 else []),
                      ["--cpu-budget", str(args.cpu)])
            done = [t for t in trials(out) if t["state"] == "done"]
            top = [t for t in done if t["rung"] == len(ladder) - 1]
            seen.append(len({t["candidate"] for t in done}))
            exact.append(len(top))
            results[method].append([t["objectives"] for t in top])
            volumes[method].append(volume(scale, results[method][-1]))
        v = volumes[method]
        print(f"| {method} | {statistics.median(v):.4f} | {min(v):.4f} … {max(v):.4f} | {statistics.median(seen):g} | "
              f"{statistics.median(exact):g} |")
    print()
    for a, b in (("flit only", "random"), ("ladder", "flit only")):
        wins = sum(x > y for x, y in zip(volumes[a], volumes[b]))
        print(f"{a} is ahead of {b} in {wins} of {args.seeds} seeds.")
    same = [volume(scale, f[:len(l)]) for f, l in zip(results["flit only"], results["ladder"])]
    wins = sum(x > y for x, y in zip(volumes["ladder"], same))
    print(f"With as many results at flit as the ladder has, flit only reaches {statistics.median(same):.4f} in the "
          f"median; the ladder is ahead of it in {wins} of {args.seeds} seeds.")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=["rungs", "swap", "laws", "race"])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/bin")
    parser.add_argument("--table", type=pathlib.Path, default=ROOT.parent / "shared/data/nas/nas_bench_macro_cifar10.csv")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("out/macro_chip"))
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=11)
    parser.add_argument("--cpu", type=float, default=10)
    args = parser.parse_args()
    args.table, args.out = args.table.resolve(), args.out.resolve()
    args.out.mkdir(parents=True, exist_ok=True)
    for part in args.parts:
        globals()[part](args)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as e:
        sys.exit(f"{e.cmd[0]}: {e.stderr}")
