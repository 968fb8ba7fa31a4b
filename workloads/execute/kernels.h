#pragma once

#include <span>
#include <vector>

#include "workloads/execute/evaluate.h"

/// The kernels behind evaluate(), one per node class, and what they share.
namespace imc::kernel
{

struct Arguments {
    const Node& node;
    std::span<const Value> inputs;
    std::span<const ResultType> results;

    bool has(std::size_t i) const { return i < inputs.size() && inputs[i].data != nullptr; }
    /// The operand that a class names by tensor id.
    const Value& operand(TensorId id) const;
    bool has(TensorId id) const;
};

using Values = std::vector<Value>;

Values contraction(const Arguments& a, const Contraction& c);
Values elementwise(const Arguments& a, const Elementwise& e);
Values reduce(const Arguments& a, const Reduce& r);
Values normalise(const Arguments& a, const Normalise& n);
Values move(const Arguments& a, const Move& m);
Values quantise(const Arguments& a, const Elementwise& e);

/// Calls f with a zero of the arithmetic type of `type`; half types have none here.
template <class F> auto with_number(ElementType type, F f)
{
    switch (type) {
    case ElementType::float64:
        return f(double{});
    case ElementType::int8:
        return f(std::int8_t{});
    case ElementType::uint8:
    case ElementType::boolean:
        return f(std::uint8_t{});
    case ElementType::int16:
        return f(std::int16_t{});
    case ElementType::uint16:
        return f(std::uint16_t{});
    case ElementType::int32:
        return f(std::int32_t{});
    case ElementType::uint32:
        return f(std::uint32_t{});
    case ElementType::int64:
        return f(std::int64_t{});
    case ElementType::uint64:
        return f(std::uint64_t{});
    default:
        return f(float{});
    }
}

/// Walks the index space of `shape` in row-major order and keeps one offset per operand, whose strides
/// are 0 along axes it is broadcast over. The innermost axis is left to the caller's loop.
class Odometer
{
public:
    Odometer(const Shape& shape, std::span<const Shape> operands);

    std::int64_t inner_size() const { return inner_size_; }
    std::int64_t inner_stride(std::size_t operand) const { return inner_strides_[operand]; }
    std::int64_t offset(std::size_t operand) const { return offsets_[operand]; }
    /// False once every outer index has been visited; also for an empty shape.
    bool valid() const { return left_ > 0; }
    void next();

private:
    std::vector<std::int64_t> sizes_, index_;
    std::vector<std::vector<std::int64_t>> strides_; // [operand][axis]
    std::vector<std::int64_t> offsets_, inner_strides_;
    std::int64_t inner_size_ = 1;
    std::int64_t left_ = 0;
};

/// The window points [first, last) of one axis that fall inside [0, size) at output `o`.
struct PointRange {
    std::int64_t first, last;
    PointRange(const WindowAxis& a, std::int64_t o, std::int64_t size);
    std::int64_t count() const { return last - first; }
};

/// Points of the window along one axis that are inside the padded input (ceil_mode can reach beyond it).
std::int64_t padded_points(const WindowAxis& a, std::int64_t o);

/// A window's axes made three by unit axes in front.
struct Window3 {
    WindowAxis d, r, c;
    explicit Window3(const Window& window);
    std::int64_t in() const { return d.in * r.in * c.in; }
    std::int64_t out() const { return d.out * r.out * c.out; }
};

} // namespace imc::kernel
