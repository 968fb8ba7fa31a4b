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
    const std::int64_t channels = vector ? x.shape[axis] : 1;
    const std::int64_t inner = vector ? x.shape.elements(axis + 1, x.shape.rank()) : x.elements();
    const auto [low, high] = r.quantisation && is_integer(r.type) ? integer_range(*r.quantisation)
                             : is_integer(r.type)                 ? integer_range(r.type)
                                                                  : std::pair(std::int64_t{0}, std::int64_t{0});
    for (std::int64_t i = 0; i < x.elements(); ++i) {
        const std::int64_t channel = inner > 0 ? i / inner % channels : 0;
        const auto s = static_cast<float>(scale.data->real(channel));
        const std::int64_t zero = a.has(std::size_t{2}) ? a.inputs[2].data->integer(channel) : 0;
        if (e.function == Elementwise::Function::quantize) {
            // The division is single precision as in ONNX, so that ties are the same.
            const float ratio = static_cast<float>(x.data->real(i)) / s;
            out.set_integer(i, quantised(static_cast<double>(ratio), zero, low, high));
        } else {
            out.set_real(i, static_cast<double>(static_cast<float>(x.data->integer(i) - zero) * s));
        }
    }
    return {Value(r.shape, std::move(out))};
}

} // namespace imc::kernel
