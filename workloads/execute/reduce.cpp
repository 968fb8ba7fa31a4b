#include <cmath>
#include <limits>

#include "workloads/execute/kernels.h"

namespace imc::kernel
{

namespace
{

template <class T> T lowest()
{
    return std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
}

struct Point {
    std::int64_t d, r, c;
};

/// The inputs that a window covers along one axis, padding left out: [first, last) in steps of the dilation.
struct Covered {
    std::int64_t first, last;
};

std::vector<Covered> covered(const WindowAxis& a)
{
    std::vector<Covered> out;
    for (std::int64_t o = 0; o < a.out; ++o) {
        const PointRange points(a, o, a.in);
        out.push_back({a.first(o) + points.first * a.dilation, a.first(o) + points.last * a.dilation});
    }
    return out;
}

class Cover
{
public:
    explicit Cover(const Window3& w) : w_(w), d_(covered(w.d)), r_(covered(w.r)), c_(covered(w.c)) {}

    /// Visits the inputs the window covers at one output: visit(flat index).
    template <class V> void visit(const Point& o, V visit) const
    {
        const Covered d = d_[static_cast<std::size_t>(o.d)], r = r_[static_cast<std::size_t>(o.r)],
                      c = c_[static_cast<std::size_t>(o.c)];
        for (std::int64_t x = d.first; x < d.last; x += w_.d.dilation)
            for (std::int64_t y = r.first; y < r.last; y += w_.r.dilation)
                for (std::int64_t z = c.first; z < c.last; z += w_.c.dilation)
                    visit((x * w_.r.in + y) * w_.c.in + z);
    }

private:
    const Window3& w_;
    std::vector<Covered> d_, r_, c_;
};

template <class V> void for_each_output(const Window3& w, V visit)
{
    std::int64_t i = 0;
    for (std::int64_t d = 0; d < w.d.out; ++d)
        for (std::int64_t r = 0; r < w.r.out; ++r)
            for (std::int64_t c = 0; c < w.c.out; ++c)
                visit(Point{d, r, c}, i++);
}

template <class T> Values max_pool(const Arguments& a, const Reduce& reduce)
{
    const Window3 w(*reduce.window);
    const Value& x = a.inputs[0];
    const std::int64_t planes = x.shape[0] * x.shape[1];
    TensorData out(a.results[0].type, a.results[0].shape.elements());
    const bool indices = a.results.size() > 1;
    TensorData where(ElementType::int64, indices ? out.elements() : 0);
    const Cover cover(w);
    for (std::int64_t p = 0; p < planes; ++p) {
        const T* in = x.data->as<T>().data() + p * w.in();
        T* to = out.as<T>().data() + p * w.out();
        for_each_output(w, [&](const Point& o, std::int64_t i) {
            T best = lowest<T>();
            std::int64_t best_at = -1;
            cover.visit(o, [&](std::int64_t at) {
                if (best_at < 0 || in[at] > best || in[at] != in[at]) {
                    best = in[at];
                    best_at = at;
                }
            });
            to[i] = best;
            if (!indices)
                return;
            if (reduce.column_major_indices) {
                const std::int64_t d = best_at / (w.r.in * w.c.in), r = best_at / w.c.in % w.r.in, c = best_at % w.c.in;
                best_at = (c * w.r.in + r) * w.d.in + d;
            }
            where.as<std::int64_t>()[static_cast<std::size_t>(p * w.out() + i)] = p * w.in() + best_at;
        });
    }
    Values results{Value(a.results[0].shape, std::move(out))};
    if (indices)
        results.emplace_back(a.results[1].shape, std::move(where));
    return results;
}

template <class T> Values average_pool(const Arguments& a, const Reduce& reduce)
{
    const Window3 w(*reduce.window);
    const Value& x = a.inputs[0];
    const std::int64_t planes = x.shape[0] * x.shape[1];
    TensorData out(a.results[0].type, a.results[0].shape.elements());
    const Cover cover(w);
    for (std::int64_t p = 0; p < planes; ++p) {
        const T* in = x.data->as<T>().data() + p * w.in();
        T* to = out.as<T>().data() + p * w.out();
        for_each_output(w, [&](const Point& o, std::int64_t i) {
            double sum = 0;
            std::int64_t count = 0;
            cover.visit(o, [&](std::int64_t at) {
                sum += static_cast<double>(in[at]);
                ++count;
            });
            if (reduce.count_include_pad)
                count = padded_points(w.d, o.d) * padded_points(w.r, o.r) * padded_points(w.c, o.c);
            to[i] = static_cast<T>(sum / static_cast<double>(count));
        });
    }
    return {Value(a.results[0].shape, std::move(out))};
}

/// Sums in a wider type: double for reals, 64 bits (wrapping) for integers.
template <class T> struct Accumulator {
    using Type = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

    static Type initial(Reduce::Function f, T first)
    {
        return f == Reduce::Function::max || f == Reduce::Function::min ? static_cast<Type>(first)
               : f == Reduce::Function::product                         ? Type(1)
                                                                        : Type(0);
    }
    static Type absolute(T v) { return v < T(0) ? Type(0) - static_cast<Type>(v) : static_cast<Type>(v); }

    static Type add(Reduce::Function f, Type sum, T v)
    {
        const Type x = static_cast<Type>(v);
        switch (f) {
        case Reduce::Function::max:
            return static_cast<T>(sum) < v ? x : sum;
        case Reduce::Function::min:
            return v < static_cast<T>(sum) ? x : sum;
        case Reduce::Function::mean:
        case Reduce::Function::sum:
            return sum + x;
        case Reduce::Function::sum_square:
        case Reduce::Function::l2:
            return sum + x * x;
        case Reduce::Function::l1:
            return sum + absolute(v);
        case Reduce::Function::product:
            return sum * x;
        }
        throw std::logic_error("reduction without a rule");
    }
    static T result(Reduce::Function f, Type sum, std::int64_t count)
    {
        if constexpr (std::is_floating_point_v<T>) {
            if (f == Reduce::Function::mean)
                return static_cast<T>(sum / static_cast<double>(count));
            return static_cast<T>(f == Reduce::Function::l2 ? std::sqrt(sum) : sum);
        } else {
            if (f == Reduce::Function::mean)
                return static_cast<T>(static_cast<std::int64_t>(sum) / count);
            if (f == Reduce::Function::l2)
                return static_cast<T>(std::sqrt(static_cast<double>(sum)));
            return static_cast<T>(sum);
        }
    }
};

template <class T> Values over_axes(const Arguments& a, const Reduce& reduce)
{
    using A = Accumulator<T>;
    const Value& x = a.inputs[0];
    // The reduced axes are broadcast axes of the result: walking the input adds each element where it belongs.
    Shape kept = x.shape;
    std::int64_t count = 1;
    for (const int axis : reduce.axes) {
        count *= x.shape[static_cast<std::size_t>(axis)];
        kept.set(static_cast<std::size_t>(axis), {1, {}});
    }
    const std::int64_t n = kept.elements();
    std::vector<typename A::Type> sums(static_cast<std::size_t>(n));
    std::vector<char> started(static_cast<std::size_t>(n), 0);
    const Shape shapes[] = {kept};
    const T* in = x.data->as<T>().data();
    for (Odometer o(x.shape, shapes); o.valid(); o.next())
        for (std::int64_t i = 0; i < o.inner_size(); ++i, ++in) {
            const auto at = static_cast<std::size_t>(o.offset(0) + i * o.inner_stride(0));
            if (!started[at]) {
                sums[at] = A::initial(reduce.function, *in);
                started[at] = 1;
            }
            sums[at] = A::add(reduce.function, sums[at], *in);
        }
    TensorData out(a.results[0].type, n);
    for (std::int64_t i = 0; i < n; ++i)
        out.as<T>()[static_cast<std::size_t>(i)] = A::result(reduce.function, sums[static_cast<std::size_t>(i)], count);
    return {Value(a.results[0].shape, std::move(out))};
}

} // namespace

Values reduce(const Arguments& a, const Reduce& r)
{
    return with_number(a.inputs[0].type(), [&](auto zero) {
        using T = decltype(zero);
        if (!r.window)
            return over_axes<T>(a, r);
        return r.function == Reduce::Function::max ? max_pool<T>(a, r) : average_pool<T>(a, r);
    });
}

} // namespace imc::kernel
