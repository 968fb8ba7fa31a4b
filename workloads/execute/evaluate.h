#pragma once

#include <span>
#include <vector>

#include "workloads/node.h"
#include "workloads/tensor.h"

namespace imc
{

struct ResultType {
    Shape shape;
    ElementType type = ElementType::float32;
    const Quantisation* quantisation = nullptr; ///< of an integer result: narrows where it saturates
};

/// One node's results from its operands, by ONNX's definitions. `inputs` are those of the node in order, an
/// absent one without data; `results` are the node's outputs as the graph declares them.
///
/// float16 and bfloat16 are computed in float32 and rounded once. Integer arithmetic wraps; casts to integers
/// truncate and saturate. Integer contractions are exact; their results are requantised as in requantise.h.
/// Throws RunError for what only values show: an index out of range, an integer division by zero.
std::vector<Value> evaluate(const Node& node, std::span<const Value> inputs, std::span<const ResultType> results);

} // namespace imc
