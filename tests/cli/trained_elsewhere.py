"""Trains a small network with NumPy, writes it with ONNX's own package, and has it run unchanged by imcsim.

usage: trained_elsewhere.py IMCSIM CONFIGS_FOLDER WORK_FOLDER

Once with float weights and once as QDQ (QuantizeLinear and DequantizeLinear around float operators). The accuracy that
imcsim finds must be the one that NumPy finds, and the chip without imperfections must agree with its integers.
"""
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

imcsim, configs, work = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
work.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(5)
CLASSES, SIDE, FILTERS = 4, 6, 8


def draw(count):
    """Noisy bars: class 0 horizontal, 1 vertical, 2 and 3 the diagonals; pixels in [0, 1]."""
    labels = random.integers(0, CLASSES, count)
    images = np.zeros((count, 1, SIDE, SIDE), np.float32)
    for image, label in zip(images[:, 0], labels):
        at = random.integers(1, SIDE - 1)
        if label == 0:
            image[at, :] = 1
        elif label == 1:
            image[:, at] = 1
        else:
            diagonal = np.eye(SIDE, k=int(at) % 3 - 1)
            image[:] = diagonal if label == 2 else diagonal[::-1]
    images = np.clip(images * 0.7 + random.uniform(0, 0.45, images.shape), 0, 1).astype(np.float32)
    return images.reshape(count, -1), labels


def conv(x, w, b):
    windows = np.lib.stride_tricks.sliding_window_view(x.reshape(-1, SIDE, SIDE), (3, 3), axis=(1, 2))
    return np.einsum("nhwij,oij->nohw", windows, w[:, 0]) + b[None, :, None, None]


def write_csv(path, images, labels):
    header = ",".join([f"p{i}" for i in range(images.shape[1])] + ["label"])
    rows = [",".join([repr(float(v)) for v in x] + [str(y)]) for x, y in zip(images, labels)]
    path.write_text("\n".join([header] + rows) + "\n")


# Training: fixed random filters, a linear layer on them by gradient descent.
train_x, train_y = draw(600)
test_x, test_y = draw(200)
write_csv(work / "train.csv", train_x, train_y)
write_csv(work / "test.csv", test_x, test_y)
w1 = random.normal(0, 0.5, (FILTERS, 1, 3, 3)).astype(np.float32)
b1 = random.normal(0, 0.1, FILTERS).astype(np.float32)
features = np.maximum(conv(train_x, w1, b1), 0).reshape(len(train_x), -1)
w2 = np.zeros((features.shape[1], CLASSES))
b2 = np.zeros(CLASSES)
for _ in range(400):
    scores = features @ w2 + b2
    p = np.exp(scores - scores.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[np.arange(len(p)), train_y] -= 1
    w2 -= 0.05 * features.T @ p / len(p)
    b2 -= 0.05 * p.mean(0)
w2, b2 = w2.astype(np.float32), b2.astype(np.float32)


def save(path, nodes, constants):
    graph = helper.make_graph(
        nodes, "trained_elsewhere",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", 1, SIDE, SIDE])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", CLASSES])],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


save(work / "float.onnx",
     [helper.make_node("Conv", ["pixels", "w1", "b1"], ["c"], kernel_shape=[3, 3]),
      helper.make_node("Relu", ["c"], ["r"]),
      helper.make_node("Flatten", ["r"], ["f"]),
      helper.make_node("Gemm", ["f", "w2", "b2"], ["scores"])],
     {"w1": w1, "b1": b1, "w2": w2, "b2": b2})
float_scores = np.maximum(conv(test_x, w1, b1), 0).reshape(len(test_x), -1) @ w2 + b2

# QDQ: weights int8, per output channel for the convolution; activations uint8; scores int8.
s_x = np.float32(1 / 255)
s_r = np.float32(np.maximum(conv(train_x, w1, b1), 0).max() / 255)
s_w1 = (np.abs(w1).max((1, 2, 3)) / 127).astype(np.float32)
s_w2 = np.float32(np.abs(w2).max() / 127)
s_y = np.float32(np.abs(features @ w2 + b2).max() / 127)
q1 = np.round(w1 / s_w1[:, None, None, None]).astype(np.int8)
q2 = np.round(w2 / s_w2).astype(np.int8)
c1 = np.round(b1 / (s_x * s_w1)).astype(np.int32)
c2 = np.round(b2 / (s_r * s_w2)).astype(np.int32)
zero_u, zero_i = np.uint8(0), np.int8(0)
save(work / "qdq.onnx",
     [helper.make_node("QuantizeLinear", ["pixels", "s_x", "zero_u"], ["xq"]),
      helper.make_node("DequantizeLinear", ["xq", "s_x", "zero_u"], ["x"]),
      helper.make_node("DequantizeLinear", ["q1", "s_w1", "zero_w1"], ["w1"], axis=0),
      helper.make_node("DequantizeLinear", ["c1", "s_b1"], ["b1"], axis=0),
      helper.make_node("Conv", ["x", "w1", "b1"], ["c"], kernel_shape=[3, 3]),
      helper.make_node("Relu", ["c"], ["r"]),
      helper.make_node("QuantizeLinear", ["r", "s_r", "zero_u"], ["rq"]),
      helper.make_node("DequantizeLinear", ["rq", "s_r", "zero_u"], ["rd"]),
      helper.make_node("Flatten", ["rd"], ["fl"]),
      helper.make_node("QuantizeLinear", ["fl", "s_r", "zero_u"], ["fq"]),
      helper.make_node("DequantizeLinear", ["fq", "s_r", "zero_u"], ["f"]),
      helper.make_node("DequantizeLinear", ["q2", "s_w2", "zero_i"], ["w2"]),
      helper.make_node("DequantizeLinear", ["c2", "s_b2"], ["b2"]),
      helper.make_node("Gemm", ["f", "w2", "b2"], ["y"]),
      helper.make_node("QuantizeLinear", ["y", "s_y", "zero_i"], ["yq"]),
      helper.make_node("DequantizeLinear", ["yq", "s_y", "zero_i"], ["scores"])],
     {"s_x": s_x, "s_r": s_r, "s_w1": s_w1, "s_w2": s_w2, "s_y": s_y, "s_b1": s_x * s_w1,
      "s_b2": np.float32(s_r * s_w2), "zero_u": zero_u, "zero_i": zero_i, "zero_w1": np.zeros(FILTERS, np.int8),
      "q1": q1, "q2": q2, "c1": c1, "c2": c2})
x_q = np.clip(np.round(test_x / s_x), 0, 255)
r_q = conv(x_q, q1.astype(np.float64), c1) * (s_x * s_w1)[None, :, None, None]
r_q = np.clip(np.round(np.maximum(r_q, 0) / s_r), 0, 255).reshape(len(test_x), -1)
qdq_scores = np.clip(np.round((r_q @ q2.astype(np.float64) + c2) * (s_r * s_w2) / s_y), -128, 127)


def accuracy(scores):
    return float((scores.argmax(1) == test_y).mean())


def run(network, *sets):
    experiment = configs / "experiments" / "lenet5_rram.json"
    section = {"dataset": "csv", "path": str(work), "images": len(test_x), "snr_vectors": 0,
               "effects": {"converters": False}}
    out = work / ("run_" + network)
    words = [imcsim, "run", str(experiment), "--quiet", "--out", str(out), "--set",
             f"network={work / (network + '.onnx')}", "--set", "accuracy=" + json.dumps(section)]
    subprocess.run(words + [w for s in sets for w in ("--set", s)], check=True)
    return json.loads((out / "result.json").read_text())


failures = []


def expect(what, got, wanted, tolerance=0.0):
    print(f"{what}: {got}, expected {wanted} within {tolerance}")
    if not abs(got - wanted) <= tolerance + 1e-12:
        failures.append(what)


assert accuracy(float_scores) > 0.9, "the training itself"
one_image = 1 / len(test_x)
result = run("float")["accuracy"]
expect("float network, float accuracy", result["float_top1"], accuracy(float_scores))
expect("float network, 8-bit accuracy", result["golden_top1"], accuracy(float_scores), 0.02)
expect("float network, ideal chip", result["top1_mean"], result["golden_top1"])
expect("float network, agreement", result["agreement"], 1.0)
result = run("qdq")["accuracy"]
expect("QDQ network, integers", result["golden_top1"], accuracy(qdq_scores), one_image)
expect("QDQ network, ideal chip", result["top1_mean"], result["golden_top1"])
expect("QDQ network, agreement", result["agreement"], 1.0)
sys.exit(1 if failures else 0)
