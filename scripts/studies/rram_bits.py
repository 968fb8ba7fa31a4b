#!/usr/bin/env python3
"""Accuracy of a small CNN on RRAM (Wan) over bits per cell and bits of the converters. Writes rram_bits.md and
rram_bits.svg to the folder --out. The float network is trained first (about 10 minutes of one processor), then
quantised to 8 bits; the chip's cells and converters are varied.
"""
from chart import chart
from study import ROOT, accuracy, all_of, arguments, mean_and_error, train, verdict

CELL_BITS, ADC_BITS = [1, 2, 4], [4, 5, 6, 7, 8]
MACRO = "chip.tiles[0].core.macro"

options = arguments(__doc__, images=200, instances=5)
start = train(options, "cnn_cifar10.json", "start", "float.onnx")
network = start.parent / "int8.onnx"


def point(cell, adc):
    return accuracy(options, f"cell{cell}_adc{adc}", "lenet5_rram.json", network,
                    [f"{MACRO}.cell.device={ROOT}/configs/devices/rram_wan_aihwkit.json", f"{MACRO}.cell.bits={cell}",
                     f"{MACRO}.cell.on_conductance_us=40", f"{MACRO}.adc.bits={adc}", f"{MACRO}.adc.range=percentile",
                     f"{MACRO}.encoding=differential_digital"])


results = all_of(options, {(c, a): lambda c=c, a=a: point(c, a) for c in CELL_BITS for a in ADC_BITS})
some = results[1, 8]
rows = [f"{some['images']} test images, {some['instances']} chips; mean ± standard error over chips; exact integers:",
        f"{100 * some['golden_top1']:.2f} %.", "",
        "| bits per cell | " + " | ".join(f"{a}-bit converters" for a in ADC_BITS) + " |",
        "|---|" + "---|" * len(ADC_BITS)]
lines = []
at = {key: mean_and_error(r["times"][0]) for key, r in results.items()}
for cell in CELL_BITS:
    points = [at[cell, adc] for adc in ADC_BITS]
    rows.append(f"| {cell} | " + " | ".join(f"{100 * m:.2f} ± {100 * e:.2f} %" for m, e in points) + " |")
    lines.append((f"{cell} bit per cell" if cell == 1 else f"{cell} bits per cell", points, False))


def not_above(high, low):
    return low[0] <= high[0] + 2 * (low[1] ** 2 + high[1] ** 2) ** 0.5


rows += ["",
         verdict("accuracy does not fall with bits of the converters, within 2 standard errors",
                 all(not_above(at[c, b], at[c, a]) for c in CELL_BITS for a, b in zip(ADC_BITS, ADC_BITS[1:]))),
         verdict("accuracy does not rise with bits per cell, within 2 standard errors",
                 all(not_above(at[c, a], at[d, a]) for a in ADC_BITS for c, d in zip(CELL_BITS, CELL_BITS[1:])))]
text = "\n".join(rows) + "\n"
(options.out / "rram_bits.md").write_text(text)
(options.out / "rram_bits.svg").write_text(
    chart("Small CNN on CIFAR-10, RRAM (Wan)", "converter", [f"{a} bits" for a in ADC_BITS], lines))
print(text, end="")
