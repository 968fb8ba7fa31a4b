#include "workloads/execute/operands.h"

#include <algorithm>
#include <stdexcept>

namespace imc::kernel
{

namespace
{

/// Offsets of the matrices of an operand whose leading axes broadcast to `batch` (MatMul).
std::vector<std::int64_t> batch_offsets(const Shape& shape, const Shape& batch, std::int64_t matrix)
{
    Shape lead;
    for (std::size_t i = 0; i + 2 < shape.rank(); ++i)
        lead.push_back(shape[i]);
    std::vector<std::int64_t> out;
    const Shape shapes[] = {lead};
    for (Odometer o(batch, shapes); o.valid(); o.next())
        for (std::int64_t i = 0; i < o.inner_size(); ++i)
            out.push_back((o.offset(0) + i * o.inner_stride(0)) * matrix);
    return out;
}

Shape leading(const Shape& shape)
{
    Shape out;
    for (std::size_t i = 0; i + 2 < shape.rank(); ++i)
        out.push_back(shape[i]);
    return out;
}

Shape common(const Shape& a, const Shape& b)
{
    const std::size_t rank = std::max(a.rank(), b.rank());
    Shape out;
    for (std::size_t i = 0; i < rank; ++i) {
        const std::int64_t x = i < rank - a.rank() ? 1 : a[i - (rank - a.rank())];
        const std::int64_t y = i < rank - b.rank() ? 1 : b[i - (rank - b.rank())];
        out.push_back(x == 1 ? y : x);
    }
    return out;
}

} // namespace

Layout::Layout(const Arguments& a, const Contraction& contraction) : c(contraction)
{
    const auto batch = static_cast<std::size_t>(c.batch);
    if (const Window* w = c.window()) {
        stationary_offset.assign(batch, 0);
        for (std::size_t i = 0; i < batch; ++i)
            moving_offset.push_back(static_cast<std::int64_t>(i) * w->in_channels * w->input_points());
        return;
    }
    if (!std::holds_alternative<Dense>(c.gather))
        throw std::logic_error("no kernel for contractions by row index");
    const Shape &x = a.operand(c.moving).shape, &w = a.operand(c.stationary).shape;
    const Shape wide = common(leading(x), leading(w));
    moving_offset = batch_offsets(x, wide, c.m * c.k);
    stationary_offset = batch_offsets(w, wide, c.k * c.n);
}

namespace
{

/// One row of im2col: the values that kernel point (kd, kr, kc) of one channel sees at positions [first, last).
template <class T>
void fetch_point(const Window3& w, const T* plane, std::int64_t kd, std::int64_t kr, std::int64_t kc,
                 std::int64_t first, std::int64_t last, T* out)
{
    for (std::int64_t p = first; p < last;) {
        const std::int64_t column = p % w.c.out, row = p / w.c.out % w.r.out, depth = p / (w.c.out * w.r.out);
        const std::int64_t run = std::min(last - p, w.c.out - column); // to the end of this output row
        const std::int64_t d = w.d.first(depth) + kd * w.d.dilation, r = w.r.first(row) + kr * w.r.dilation;
        if (d < 0 || d >= w.d.in || r < 0 || r >= w.r.in) {
            std::fill(out, out + run, T(0));
        } else {
            const T* line = plane + (d * w.r.in + r) * w.c.in;
            const std::int64_t c = w.c.first(column) + kc * w.c.dilation, step = w.c.stride;
            // Positions in front of the line, then those inside it.
            const std::int64_t before = std::min(run, c < 0 ? (-c + step - 1) / step : 0);
            const std::int64_t end =
                std::max(before, std::min(run, c < w.c.in ? (w.c.in - 1 - c) / step + 1 : std::int64_t{0}));
            std::fill(out, out + before, T(0));
            if (step == 1)
                std::copy(line + c + before, line + c + end, out + before);
            else
                for (std::int64_t i = before; i < end; ++i)
                    out[i] = line[c + i * step];
            std::fill(out + end, out + run, T(0));
        }
        out += run;
        p += run;
    }
}

} // namespace

template <class T>
void fetch(const Layout& layout, const T* moving, std::int64_t batch, std::int64_t group, std::int64_t first,
           std::int64_t last, std::vector<T>& rows)
{
    const Contraction& c = layout.c;
    const std::int64_t count = last - first;
    rows.resize(static_cast<std::size_t>(c.k * count));
    const T* base = moving + layout.moving_offset[static_cast<std::size_t>(batch)];
    if (const Window* window = c.window()) {
        const Window3 w(*window);
        const std::int64_t channels = window->in_channels / c.groups;
        T* out = rows.data();
        for (std::int64_t channel = 0; channel < channels; ++channel) {
            const T* plane = base + (group * channels + channel) * w.in();
            for (std::int64_t kd = 0; kd < w.d.kernel; ++kd)
                for (std::int64_t kr = 0; kr < w.r.kernel; ++kr)
                    for (std::int64_t kc = 0; kc < w.c.kernel; ++kc, out += count)
                        fetch_point(w, plane, kd, kr, kc, first, last, out);
        }
        return;
    }
    for (std::int64_t k = 0; k < c.k; ++k)
        for (std::int64_t m = first; m < last; ++m)
            rows[static_cast<std::size_t>(k * count + m - first)] = base[k * layout.moving_k() + m * layout.moving_m()];
}

template void fetch(const Layout&, const float*, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                    std::vector<float>&);
template void fetch(const Layout&, const double*, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                    std::vector<double>&);
template void fetch(const Layout&, const std::uint32_t*, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                    std::vector<std::uint32_t>&);
template void fetch(const Layout&, const std::uint64_t*, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                    std::vector<std::uint64_t>&);

} // namespace imc::kernel
