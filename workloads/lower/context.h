#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "workloads/graph.h"
#include "workloads/read/model.h"

namespace imc::lower
{

/// A well-formed node that this project cannot represent or run.
struct Unsupported {
    std::string why;
};

/// One output of an operator; `constant` where its value does not depend on any input.
struct Result {
    Shape shape;
    ElementType type = ElementType::float32;
    std::optional<Value> constant;
};

struct Lowered {
    decltype(Node::kind) kind;
    std::vector<Result> results;
};

/// What the function that lowers one operator may look at: the node, its operands' shapes and constants.
/// Everything throws ConfigError naming the node if the node is malformed.
class Context
{
public:
    Context(const Graph& graph, const ModelNode& node, std::vector<TensorId> inputs, int opset, std::string place)
        : graph_(graph), node_(node), inputs_(std::move(inputs)), opset_(opset), place_(std::move(place))
    {
    }

    int opset() const { return opset_; }
    const std::string& op() const { return node_.op; }
    std::size_t outputs() const { return node_.outputs.size(); }
    bool wants(std::size_t output) const { return output < outputs() && !node_.outputs[output].empty(); }

    std::size_t inputs() const { return inputs_.size(); }
    bool has(std::size_t i) const { return i < inputs_.size() && inputs_[i].valid(); }
    /// Invalid if the optional operand is absent.
    TensorId optional_id(std::size_t i) const { return has(i) ? inputs_[i] : TensorId(); }
    TensorId id(std::size_t i) const;
    const Tensor& in(std::size_t i) const { return graph_.tensor(id(i)); }
    const Shape& shape(std::size_t i) const { return in(i).shape; }
    bool constant(std::size_t i) const { return in(i).is_constant; }

    std::int64_t integer(const char* attribute, std::int64_t fallback) const;
    double real(const char* attribute, double fallback) const;
    std::string text(const char* attribute, const std::string& fallback) const;
    std::optional<std::vector<std::int64_t>> integers(const char* attribute) const;
    std::optional<std::vector<double>> reals(const char* attribute) const;
    const Attribute* attribute(const char* name) const;

    /// The constant values of an operand that shapes depend on. Throws Unsupported if it is computed.
    std::vector<std::int64_t> constant_integers(std::size_t i, const char* what) const;
    std::vector<double> constant_reals(std::size_t i, const char* what) const;
    /// Integers given as an attribute or, since `opset`, as operand i; empty if neither is there.
    std::optional<std::vector<std::int64_t>> integers_or_operand(const char* attribute, std::size_t i, int since) const;

    /// An axis counted from the end if negative; must be in [−rank, rank), or [−rank, rank] if `end` is allowed.
    int axis(std::int64_t value, std::size_t rank, bool end = false) const;
    /// NumPy broadcast of operands [first, last).
    Shape broadcast(std::size_t first, std::size_t last) const;
    Shape broadcast(const Shape& a, const Shape& b) const;
    void require_rank(std::size_t i, std::size_t low, std::size_t high) const;
    void require_floating(std::size_t i) const;
    void require_same_type(std::size_t a, std::size_t b) const;

    [[noreturn]] void fail(const std::string& what) const;

private:
    const Value value_of(std::size_t i, const char* what) const;

    const Graph& graph_;
    const ModelNode& node_;
    std::vector<TensorId> inputs_;
    int opset_;
    std::string place_;
};

/// The window attributes of a convolution or pool over the spatial axes of operand 0. `ceil_mode` and
/// auto_pad are resolved. Throws ConfigError if the window does not fit.
Window window(const Context& context, const std::vector<std::int64_t>& kernel);
/// N×C×(window outputs).
Shape window_result(const Context& context, std::int64_t channels, const Window& window);

/// One row of the table of operators.
struct Operator {
    const char* name;
    int since; ///< first opset whose definition is the one implemented (as far as it is)
    Lowered (*lower)(const Context&);
};

/// Null if there is none of that name.
const Operator* find_operator(const std::string& name);
std::span<const Operator> operators();

} // namespace imc::lower
