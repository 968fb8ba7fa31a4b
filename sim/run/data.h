#pragma once

#include <span>
#include <vector>

#include "sim/run/accuracy_options.h"
#include "workloads/data/data_set.h"
#include "workloads/graph.h"

namespace imc::run
{

/// Items as a network takes them, one batch of one each, and their labels.
struct Images {
    std::vector<std::vector<Value>> inputs;
    std::vector<int> labels;
    int classes = 0;
};

/// The images that are tested. Throws ConfigError if the data set's files cannot be used, has too few items, or its
/// items do not have the size that the network takes.
Images test_images(const DataOptions& options, const Graph& graph);
/// Those for calibration: of the training set, and never among the tested ones.
Images calibration_images(const DataOptions& options, const Graph& graph);

const char* name(DataKind kind);
const char* name(Split split);

} // namespace imc::run
