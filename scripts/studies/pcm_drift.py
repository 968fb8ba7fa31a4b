#!/usr/bin/env python3
"""Accuracy of a small CNN on PCM over time: trained with and without the errors of the cells, with and without
digital drift compensation. Writes pcm_drift.md and pcm_drift.svg to the folder --out.

The float network is trained first (about 10 minutes of one processor), then fine-tuned twice for the same epochs:
quantised (plain), and quantised with programming error, drift and read noise of the cells (noise-aware).
"""
from chart import chart
from study import ROOT, accuracy, all_of, arguments, mean_and_error, train, verdict

TIMES = [(1, "1 s"), (3600, "1 hour"), (86400, "1 day"), (2592000, "30 days")]
CELLS = [f"chip.tiles[0].core.macro.cell.device={ROOT}/configs/devices/pcm_nandakumar.json",
         "chip.tiles[0].core.macro.adc.range=percentile"]
PLAIN = ["stages[0].mode=quantised", "stages[0].noise=null", "stages[0].clip_sigma=0"]

options = arguments(__doc__, images=1000, instances=10)
start = train(options, "cnn_cifar10.json", "start", "float.onnx")
networks = {
    "plain": train(options, "cnn_cifar10_pcm.json", "plain", "tuned.onnx", f"network={start}", *PLAIN),
    "noise-aware": train(options, "cnn_cifar10_pcm.json", "noise_aware", "tuned.onnx", f"network={start}"),
}
times = [t for t, _ in TIMES]
results = all_of(options, {
    (name, kind): lambda name=name, kind=kind, file=file: accuracy(
        options, f"{name}_{kind}", "lenet5_pcm.json", file, CELLS, times_s=times, compensation=kind)
    for name, file in networks.items() for kind in ("none", "global")})

some = results["plain", "none"]
rows = [f"{some['images']} test images, {some['instances']} chips; mean ± standard error over chips of the share of",
        "images whose class is found.", "",
        "| training | compensation | integers | " + " | ".join(label for _, label in TIMES) + " |",
        "|---|---|---|" + "---|" * len(TIMES)]
lines = []
for (name, kind), r in results.items():
    points = [mean_and_error(at) for at in r["times"]]
    cells = " | ".join(f"{100 * m:.2f} ± {100 * e:.2f} %" for m, e in points)
    rows.append(f"| {name} | {kind} | {100 * r['golden_top1']:.2f} % | {cells} |")
    lines.append((f"{name}, {kind}", points, kind == "none"))


def at(name, kind, time):
    return mean_and_error(results[name, kind]["times"][times.index(time)])


def points(a, b):
    return 100 * (a - b)


golden = results["noise-aware", "none"]["golden_top1"]
day = at("noise-aware", "none", 1)[0] - at("noise-aware", "none", 86400)[0]
recovered = at("noise-aware", "global", 86400)[0] - at("noise-aware", "none", 86400)[0]
month = points(at("noise-aware", "global", 2592000)[0], at("noise-aware", "none", 2592000)[0])
loss = points(golden, at("noise-aware", "none", 1)[0])
falls = all(at(n, k, b)[0] <= at(n, k, a)[0] + 2 * (at(n, k, a)[1] ** 2 + at(n, k, b)[1] ** 2) ** 0.5
            for n, k in results for a, b in zip(times, times[1:]))
rows += ["",
         verdict(f"noise-aware loses at most 2 points at 1 s ({loss:.2f} from its own integers; "
                 f"{loss + points(results['plain', 'none']['golden_top1'], golden):.2f} from the plain ones)", loss <= 2),
         verdict(f"compensation recovers at least 60 % of the noise-aware network's loss after a day "
                 f"({points(recovered, 0):.2f} of {points(day, 0):.2f} points)", recovered >= 0.6 * day),
         verdict(f"compensation is worth at least 5 points after 30 days ({month:.2f})", month >= 5),
         verdict("accuracy does not rise with time, within 2 standard errors", falls)]
text = "\n".join(rows) + "\n"
(options.out / "pcm_drift.md").write_text(text)
(options.out / "pcm_drift.svg").write_text(
    chart("Small CNN on CIFAR-10, PCM (Nandakumar)", "time since programming", [l for _, l in TIMES], lines))
print(text, end="")
