#include "nas/train/torch_operators.h"

#include <vector>

namespace imc::training
{

namespace
{

std::vector<std::int64_t> each(const Window& w, std::int64_t WindowAxis::*field)
{
    std::vector<std::int64_t> values;
    for (const WindowAxis& a : w.axes)
        values.push_back(a.*field);
    return values;
}

/// Last two axes exchanged, if so wished.
at::Tensor turned(const at::Tensor& t, bool turn) { return turn ? t.transpose(-1, -2) : t; }

at::Tensor convolution(const Contraction& c, const Window& w, Operands& o)
{
    at::Tensor x = o.at(c.moving);
    bool symmetric = true;
    for (const WindowAxis& a : w.axes)
        symmetric = symmetric && a.pad_begin == a.pad_end && a.pad_begin >= 0;
    std::vector<std::int64_t> pads(w.axes.size(), 0);
    if (symmetric)
        pads = each(w, &WindowAxis::pad_begin);
    else
        x = padded(x, w, 0.0);
    const std::vector<std::int64_t> none(w.axes.size(), 0);
    at::Tensor weight = o.at(c.stationary);
    if (c.alpha != 1.0)
        weight = weight * c.alpha;
    at::Tensor bias;
    if (c.bias.valid())
        bias = (c.beta == 1.0 ? o.at(c.bias) : o.at(c.bias) * c.beta).flatten();
    return at::convolution(x, weight, bias, each(w, &WindowAxis::stride), pads, each(w, &WindowAxis::dilation), false,
                           none, c.groups);
}

} // namespace

Operands::Operands(const Graph& graph, Parameters& parameters, const Pass& pass)
    : graph_(graph), parameters_(parameters), pass_(pass), values_(graph.tensors().size())
{
}

void Operands::put(TensorId id, at::Tensor value)
{
    if (pass_.plan)
        if (const auto grid = pass_.plan->activations.find(graph_.tensor(id).name);
            grid != pass_.plan->activations.end())
            value = on_grid(value, grid->second, parameters_);
    values_[id] = std::move(value);
}

at::Tensor Operands::at(TensorId id)
{
    if (!values_[id].defined())
        values_[id] = constant(id);
    return values_[id];
}

at::Tensor Operands::running(TensorId id) const { return parameters_.running.at(graph_.tensor(id).name); }

at::Tensor Operands::constant(TensorId id) const
{
    const Tensor& t = graph_.tensor(id);
    const auto found = parameters_.weights.find(t.name);
    const at::Tensor value = found != parameters_.weights.end() ? found->second : to_tensor(Value(t.shape, t.data));
    if (!pass_.plan)
        return value;
    if (const auto bias = pass_.plan->biases.find(t.name); bias != pass_.plan->biases.end())
        return bias_on_grid(value, *pass_.plan, bias->second, parameters_);
    const auto grid = pass_.plan->weights.find(t.name);
    if (grid == pass_.plan->weights.end())
        return value;
    QuantisedWeights q = integers_of(value, grid->second);
    if (pass_.noise && found != parameters_.weights.end()) {
        q.integers = q.integers.contiguous();
        double* data = q.integers.data_ptr<double>();
        std::vector<double> numbers(data, data + q.integers.numel());
        pass_.noise->add_to(numbers, pass_.seed, t.name, pass_.step);
        std::copy(numbers.begin(), numbers.end(), data);
    }
    return straight_through(value, (q.integers * q.scale).to(at::kFloat));
}

at::Tensor contraction(const Node&, const Contraction& c, Operands& o)
{
    if (const Window* w = c.window())
        return convolution(c, *w, o);
    // moving [m, k] · stationary [k, n], either stored transposed.
    const at::Tensor x = turned(o.at(c.moving), c.moving_transposed);
    const at::Tensor weight = turned(o.at(c.stationary), c.stationary_transposed);
    at::Tensor y = at::matmul(x, weight);
    if (c.alpha != 1.0)
        y = y * c.alpha;
    y = turned(y, c.result_transposed);
    if (c.bias.valid()) {
        const at::Tensor bias = c.beta == 1.0 ? o.at(c.bias) : o.at(c.bias) * c.beta;
        y = y + bias;
    }
    return y;
}

void compute(const Node& node, Operands& o)
{
    if (const auto* c = node.as<Contraction>())
        o.put(c->result, contraction(node, *c, o));
    else if (const auto* e = node.as<Elementwise>())
        o.put(node.outputs[0], elementwise(node, *e, o));
    else if (const auto* r = node.as<Reduce>())
        o.put(node.outputs[0], reduce(node, *r, o));
    else if (const auto* n = node.as<Normalise>())
        o.put(node.outputs[0], normalise(node, *n, o));
    else {
        const std::vector<at::Tensor> results = move(node, *node.as<Move>(), o);
        for (std::size_t i = 0; i < results.size(); ++i)
            if (node.outputs[i].valid())
                o.put(node.outputs[i], results[i]);
    }
}

} // namespace imc::training
