#include "nas/train/fake_quantise.h"

#include <algorithm>
#include <cmath>

namespace imc::training
{

namespace
{

std::string without_suffix(const std::string& name)
{
    constexpr std::string_view suffix = "_quantized";
    return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}

/// The float tensor that a tensor of the quantised graph stands for.
TensorId float_tensor(const Graph& graph, const std::string& name)
{
    const TensorId same = graph.find_tensor(name);
    return same.valid() ? same : graph.find_tensor(without_suffix(name));
}

/// Results that have the grid of their operand.
bool keeps_grid(const Node& node)
{
    const auto* m = node.as<imc::Move>();
    const auto* r = node.as<Reduce>();
    return (m && m->function != imc::Move::Function::concat && m->function != imc::Move::Function::cast) ||
           (r && r->window && r->function == Reduce::Function::max);
}

double top_of(const QuantisationPlan::Activation& grid)
{
    return static_cast<double>(grid.is_signed ? (1 << (grid.bits - 1)) - 1 : (1 << grid.bits) - 1);
}

} // namespace

QuantisationPlan plan_quantisation(const Graph& graph, const ValueRanges& ranges, const QuantiseOptions& options,
                                   Parameters& parameters)
{
    QuantisationPlan plan;
    plan.options = options;
    const Graph quantised = quantise(graph, ranges, options);
    for (const NodeId id : quantised.topological_order()) {
        const Node& node = quantised.node(id);
        for (const TensorId out : node.outputs) {
            if (!out.valid() || !quantised.tensor(out).quantisation || !is_integer(quantised.tensor(out).type))
                continue;
            const TensorId real = float_tensor(graph, quantised.tensor(out).name);
            if (!real.valid())
                continue;
            const Quantisation& q = *quantised.tensor(out).quantisation;
            const std::string name = graph.tensor(real).name;
            QuantisationPlan::Activation grid{q.bits, q.type == ElementType::int8, name,
                                              !graph.producer(real).valid() ? false : true};
            if (keeps_grid(node)) {
                const TensorId operand = float_tensor(graph, quantised.tensor(node.inputs[0]).name);
                if (const auto found = plan.activations.find(graph.tensor(operand).name);
                    found != plan.activations.end())
                    grid = found->second;
            }
            parameters.ranges.try_emplace(grid.range,
                                          at::full({1}, q.scale[0], at::kFloat).set_requires_grad(grid.learnt));
            plan.activations.emplace(name, grid);
        }
        for (const TensorId in : node.inputs) {
            if (!in.valid() || !quantised.tensor(in).is_constant || !quantised.tensor(in).quantisation)
                continue;
            const Tensor& t = quantised.tensor(in);
            if (graph.find_tensor(t.name).valid() && t.type != ElementType::int32)
                plan.weights.emplace(t.name, QuantisationPlan::Weights{t.quantisation->bits, t.quantisation->axis});
        }
    }
    for (const NodeId id : graph.topological_order())
        if (const auto* c = graph.node(id).as<Contraction>(); c && c->bias.valid()) {
            const std::string weights = graph.tensor(c->stationary).name;
            plan.biases.emplace(
                graph.tensor(c->bias).name,
                QuantisationPlan::Bias{graph.tensor(c->moving).name, weights, c->alpha, c->beta,
                                       plan.weights.contains(weights) && plan.weights[weights].axis >= 0});
        }
    return plan;
}

ValueRanges learnt_ranges(const Graph& graph, const QuantisationPlan& plan, const Parameters& parameters)
{
    ValueRanges ranges(graph.tensors().size());
    for (const auto& [name, grid] : plan.activations) {
        const double top = top_of(grid) * std::abs(parameters.ranges.at(grid.range).item<double>());
        ranges[graph.find_tensor(name)] = {grid.is_signed ? -top : 0.0, top};
    }
    return ranges;
}

at::Tensor on_grid(const at::Tensor& x, const QuantisationPlan::Activation& grid, const Parameters& parameters)
{
    const auto top = static_cast<std::int64_t>(top_of(grid));
    const std::int64_t bottom = grid.is_signed ? -top - 1 : 0;
    const at::Tensor& step = parameters.ranges.at(grid.range);
    if (!grid.learnt)
        return at::fake_quantize_per_tensor_affine(x, step.item<double>(), 0, bottom, top);
    const double share = 1.0 / std::sqrt(static_cast<double>(x.numel()) * static_cast<double>(top));
    return at::_fake_quantize_learnable_per_tensor_affine(x, step, at::zeros({1}, at::kFloat), bottom, top, share);
}

QuantisedWeights integers_of(const at::Tensor& weights, const QuantisationPlan::Weights& grid)
{
    const at::Tensor w = weights.detach().to(at::kDouble);
    const double top = static_cast<double>((1 << (grid.bits - 1)) - 1);
    at::Tensor largest = w.abs();
    if (grid.axis < 0)
        largest = largest.max();
    else
        for (std::int64_t axis = 0; axis < w.dim(); ++axis)
            if (axis != grid.axis)
                largest = largest.amax(axis, true);
    at::Tensor scale = (largest / top).to(at::kFloat).to(at::kDouble);
    scale = at::where(scale > 0, scale, at::ones_like(scale));
    return {at::clamp(at::round(w / scale), -top - 1, top), scale};
}

at::Tensor straight_through(const at::Tensor& weights, const at::Tensor& values)
{
    return weights + (values - weights).detach();
}

at::Tensor bias_on_grid(const at::Tensor& bias, const QuantisationPlan& plan, const QuantisationPlan::Bias& grid,
                        const Parameters& parameters)
{
    const auto moving = plan.activations.find(grid.moving);
    const auto stationary = plan.weights.find(grid.stationary);
    const auto weights = parameters.weights.find(grid.stationary);
    if (moving == plan.activations.end() || stationary == plan.weights.end() || weights == parameters.weights.end())
        return bias;
    const double x = std::abs(parameters.ranges.at(moving->second.range).item<double>());
    const at::Tensor scale =
        (integers_of(weights->second, stationary->second).scale * grid.alpha).to(at::kFloat).to(at::kDouble).flatten();
    const at::Tensor step = (scale * x).to(at::kFloat).to(at::kDouble) / grid.beta;
    const at::Tensor values = at::round(bias.detach().to(at::kDouble) / step) * step;
    return straight_through(bias, values.to(at::kFloat));
}

} // namespace imc::training
