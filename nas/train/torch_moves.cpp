#include <algorithm>

#include "nas/train/torch_operators.h"

namespace imc::training
{

namespace
{

/// The node's result shape with the batch's own first axis, where the graph's operand has it first as well.
std::vector<std::int64_t> batched_shape(const Node& node, Operands& o, const at::Tensor& x)
{
    std::vector<std::int64_t> shape = o.graph().tensor(node.outputs[0]).shape.values();
    const Shape& from = o.graph().tensor(node.inputs[0]).shape;
    if (!shape.empty() && from.rank() > 0 && shape[0] % std::max<std::int64_t>(from[0], 1) == 0 && x.size(0) != from[0])
        shape[0] = shape[0] / from[0] * x.size(0);
    return shape;
}

at::Tensor padded(const Move& m, const at::Tensor& x)
{
    std::vector<std::int64_t> pads;
    for (std::size_t axis = m.before.size(); axis-- > 0;) {
        pads.push_back(m.before[axis]);
        pads.push_back(m.after[axis]);
    }
    if (m.pad_mode == Move::PadMode::constant)
        return at::constant_pad_nd(x, pads, m.pad_value);
    at::Tensor y = x;
    for (std::size_t axis = 0; axis < m.before.size(); ++axis) {
        const std::int64_t size = x.size(static_cast<std::int64_t>(axis));
        at::Tensor index = at::arange(-m.before[axis], size + m.after[axis], at::kLong);
        if (m.pad_mode == Move::PadMode::edge)
            index = index.clamp(0, size - 1);
        else
            index = (size - 1) - (index.abs() - (size - 1)).abs();
        y = y.index_select(static_cast<std::int64_t>(axis), index);
    }
    return y;
}

at::Tensor sliced(const Node& node, const Move& m, const at::Tensor& x, const Graph& graph)
{
    at::Tensor y = x;
    const Shape& out = graph.tensor(node.outputs[0]).shape;
    const Shape& in = graph.tensor(node.inputs[0]).shape;
    for (std::size_t axis = 0; axis < m.starts.size(); ++axis)
        if (m.starts[axis] != 0 || m.steps[axis] != 1 || out[axis] != in[axis])
            y = y.slice(static_cast<std::int64_t>(axis), m.starts[axis],
                        m.starts[axis] + (out[axis] - 1) * m.steps[axis] + 1, m.steps[axis]);
    return y;
}

} // namespace

std::vector<at::Tensor> move(const Node& node, const Move& m, Operands& o)
{
    using F = Move::Function;
    const Graph& graph = o.graph();
    const at::Tensor x = o.at(node.inputs[0]);
    const std::int64_t axis = m.axis < 0 ? m.axis + x.dim() : m.axis;
    switch (m.function) {
    case F::identity:
    case F::cast:
        return {x};
    case F::reshape:
        return {x.reshape(batched_shape(node, o, x))};
    case F::expand:
        return {x.expand(batched_shape(node, o, x))};
    case F::transpose:
        return {x.permute(m.permutation)};
    case F::concat: {
        std::vector<at::Tensor> parts;
        for (const TensorId id : node.inputs)
            parts.push_back(o.at(id));
        return {at::cat(parts, axis)};
    }
    case F::split: {
        std::vector<std::int64_t> sizes;
        for (const TensorId id : node.outputs)
            sizes.push_back(graph.tensor(id).shape[static_cast<std::size_t>(axis)]);
        return at::split_with_sizes(x, sizes, axis);
    }
    case F::slice:
        return {sliced(node, m, x, graph)};
    case F::pad:
        return {padded(m, x)};
    case F::resize_nearest: {
        at::Tensor y = x;
        for (std::size_t a = 0; a < m.resize.size(); ++a) {
            const ResizeAxis& r = m.resize[a];
            if (r.in == r.out)
                continue;
            at::Tensor index = at::empty({r.out}, at::kLong);
            for (std::int64_t i = 0; i < r.out; ++i)
                index.data_ptr<std::int64_t>()[i] = std::clamp<std::int64_t>(r.source(i), 0, r.in - 1);
            y = y.index_select(static_cast<std::int64_t>(a), index);
        }
        return {y};
    }
    case F::gather:
        break;
    }
    const Tensor& indices = graph.tensor(node.inputs[1]);
    const std::vector<std::int64_t> list = Value(indices.shape, indices.data).to_integers();
    at::Tensor index = at::empty({static_cast<std::int64_t>(list.size())}, at::kLong);
    std::copy(list.begin(), list.end(), index.data_ptr<std::int64_t>());
    index = at::where(index < 0, index + x.size(axis), index);
    std::vector<std::int64_t> shape = x.sizes().vec();
    shape.erase(shape.begin() + axis);
    const std::vector<std::int64_t> its = indices.shape.values();
    shape.insert(shape.begin() + axis, its.begin(), its.end());
    return {x.index_select(axis, index).reshape(shape)};
}

} // namespace imc::training
