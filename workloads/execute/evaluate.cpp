#include "workloads/execute/evaluate.h"

#include <algorithm>
#include <stdexcept>

#include "workloads/execute/kernels.h"

namespace imc
{

namespace kernel
{

const Value& Arguments::operand(TensorId id) const
{
    const auto it = std::find(node.inputs.begin(), node.inputs.end(), id);
    if (it == node.inputs.end())
        throw std::logic_error("node '" + node.name + "' names an operand it does not have");
    return inputs[static_cast<std::size_t>(it - node.inputs.begin())];
}

bool Arguments::has(TensorId id) const { return id.valid() && operand(id).data != nullptr; }

Odometer::Odometer(const Shape& shape, std::span<const Shape> operands)
{
    sizes_ = shape.values();
    left_ = 1;
    for (const std::int64_t s : sizes_)
        left_ *= s;
    inner_size_ = sizes_.empty() ? 1 : sizes_.back();
    if (inner_size_ > 0)
        left_ /= inner_size_;
    index_.assign(sizes_.size(), 0);
    for (const Shape& operand : operands) {
        std::vector<std::int64_t> own = operand.strides(), wide(sizes_.size(), 0);
        const std::size_t lead = sizes_.size() - operand.rank();
        for (std::size_t i = 0; i < operand.rank(); ++i)
            wide[lead + i] = operand[i] == 1 ? 0 : own[i];
        inner_strides_.push_back(wide.empty() ? 0 : wide.back());
        strides_.push_back(std::move(wide));
        offsets_.push_back(0);
    }
}

void Odometer::next()
{
    if (--left_ <= 0)
        return;
    for (std::size_t axis = sizes_.size() - 1; axis-- > 0;) {
        for (std::size_t o = 0; o < offsets_.size(); ++o)
            offsets_[o] += strides_[o][axis];
        if (++index_[axis] < sizes_[axis])
            return;
        for (std::size_t o = 0; o < offsets_.size(); ++o)
            offsets_[o] -= strides_[o][axis] * sizes_[axis];
        index_[axis] = 0;
    }
}

PointRange::PointRange(const WindowAxis& a, std::int64_t o, std::int64_t size)
{
    const std::int64_t start = a.first(o);
    first = start < 0 ? (-start + a.dilation - 1) / a.dilation : 0;
    last = start < size ? std::min(a.kernel, (size - 1 - start) / a.dilation + 1) : 0;
    first = std::min(first, last);
}

std::int64_t padded_points(const WindowAxis& a, std::int64_t o)
{
    WindowAxis padded = a;
    padded.pad_begin = 0;
    return PointRange(padded, o, a.pad_begin + a.in + a.pad_end).count();
}

Window3::Window3(const Window& window)
{
    const auto& axes = window.axes;
    const std::size_t n = axes.size();
    c = n >= 1 ? axes[n - 1] : WindowAxis{};
    r = n >= 2 ? axes[n - 2] : WindowAxis{};
    d = n >= 3 ? axes[n - 3] : WindowAxis{};
}

namespace
{

bool is_half(ElementType type) { return type == ElementType::float16 || type == ElementType::bfloat16; }

Value converted(const Value& value, ElementType type)
{
    TensorData data(type, value.elements());
    for (std::int64_t i = 0; i < data.elements(); ++i)
        data.set_real(i, value.data->real(i));
    return {value.shape, std::move(data)};
}

Values dispatch(const Arguments& a)
{
    if (const auto* c = a.node.as<Contraction>())
        return contraction(a, *c);
    if (const auto* e = a.node.as<Elementwise>())
        return e->function == Elementwise::Function::quantize || e->function == Elementwise::Function::dequantize
                   ? quantise(a, *e)
                   : elementwise(a, *e);
    if (const auto* r = a.node.as<Reduce>())
        return reduce(a, *r);
    if (const auto* n = a.node.as<Normalise>())
        return normalise(a, *n);
    return move(a, *a.node.as<Move>());
}

} // namespace

} // namespace kernel

std::vector<Value> evaluate(const Node& node, std::span<const Value> inputs, std::span<const ResultType> results)
{
    using namespace kernel;
    const bool half =
        !node.as<Move>() &&
        (std::any_of(inputs.begin(), inputs.end(), [](const Value& v) { return v.data && is_half(v.type()); }) ||
         std::any_of(results.begin(), results.end(), [](const ResultType& r) { return is_half(r.type); }));
    if (!half)
        return dispatch({node, inputs, results});

    Values wide(inputs.begin(), inputs.end());
    for (Value& v : wide)
        if (v.data && is_half(v.type()))
            v = converted(v, ElementType::float32);
    std::vector<ResultType> wide_results(results.begin(), results.end());
    for (ResultType& r : wide_results)
        if (is_half(r.type))
            r.type = ElementType::float32;
    Values out = dispatch({node, wide, wide_results});
    for (std::size_t i = 0; i < out.size(); ++i)
        if (is_half(results[i].type))
            out[i] = converted(out[i], results[i].type);
    return out;
}

} // namespace imc
