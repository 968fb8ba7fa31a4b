#include <utility>

#include "workloads/execute/kernels.h"
#include "workloads/execute/requantise.h"

namespace imc::kernel
{

/// QuantizeLinear and DequantizeLinear (ONNX): y = saturate(round_half_even(x / scale) + zero point) and back.
Values quantise(const Arguments& a, const Elementwise& e)
{
    const Value &x = a.inputs[0], &scale = a.inputs[1];
    const ResultType& r = a.results[0];
    TensorData out(r.type, x.elements());
    const bool vector = scale.elements() > 1;
    const auto axis = static_cast<std::size_t>(vector ? e.axis : 0);
    const std::int64_t inner = vector ? x.shape.elements(axis + 1, x.shape.rank()) : x.elements();
    const auto [low, high] = r.quantisation && is_integer(r.type) ? integer_range(*r.quantisation)
                             : is_integer(r.type)                 ? integer_range(r.type)
                                                                  : std::pair(std::int64_t{0}, std::int64_t{0});
    const std::vector<double> scales = scale.to_reals();
    const std::vector<std::int64_t> zeros =
        a.has(std::size_t{2}) ? a.inputs[2].to_integers() : std::vector<std::int64_t>(scales.size(), 0);
    // Elements of a channel lie together, `inner` at a time.
    const auto by_channel = [&, inner = static_cast<std::size_t>(inner)](std::size_t elements, auto visit) {
        for (std::size_t first = 0, channel = 0; first < elements; first += inner) {
            visit(first, first + inner, static_cast<float>(scales[channel]), zeros[channel]);
            channel = channel + 1 < scales.size() ? channel + 1 : 0;
        }
    };
    if (e.function == Elementwise::Function::quantize) {
        const std::vector<double> reals = x.to_reals();
        with_number(r.type, [&, low = low, high = high](auto storage) {
            using S = decltype(storage);
            const auto to = out.as<S>();
            by_channel(reals.size(), [&](std::size_t first, std::size_t last, float s, std::int64_t zero) {
                // The division is single precision as in ONNX, so that ties are the same.
                for (std::size_t i = first; i < last; ++i)
                    to[i] = static_cast<S>(
                        quantised(static_cast<double>(static_cast<float>(reals[i]) / s), zero, low, high));
            });
        });
    } else {
        const std::vector<std::int64_t> integers = x.to_integers();
        by_channel(integers.size(), [&](std::size_t first, std::size_t last, float s, std::int64_t zero) {
            for (std::size_t i = first; i < last; ++i)
                out.set_real(static_cast<std::int64_t>(i),
                             static_cast<double>(static_cast<float>(integers[i] - zero) * s));
        });
    }
    return {Value(r.shape, std::move(out))};
}

} // namespace imc::kernel
