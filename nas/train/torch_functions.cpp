#include <algorithm>
#include <cmath>

#include "nas/train/torch_operators.h"

namespace imc::training
{

namespace
{

using F = Elementwise::Function;

bool differentiable(F f)
{
    switch (f) {
    case F::floor:
    case F::ceil:
    case F::round:
    case F::sign:
    case F::logical_not:
    case F::equal:
    case F::less:
    case F::less_or_equal:
    case F::greater:
    case F::greater_or_equal:
    case F::logical_and:
    case F::logical_or:
    case F::where:
    case F::quantize:
    case F::dequantize:
        return false;
    default:
        return true;
    }
}

bool has_bounds_as_operands(const Node& node, const Elementwise& e)
{
    return e.function == F::clip && node.inputs.size() > 1 && e.operands > 1;
}

/// Min, Max and Sum take any number of operands.
template <class F> at::Tensor joined(const Node& node, Operands& o, F f)
{
    at::Tensor all = o.at(node.inputs[0]);
    for (std::size_t i = 1; i < node.inputs.size(); ++i)
        all = f(all, o.at(node.inputs[i]));
    return all;
}

/// Values per point of a window's output that the mean divides by.
at::Tensor divisor(const Reduce& r, const Window& w, const at::Tensor& sums)
{
    at::Tensor count = at::ones({}, at::kFloat);
    for (std::size_t i = 0; i < w.axes.size(); ++i) {
        const WindowAxis& a = w.axes[i];
        at::Tensor along = at::empty({a.out}, at::kFloat);
        for (std::int64_t p = 0; p < a.out; ++p) {
            std::int64_t points = 0;
            for (std::int64_t k = 0; k < a.kernel; ++k) {
                const std::int64_t at = a.first(p) + k * a.dilation;
                const bool counts = r.count_include_pad ? at < a.in + a.pad_end : at >= 0 && at < a.in;
                points += counts ? 1 : 0;
            }
            along.data_ptr<float>()[p] = static_cast<float>(points);
        }
        count = count.unsqueeze(-1) * along;
    }
    return count.expand(sums.sizes().slice(2));
}

} // namespace

std::string refusal(const Graph& graph, const Node& node)
{
    if (node.quantised)
        return "works on integers; train the float network";
    for (std::size_t i = 1; i < node.outputs.size() && !node.as<Move>(); ++i)
        if (node.outputs[i].valid())
            return "gives more than one result";
    if (const auto* c = node.as<Contraction>()) {
        if (c->quantised)
            return "works on integers; train the float network";
        if (std::holds_alternative<RowIndex>(c->gather))
            return "gathers rows by index";
        if (!c->window() && (graph.tensor(c->moving).shape.rank() < 2 || graph.tensor(c->stationary).shape.rank() < 2))
            return "has an operand that is no matrix";
        if (c->window() && !graph.tensor(c->stationary).is_constant)
            return "its kernel is computed by the network";
    } else if (const auto* e = node.as<Elementwise>()) {
        if (!differentiable(e->function) || has_bounds_as_operands(node, *e))
            return "has no gradient that training could follow";
    } else if (const auto* r = node.as<Reduce>()) {
        if (r->window && r->function != Reduce::Function::max && r->function != Reduce::Function::mean)
            return "is no maximum or mean";
        if (r->window && r->window->axes.size() > 3)
            return "has more than three spatial axes";
    } else if (const auto* m = node.as<Move>()) {
        if (m->function == Move::Function::gather && !graph.tensor(node.inputs[1]).is_constant)
            return "gathers by computed indices";
        if (m->function == Move::Function::cast && !is_floating(graph.tensor(node.outputs[0]).type))
            return "casts to integers";
        if (m->function == Move::Function::slice &&
            std::any_of(m->steps.begin(), m->steps.end(), [](std::int64_t s) { return s < 0; }))
            return "slices backwards";
    }
    for (const TensorId t : node.inputs)
        if (t.valid() && !graph.tensor(t).is_constant && !is_floating(graph.tensor(t).type))
            return "takes integers from the network";
    return {};
}

at::Tensor elementwise(const Node& node, const Elementwise& e, Operands& o)
{
    const at::Tensor x = o.at(node.inputs[0]);
    const auto second = [&] { return o.at(node.inputs[1]); };
    switch (e.function) {
    case F::relu:
        return at::relu(x);
    case F::leaky_relu:
        return at::leaky_relu(x, e.alpha);
    case F::elu:
        return at::elu(x, e.alpha);
    case F::clip:
        return at::clamp(x, e.alpha, e.beta);
    case F::sigmoid:
        return at::sigmoid(x);
    case F::hard_sigmoid:
        return at::clamp(x * e.alpha + e.beta, 0.0, 1.0);
    case F::hard_swish:
        return x * at::clamp(x * (1.0 / 6.0) + 0.5, 0.0, 1.0);
    case F::tanh:
        return at::tanh(x);
    case F::softplus:
        return at::softplus(x);
    case F::erf:
        return at::erf(x);
    case F::exp:
        return at::exp(x);
    case F::log:
        return at::log(x);
    case F::sqrt:
        return at::sqrt(x);
    case F::reciprocal:
        return at::reciprocal(x);
    case F::abs:
        return at::abs(x);
    case F::neg:
        return at::neg(x);
    case F::add:
        return joined(node, o, [](const at::Tensor& a, const at::Tensor& b) { return a + b; });
    case F::sub:
        return x - second();
    case F::mul:
        return joined(node, o, [](const at::Tensor& a, const at::Tensor& b) { return a * b; });
    case F::div:
        return x / second();
    case F::pow:
        return at::pow(x, second());
    case F::min:
        return joined(node, o, [](const at::Tensor& a, const at::Tensor& b) { return at::minimum(a, b); });
    case F::max:
        return joined(node, o, [](const at::Tensor& a, const at::Tensor& b) { return at::maximum(a, b); });
    case F::prelu:
        return at::where(x > 0, x, x * second());
    default:
        return x; // refused
    }
}

at::Tensor padded(const at::Tensor& x, const Window& window, double value)
{
    std::vector<std::int64_t> pads; // innermost axis first
    for (auto a = window.axes.rbegin(); a != window.axes.rend(); ++a) {
        pads.push_back(a->pad_begin);
        pads.push_back((a->out - 1) * a->stride + a->extent() - a->in - a->pad_begin);
    }
    return at::constant_pad_nd(x, pads, value);
}

at::Tensor reduce(const Node& node, const Reduce& r, Operands& o)
{
    using R = Reduce::Function;
    at::Tensor x = o.at(node.inputs[0]);
    if (r.window) {
        const Window& w = *r.window;
        std::vector<std::int64_t> kernel, stride, dilation;
        for (const WindowAxis& a : w.axes) {
            kernel.push_back(a.kernel);
            stride.push_back(a.stride);
            dilation.push_back(a.dilation);
        }
        // Three spatial axes serve for fewer.
        const std::size_t missing = 3 - w.axes.size();
        x = padded(x, w, r.function == R::max ? -std::numeric_limits<double>::infinity() : 0.0);
        if (w.axes.size() == 2) {
            if (r.function == R::max)
                return at::max_pool2d(x, kernel, stride, {0, 0}, dilation, false);
            const at::Tensor sums = at::avg_pool2d(x, kernel, stride, {0, 0}, false, false, 1);
            return sums / divisor(r, w, sums);
        }
        for (std::size_t i = 0; i < missing; ++i) {
            x = x.unsqueeze(2);
            kernel.insert(kernel.begin(), 1);
            stride.insert(stride.begin(), 1);
            dilation.insert(dilation.begin(), 1);
        }
        at::Tensor y = r.function == R::max ? at::max_pool3d(x, kernel, stride, {0, 0, 0}, dilation, false)
                                            : at::avg_pool3d(x, kernel, stride, {0, 0, 0}, false, false, 1);
        for (std::size_t i = 0; i < missing; ++i)
            y = y.squeeze(2);
        return r.function == R::max ? y : y / divisor(r, w, y);
    }
    const std::vector<std::int64_t> axes(r.axes.begin(), r.axes.end());
    switch (r.function) {
    case R::max:
        return at::amax(x, axes, r.keep_dims);
    case R::min:
        return at::amin(x, axes, r.keep_dims);
    case R::mean:
        return at::mean(x, axes, r.keep_dims);
    case R::sum:
        return at::sum(x, axes, r.keep_dims);
    case R::sum_square:
        return at::sum(x * x, axes, r.keep_dims);
    case R::l1:
        return at::sum(at::abs(x), axes, r.keep_dims);
    case R::l2:
        return at::sqrt(at::sum(x * x, axes, r.keep_dims));
    case R::product:
        break;
    }
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis)
        x = at::prod(x, *axis, r.keep_dims);
    return x;
}

at::Tensor normalise(const Node& node, const Normalise& n, Operands& o)
{
    using N = Normalise::Function;
    const at::Tensor x = o.at(node.inputs[0]);
    const std::int64_t axis = n.axis < 0 ? n.axis + x.dim() : n.axis;
    const auto optional = [&](std::size_t i) {
        return node.inputs.size() > i && node.inputs[i].valid() ? o.at(node.inputs[i]) : at::Tensor();
    };
    switch (n.function) {
    case N::softmax:
    case N::log_softmax: {
        const bool logarithm = n.function == N::log_softmax;
        const at::Tensor rows = n.to_the_end ? x.flatten(static_cast<std::int64_t>(axis)) : x;
        return (logarithm ? at::log_softmax(rows, axis) : at::softmax(rows, axis)).view_as(x);
    }
    case N::layer_norm:
        return at::layer_norm(x, x.sizes().slice(static_cast<std::size_t>(axis)), optional(1), optional(2), n.epsilon,
                              false);
    case N::batch_norm:
        return at::batch_norm(x, optional(1), optional(2), o.running(node.inputs[3]), o.running(node.inputs[4]),
                              o.pass().training, 0.1, n.epsilon, false);
    case N::instance_norm:
        break;
    }
    return at::instance_norm(x, optional(1), optional(2), {}, {}, true, 0.0, n.epsilon, false);
}

} // namespace imc::training
