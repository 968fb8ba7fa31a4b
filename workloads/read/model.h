#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "workloads/tensor.h"

/// A network as its file states it: ONNX operators by name, shapes not yet worked out.
/// The ONNX and JSON readers produce it; workloads/lower turns it into a Graph.
namespace imc
{

/// What this project does not read (a subgraph, a sparse or string tensor), by the name of its kind.
struct OpaqueAttribute {
    std::string kind;
};

using Attribute = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                               std::vector<std::string>, Value, OpaqueAttribute>;

struct ModelNode {
    std::string name; ///< may be empty
    std::string op;
    std::string domain; ///< empty: ONNX's own
    std::vector<std::string> inputs;
    std::vector<std::string> outputs;
    std::map<std::string, Attribute> attributes;
};

/// A value's declared type and shape; a dimension without value has value −1 and perhaps a symbol.
struct ModelValue {
    std::string name;
    std::optional<ElementType> type;
    std::optional<std::vector<Dim>> dims;
};

/// A weight; `data` is null where the file gives only the shape.
struct ModelConstant {
    ElementType type = ElementType::float32;
    Shape shape;
    std::shared_ptr<const TensorData> data;
};

struct Model {
    std::string file; ///< named in messages
    std::string name;
    int opset = 17;
    std::vector<ModelNode> nodes;
    std::vector<ModelValue> inputs; ///< constants excluded, as far as the file tells them apart
    std::vector<ModelValue> outputs;
    std::map<std::string, ModelValue> values; ///< declared shapes of values in between
    std::map<std::string, ModelConstant> constants;
};

} // namespace imc
