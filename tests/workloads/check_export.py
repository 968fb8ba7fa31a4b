"""Exports networks with imcsim and checks them with tools of other authors.

usage: check_export.py shipped|shared IMCSIM NETWORKS_FOLDER WORK_FOLDER

Every model must satisfy the ONNX checker and strict shape inference; imported again it must have the same MACs and
parameters; and LeNet-5 must give what a few lines of NumPy give.
"""
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import checker, numpy_helper, shape_inference

which, imcsim, networks, work = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
work.mkdir(parents=True, exist_ok=True)


def run(*words):
    return subprocess.run([imcsim, *map(str, words)], check=True, capture_output=True, text=True).stdout


def counts(path):
    report = json.loads(run("import", path, "--json"))
    return report["macs"], report["parameters"], [layer["output_shape"] for layer in report["layers"]]


def conv(x, w, b, pad):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,ocij->nohw", windows, w) + b[None, :, None, None]


def pool(x):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))


def lenet(weights, x):
    relu = lambda v: np.maximum(v, 0)
    x = pool(relu(conv(x, weights["conv1.weight"], weights["conv1.bias"], 2)))
    x = pool(relu(conv(x, weights["conv2.weight"], weights["conv2.bias"], 0)))
    x = x.reshape(len(x), -1)
    for name in ("fc1", "fc2"):
        x = relu(x @ weights[name + ".weight"].T + weights[name + ".bias"])
    return x @ weights["fc3.weight"].T + weights["fc3.bias"]


def check_shipped():
    for path in sorted(networks.glob("*.json")):
        for weights in ("none", "random") if path.stem != "vgg16" else ("none",):
            target = work / f"{path.stem}_{weights}.onnx"
            run("export", path, "--out", target, "--weights", weights, "--seed", 3)
            model = onnx.load(target)
            checker.check_model(model)
            inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
            for declared, found in zip(model.graph.output, inferred.graph.output):
                assert declared == found, (path, declared, found)
            assert counts(path) == counts(target), path
            print(path.stem, weights, "ok")

    model = onnx.load(work / "lenet5_random.onnx")
    weights = {t.name: numpy_helper.to_array(t).astype(np.float64) for t in model.graph.initializer}
    images = np.random.default_rng(1).random((5, 1, 28, 28))
    np.save(work / "x.npy", images.astype(np.float32))
    run("eval", work / "lenet5_random.onnx", "--input", work / "x.npy", "--out", work / "y.npy")
    got, expected = np.load(work / "y.npy"), lenet(weights, images.astype(np.float32).astype(np.float64))
    error = np.abs(got - expected).max()
    assert got.shape == (5, 10) and error < 1e-5 * np.abs(expected).max(), error
    np.save(work / "xf.npy", np.asfortranarray(images))
    run("eval", work / "lenet5_random.onnx", "--input", work / "xf.npy", "--out", work / "yf.npy")
    assert np.array_equal(got, np.load(work / "yf.npy"))
    print("lenet5 equals NumPy within", error)

    # The quantised network as QDQ: standard ONNX, and the integers survive.
    target = work / "lenet5_qdq.onnx"
    run("export", work / "lenet5_random.onnx", "--out", target, "--integer", "--calibrate", work / "x.npy")
    model = onnx.load(target)
    checker.check_model(model)
    shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    run("eval", work / "lenet5_random.onnx", "--input", work / "x.npy", "--out", work / "yi.npy", "--integer", "--calibrate", work / "x.npy")
    run("eval", target, "--input", work / "x.npy", "--out", work / "yq.npy", "--integer")
    run("eval", target, "--input", work / "x.npy", "--out", work / "yf.npy")
    golden, again, simulated = (np.load(work / name) for name in ("yi.npy", "yq.npy", "yf.npy"))
    assert np.array_equal(golden, again)
    assert np.abs(golden - expected).max() < 0.05 * np.abs(expected).max()
    assert np.abs(golden - simulated).max() < 0.02 * np.abs(expected).max()
    print("lenet5 as QDQ ok")


def check_shared():
    folder = pathlib.Path(os.environ.get("IMCSIM_SHARED", networks / "../../../shared")) / "networks"
    if not folder.exists():
        print("REFERENCE", folder, "is not here")
        sys.exit(77)
    for path in sorted(folder.glob("*.onnx")):
        target = work / (path.stem + "_again.onnx")
        run("export", path, "--out", target)
        model = onnx.load(target)
        checker.check_model(model)
        shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
        assert counts(path) == counts(target), path
        print(path.stem, "ok")


check_shipped() if which == "shipped" else check_shared()
