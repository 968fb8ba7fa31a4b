#pragma once

#include <span>
#include <vector>

#include "workloads/graph.h"

namespace imc
{

/// What a tensor's values span, from calibration.
struct ValueRange {
    double low = 0;
    double high = 0;
};

using ValueRanges = IdVector<TensorId, ValueRange>;

/// Runs the float network on each sample (one batch each, inputs in graph order) and notes per tensor the mean
/// over the samples of the values that `percentile` of the sample's values do not exceed, on either side;
/// 100: least and greatest value of all. Throws ConfigError if weights have no data or there is no sample;
/// std::invalid_argument unless 50 < percentile ≤ 100.
ValueRanges calibrate(const Graph& graph, std::span<const std::vector<Value>> samples, double percentile = 100);

struct QuantiseOptions {
    int weight_bits = 8;     ///< 2 to 16, symmetric: ±(2^(bits−1) − 1)
    int activation_bits = 8; ///< 2 to 16, zero point 0: unsigned where the range has nothing below 0, else symmetric
    bool per_channel = true; ///< a weight scale per output channel
};

/// Post-training quantisation: the network on integers, inputs quantised first, outputs dequantised last.
/// Contractions have integer operands, int32 biases of scale moving · stationary, and a result scale; ReLU and
/// ReLU6 behind a contraction or sum become the saturation of its unsigned result. Every other node works on
/// integers as execute/quantised.h says. Scales are rounded to single precision.
/// Throws ConfigError naming the node if weights have no data, RunError if a bias is no vector of channels.
Graph quantise(const Graph& graph, const ValueRanges& ranges, const QuantiseOptions& options = {});

} // namespace imc
