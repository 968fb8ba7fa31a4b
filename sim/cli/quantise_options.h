#pragma once

#include <filesystem>

#include "sim/base/cli/options.h"
#include "workloads/transform/quantise.h"

namespace imc::cli
{

/// How a float network is made one of integers.
struct QuantiseSettings {
    std::filesystem::path calibrate;
    std::int64_t weight_bits = 8, activation_bits = 8;
    double percentile = 100;
    bool per_tensor = false;

    void declare(Options& options);
    /// A network with quantisation of its own (QDQ or QLinear operators) keeps it; a float network is quantised with
    /// ranges from the calibration images. Throws ConfigError if those are needed and missing, or a width is out of
    /// range.
    Graph integer_network(const Graph& graph) const;
};

} // namespace imc::cli
