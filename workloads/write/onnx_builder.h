#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "workloads/graph.h"

namespace onnx
{
class ModelProto;
class NodeProto;
} // namespace onnx

namespace imc::write
{

/// The model under construction: names for tensors, nodes, initializers. Private to the ONNX writer.
class OnnxBuilder
{
public:
    explicit OnnxBuilder(const Graph& graph);
    ~OnnxBuilder();

    const onnx::ModelProto& build();

    /// Appends a node in the graph's names; attributes are added to what is returned.
    onnx::NodeProto& node(const std::string& op, const std::string& name, const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs);
    /// A constant the graph does not have as a tensor; returns its name.
    std::string constant(const std::string& wanted_name, const Value& value);
    /// A value the graph does not have.
    std::string temporary(const std::string& wanted_name);

    const Graph& graph() const { return graph_; }
    std::string name_of(TensorId id) const { return id.valid() ? names_[id] : std::string(); }
    /// Calls the tensor something else from now on; returns what it was called.
    std::string rename(TensorId id, const std::string& name) { return std::exchange(names_[id], name); }
    std::vector<std::string> names_of(const std::vector<TensorId>& ids) const;

private:
    std::string unique(const std::string& wanted);
    void add_tensors();
    void add_quantised_constant(TensorId id);

    const Graph& graph_;
    std::unique_ptr<onnx::ModelProto> model_;
    IdVector<TensorId, std::string> names_;
    std::set<std::string> taken_;
};

void set(onnx::NodeProto& node, const char* key, std::int64_t value);
void set(onnx::NodeProto& node, const char* key, double value);
void set(onnx::NodeProto& node, const char* key, const std::string& value);
void set(onnx::NodeProto& node, const char* key, const std::vector<std::int64_t>& values);

/// A node on integers as DequantizeLinear → the float operator → QuantizeLinear. Throws RunError for more than
/// 8 bits, which opset 17 has not.
void write_quantised(OnnxBuilder& builder, const Node& node);

/// Appends the ONNX node or nodes that one graph node stands for.
void write_node(OnnxBuilder& builder, const Node& node);

} // namespace imc::write
