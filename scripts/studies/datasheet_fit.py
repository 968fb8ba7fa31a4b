#!/usr/bin/env python3
"""Refits what `imcsim validate --datasheet` predicts from, and says how far it is off.

Needs numpy (Debian: python3-numpy). Reads configs/datasheets/*.json; prints in-sample errors and those with each
publication left out of the fit as a whole; with --write also the coefficients (arch/config/costs/sheet_fit.cpp) and each
row's left-out prediction (into the sheets). The model is described in arch/config/costs/sheet_law.h; everything is in
natural logarithms, energy in fJ per multiply-accumulate, time in ns per access.
"""

import argparse
import json
import math
import os
import pathlib
import re
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # systems of a hundred equations: more threads only wait
import numpy as np  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHEETS = ROOT / "configs" / "datasheets"
TABLE = ROOT / "arch" / "config" / "costs" / "sheet_fit.cpp"

CLASSES = ["digital", "charge", "rram", "pcm", "mram", "flash"]
NODES = [1, 2, 3, 4, 5, 7, 10, 12, 14, 16, 20, 22, 28, 32, 40, 45, 55, 65, 90, 130, 180, 250, 350, 500]
ROWS = [1, 2, 4, 8, 9, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 576, 784, 1152, 1536, 2304, 4096, 8192, 16384]
BITS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16]


def nominal_v(node):
    return np.hypot(0.75, 0.0095 * node)


class Point:
    """What the laws see of a sheet; that of time counts the passes of a digital macro's input."""

    def __init__(self, sheet, spec):
        cell, bits = sheet["cell"], sheet.get("adc_bits", 0)
        self.group = "digital" if not bits else "charge" if cell in ("sram", "edram") else cell
        conducts = self.group not in ("digital", "charge")
        self.volts = min(sheet["supply_v"], 1.8) if conducts else sheet["supply_v"]
        self.node = sheet["tech_nm"]
        self.rows = float(sheet.get("rows_active") or sheet["rows"])
        self.inputs = sheet["input_bits"]
        if self.group == "digital" and spec["passes"]:
            self.inputs = math.ceil(self.inputs / (sheet.get("input_slice_bits") or 1))
        self.weights = max(1.0, sheet["weight_bits"])
        self.adc = max(1.0, bits)
        self.phases = sheet.get("phases") or 1

    def at(self, **changes):
        other = object.__new__(Point)
        other.__dict__ = {**self.__dict__, **changes}
        return other

    def axes(self):
        return [math.log(v) for v in (self.node / 28, self.rows / 64, self.inputs, self.weights)]


def groups(letters):
    return {"d": CLASSES[:1], "c": CLASSES[1:2], "r": CLASSES[2:], "*": CLASSES}[letters]


# Terms of the laws: (name, classes, expected coefficient, its standard deviation, function of the point). Where no physics
# gives an exponent, the expected one was chosen with the left-out errors in view, as were lengths and noise.
ENERGY = {
    "offset": [1.0, 0.8, 2.0, 2.0, 5.0, 1.0],
    "fixed": lambda p: 2.0 * np.log(p.volts / 0.8) + np.log(p.phases),
    "terms": [
        ("node", "c", 1.0, 0.2, lambda p: np.log(p.node / 28)),
        ("rows", "c", -0.25, 0.15, lambda p: np.log(p.rows / 64)),
        ("inputs", "c", 0.7, 0.2, lambda p: np.log(p.inputs)),
        ("weights", "c", 0.8, 0.2, lambda p: np.log(p.weights)),
        ("adc", "c", 0.08, 0.03, lambda p: p.adc - 5),
        ("node", "r", 0.6, 0.2, lambda p: np.log(p.node / 28)),
        ("rows", "r", 0.0, 0.2, lambda p: np.log(p.rows / 64)),
        ("inputs", "r", 0.7, 0.2, lambda p: np.log(p.inputs)),
        ("weights", "r", 0.8, 0.2, lambda p: np.log(p.weights)),
        ("adc", "r", 0.3, 0.1, lambda p: p.adc - 5),
        ("node", "d", 0.5, 0.2, lambda p: np.log(p.node / 28)),
        ("planar", "d", 1.5, 0.7, lambda p: np.maximum(0.0, np.log(p.node / 28))),
        ("inputs", "d", 1.0, 0.05, lambda p: np.log(p.inputs)),
        ("sum width", "d", 1.0, 0.05, lambda p: np.log((p.weights + 2) / 3)),
        ("rows", "d", 0.05, 0.05, lambda p: np.log(p.rows / 64)),
    ],
    "lengths": [0.5, 2.0, 1.0, 1.0], "near": 1.0, "noise": 0.4, "publication": 0.4,
    "rising": (0, 2, 3), "passes": False,
}
TIME = {
    "offset": [1.2, 1.0, 2.7, 2.7, 5.0, 2.5],
    "fixed": lambda p: np.log(p.phases),
    "terms": [
        ("node", "*", 1.0, 0.2, lambda p: np.log(p.node / 28)),
        ("overdrive", "*", -2.0, 0.15, lambda p: np.log(p.volts / nominal_v(p.node))),
        ("inputs and rows", "c", 1.0, 0.1, lambda p: np.log(p.inputs + (p.rows / 96) ** 1.35)),
        ("adc", "c", 0.2, 0.1, lambda p: np.log(p.adc / 5)),
        ("inputs", "r", 0.7, 0.2, lambda p: np.log(p.inputs)),
        ("rows", "r", 0.7, 0.3, lambda p: np.log(p.rows / 64)),
        ("adc", "r", 0.9, 0.3, lambda p: np.log(p.adc / 5)),
        ("inputs", "d", 0.9, 0.1, lambda p: np.log(p.inputs)),
        ("rows", "d", 0.1, 0.1, lambda p: np.log(p.rows / 64)),
        ("weights", "d", 0.1, 0.1, lambda p: np.log(p.weights)),
    ],
    "lengths": [0.4, 1.5, 0.8, 0.6], "near": 1.2, "noise": 0.3, "publication": 0.2,
    "rising": (0, 1, 2), "passes": True,
}
PROCESSOR_NOISE = 10.0  # variance of a whole processor's figure over that of a macro's
FREEDOM = 4.0           # of Student's t, whose tails keep outliers from deciding


class Fit:
    """A law whose coefficients have priors, and a Gaussian process of what near neighbours leave over."""

    def __init__(self, spec, points, values, publications, processors):
        self.spec, self.points = spec, points
        self.variance = np.array([1.0] * len(CLASSES) + [t[3] ** 2 for t in spec["terms"]])
        self.prior = np.array(spec["offset"] + [t[2] for t in spec["terms"]])
        x = np.array([self.features(p) for p in points])
        self.places = np.array([p.axes() for p in points])
        self.group = np.array([p.group for p in points])
        mean = x @ self.prior + np.array([spec["fixed"](p) for p in points])
        same = np.array([[a == b for b in publications] for a in publications], float)
        shared = (x * self.variance) @ x.T + self.near(points) + spec["publication"] ** 2 * same
        base = spec["noise"] ** 2 * np.where(processors, PROCESSOR_NOISE, 1.0)
        weight = np.ones(len(values))
        for _ in range(12):
            noise = base / weight
            alpha = np.linalg.solve(shared + np.diag(noise), values - mean)
            weight = (FREEDOM + 1) / (FREEDOM + (noise * alpha) ** 2 / base)
        self.alpha = alpha
        self.coefficients = self.prior + self.variance * (x.T @ alpha)

    def features(self, p):
        return [float(p.group == c) for c in CLASSES] + [
            t[4](p) if p.group in groups(t[1]) else 0.0 for t in self.spec["terms"]]

    def near(self, points):
        a = np.array([p.axes() for p in points]) / self.spec["lengths"]
        b = self.places / self.spec["lengths"]
        same = np.array([[p.group == g for g in self.group] for p in points], float)
        return same * self.spec["near"] ** 2 * np.exp(-0.5 * ((a[:, None] - b[None]) ** 2).sum(-1))

    def law(self, p):
        """Of a point, or of a grid of them (arrays as the point's fields)."""
        value = self.coefficients[CLASSES.index(p.group)] + self.spec["fixed"](p)
        for c, t in zip(self.coefficients[len(CLASSES):], self.spec["terms"]):
            if p.group in groups(t[1]):
                value = value + c * t[4](p)
        return value

    def predict(self, p):
        """Law and neighbours on a grid, made monotone along the rising axes, read between the grid's points."""
        rising = self.spec["rising"]
        names = ("node", "rows", "inputs", "weights")
        grids = [(NODES, ROWS, BITS, BITS)[k] for k in rising]
        scale = {0: 28.0, 1: 64.0, 2: 1.0, 3: 1.0}
        mine = self.group == p.group
        factor = self.spec["near"] ** 2 * self.alpha[mine]
        for k in set(range(4)) - set(rising):
            factor = factor * np.exp(-0.5 * ((p.axes()[k] - self.places[mine, k]) / self.spec["lengths"][k]) ** 2)
        kernels = [np.exp(-0.5 * ((np.log(np.array(g) / scale[k])[:, None] - self.places[mine, k][None])
                                  / self.spec["lengths"][k]) ** 2) for k, g in zip(rising, grids)]
        total = np.einsum("n,an,bn,cn->abc", factor, *kernels)
        axes = np.meshgrid(*[np.array(g, float) for g in grids], indexing="ij")
        total = total + self.law(p.at(**{names[k]: a for k, a in zip(rising, axes)}))
        upper, lower = total.copy(), total.copy()
        for axis in range(3):
            upper = np.maximum.accumulate(upper, axis)
            lower = np.flip(np.minimum.accumulate(np.flip(lower, axis), axis), axis)
        value = 0.5 * (upper + lower)
        for k, g in zip(rising, grids):
            x = math.log(min(max(getattr(p, names[k]), g[0]), g[-1]))
            nodes = np.log(np.array(g, float))
            i = min(max(int(np.searchsorted(nodes, x, side="right")) - 1, 0), len(g) - 2)
            t = (x - nodes[i]) / (nodes[i + 1] - nodes[i])
            value = (1 - t) * value[i] + t * value[i + 1]
        return float(value)


def read_rows():
    rows = []
    for file in sorted(SHEETS.glob("*.json")):
        for sheet in json.loads(file.read_text())["sheets"]:
            rows.append((file.stem, sheet))
    return rows


def measured(sheet, key):
    value = sheet["published"].get(key)
    return None if not value else math.log(2000.0 / value if key == "tops_per_w" else value)


def fit_rows(spec, key, rows):
    return Fit(spec, [Point(s, spec) for _, s in rows], np.array([measured(s, key) for _, s in rows]),
               [s["publication"] for _, s in rows], np.array([f == "processors" for f, _ in rows]))


def error(values):
    values = np.abs(values)
    return "-" if not len(values) else \
        f"{math.exp(values.mean()):5.2f} {100 * (values <= math.log(3)).mean():4.0f} % over {len(values):3d}"


def coarse(group):
    return group if group in ("digital", "charge") else "conducting"


def study(spec, key, rows, verbose):
    rows = [r for r in rows if measured(r[1], key) is not None]
    whole = fit_rows(spec, key, rows)
    truth = np.array([measured(s, key) for _, s in rows])
    inside = np.array([whole.predict(Point(s, spec)) for _, s in rows]) - truth
    left = np.zeros(len(rows))
    for publication in sorted({s["publication"] for _, s in rows}):
        others = fit_rows(spec, key, [r for r in rows if r[1]["publication"] != publication])
        for i, (_, sheet) in enumerate(rows):
            if sheet["publication"] == publication:
                value = others.predict(Point(sheet, spec))
                left[i] = value - truth[i]
                sheet.setdefault("left_out", {})[key] = float(
                    f"{2000 / math.exp(value) if key == 'tops_per_w' else math.exp(value):.4g}")
    macro = np.array([f != "processors" for f, _ in rows])
    one = {}
    for i, (_, sheet) in enumerate(rows):
        if macro[i]:
            one.setdefault(sheet["publication"], []).append(abs(left[i]))
    kind = np.array([coarse(Point(s, spec).group) for _, s in rows])
    alone = []
    for i, (file, sheet) in enumerate(rows):
        if file != "processors" and sum(s["publication"] == sheet["publication"] for _, s in rows) > 1 and verbose:
            others = fit_rows(spec, key, rows[:i] + rows[i + 1:])
            alone.append(others.predict(Point(sheet, spec)) - truth[i])
    print(f"{key}: mean ratio, share within 3: in-sample | publication left out")
    names = [s["publication"] for _, s in rows]
    most = max(sorted(set(names)), key=names.count)
    few = np.array([n != most for n in names])
    for name, pick in [("macros", macro), (f"no {most}", macro & few), *((k, macro & (kind == k)) for k in ("digital", "charge", "conducting")),
                       *((f, np.array([g == f for g, _ in rows])) for f in sorted({f for f, _ in rows}))]:
        print(f"  {name:<12} {error(inside[pick])} | {error(left[pick])}")
    if alone:
        print(f"  one operating point left out, others of its publication in the fit: {error(np.array(alone))}")
    print(f"  each publication's mean once: {math.exp(np.mean([np.mean(e) for e in one.values()])):.2f} left out, "
          f"over {len(one)}")
    count = {}
    for _, s in rows:
        count[s["publication"]] = count.get(s["publication"], 0) + 1
    spread = {}
    for name in ("digital", "charge", "conducting"):
        pick = np.where(macro & (kind == name))[0]
        order = pick[np.argsort(np.abs(left[pick]))]
        weight = np.cumsum([1.0 / count[rows[i][1]["publication"]] for i in order])
        spread[name] = float(np.abs(left[order[np.searchsorted(weight, 0.8 * weight[-1])]]))
        print(f"  80 % of left-out {name} macros within a factor of {math.exp(spread[name]):.2f}")
    if verbose:
        for i in np.argsort(-np.abs(left)):
            print(f"    {rows[i][1]['name'][:38]:38} {math.exp(inside[i]):6.2f} {math.exp(left[i]):6.2f}")
    return whole, spread


def table(name, fit, spread):
    offsets, slopes = fit.coefficients[:len(CLASSES)], fit.coefficients[len(CLASSES):]
    lines = [f"const SheetFit& {name}()", "{", "    static const SheetFit fit = {",
             "        {" + ", ".join(f"{c:.5f}" for c in offsets) + "}, // " + ", ".join(CLASSES), "        {"]
    lines += [f"            {c:.5f}, // {t[0]}" for c, t in zip(slopes, fit.spec["terms"])]
    lines += ["        },", "        {" + ", ".join(f"{v:g}" for v in fit.spec["lengths"]) + "},",
              "        {" + ", ".join(f"{math.exp(spread[k]):.3f}" for k in ("digital", "charge", "conducting")) + "},",
              "        {"]
    lines += [f"            {{SheetClass::{p.group}, {p.node:g}, {p.rows:g}, {p.inputs:g}, {p.weights:g}, {w:.6f}}},"
              for p, w in zip(fit.points, fit.spec["near"] ** 2 * fit.alpha)]
    lines += ["        }};", "    return fit;", "}", ""]
    return lines


def source(energy, time):
    lines = ["// Written by scripts/studies/datasheet_fit.py --write from configs/datasheets; see sheet_law.h.", "",
             '#include "arch/config/costs/sheet_law.h"', "", "namespace imc", "{", "", "// clang-format off"]
    lines += table("energy_fit", *energy) + table("time_fit", *time)
    return "\n".join(lines + ["// clang-format on", "", "} // namespace imc", ""])


def write(text, rows):
    TABLE.write_text(text)
    for file in sorted(SHEETS.glob("*.json")):
        document = json.loads(file.read_text())
        body = ",\n".join("        " + json.dumps(s, ensure_ascii=False) for f, s in rows if f == file.stem)
        file.write_text('{\n    "schema": ' + json.dumps(document["schema"]) + ',\n    "note": '
                        + json.dumps(document["note"], ensure_ascii=False) + ',\n    "sheets": [\n' + body + "\n    ]\n}\n")


def differences(text, rows):
    """Where what is committed differs from a fit made now, beyond what another BLAS may round."""
    def words(of):
        return re.findall(r"-?[\w.]+", of)

    found = []
    if len(words(text)) != len(words(TABLE.read_text())):
        found.append(f"{TABLE.name} has other entries")
    for new, old in zip(words(text), words(TABLE.read_text())):
        if new != old and not (re.match(r"-?\d", new) and abs(float(new) - float(old)) < 2e-3):
            found.append(f"{TABLE.name}: {old}, now {new}")
    for (_, new), (_, old) in zip(rows, read_rows()):
        for key, value in new.get("left_out", {}).items():
            if abs(value / old.get("left_out", {}).get(key, math.inf) - 1) > 5e-3:
                found.append(f"{new['name']}: left_out of {key} is now {value}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="the coefficients and the left-out predictions")
    parser.add_argument("--check", action="store_true", help="exit 1 if those committed differ from the fit")
    parser.add_argument("--rows", action="store_true", help="print each row's ratios, and leave out single rows too")
    options = parser.parse_args()
    rows = read_rows()
    for _, sheet in rows:
        sheet.pop("left_out", None)
    energy = study(ENERGY, "tops_per_w", rows, options.rows)
    time = study(TIME, "cycle_ns", rows, options.rows)
    text = source(energy, time)
    if options.write:
        write(text, rows)
    found = differences(text, rows) if options.check else []
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
