#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "workloads/graph.h"
#include "workloads/read/model.h"

namespace imc
{

struct ImportOptions {
    /// Values of free dimensions by symbol ("batch"); one that is not named here becomes 1.
    std::map<std::string, std::int64_t> dimensions;
    /// Which of the file's inputs an inference is given. Empty: all, unless the file gives weights as inputs
    /// without data (a convolution's or Gemm's second operand is one); then the first input only.
    std::vector<std::string> inputs;
    /// Inputs that are fixed beforehand, e.g. the shape operand of a Reshape.
    std::map<std::string, Value> fixed;
    bool fold_batch_norm = true;
    /// Tensors without elements are refused unless this is set.
    bool allow_empty_tensors = false;
};

struct UnsupportedNode {
    std::string node;
    std::string op;
    std::string why;
};

/// A graph and what of the file is missing in it. Nodes behind an unsupported one are left out as well
/// unless the file declares the shapes between.
struct Import {
    Graph graph;
    std::vector<UnsupportedNode> unsupported;
};

/// Shape inference, constant folding, batch-norm folding, removal of Identity, Dropout and dead nodes.
/// Throws ConfigError naming file and node if the model is inconsistent: a cycle, a value nobody produces,
/// shapes that do not fit, sizes that are negative, zero or overflow.
Import build_graph(const Model& model, const ImportOptions& options = {});

} // namespace imc
