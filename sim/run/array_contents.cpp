#include "sim/run/array_contents.h"

#include "sim/values/array_view.h"
#include "sim/values/kernels.h"

namespace imc::run
{

namespace
{

/// Of each converted column as the circuits number them, its number in the bulk path: weight by weight, not slice by
/// slice.
std::vector<std::size_t> column_order(const values::EncodedArray& encoded)
{
    std::vector<std::size_t> order;
    for (std::size_t n = 0; n < encoded.weights; ++n)
        for (std::size_t p = 0; p < encoded.planes.size(); ++p)
            order.push_back(p * encoded.weights + n);
    if (encoded.has_unit)
        order.push_back(encoded.converted() - 1);
    return order;
}

template <class T> std::vector<T> reordered(const std::vector<T>& values, const std::vector<std::size_t>& order)
{
    std::vector<T> out;
    for (const std::size_t q : order)
        if (!values.empty())
            out.push_back(values[q]);
    return out;
}

} // namespace

ArrayContents array_contents(const values::MappedArray& array, Matrix<std::int32_t> weights, bool ideal_converters)
{
    const values::ArraySpec& spec = array.spec();
    const values::ArrayView view = array.view();
    const std::vector<std::size_t> order = column_order(array.encoded());
    ArrayContents out;
    out.weights = std::move(weights);
    out.weight_bits = spec.weight_bits;
    out.cell_bits = spec.cell_bits;
    out.top_level = spec.top_level;
    out.conductance_s = view.conductance_s;
    out.on_s = view.on_s;
    out.off_s = view.off_s;
    out.columns = view.columns;
    out.compensation = reordered(view.compensation, order);
    out.gate_wires = view.gate_wires;
    out.converters.ideal = ideal_converters;
    if (spec.adc.range == AdcRange::percentile)
        out.converters.step_units = reordered(view.step_units, order);
    if (!view.steps.empty())
        out.converters.threshold = [names = reordered(view.steps, order),
                                    dnl = static_cast<float>(spec.adc.dnl_lsb)](std::size_t q, std::int32_t code) {
            return values::step_threshold(names[q], code, dnl);
        };
    return out;
}

Matrix<float> conversion_noise(const values::MappedArray& array, std::span<const std::int32_t> input,
                               std::uint64_t vector)
{
    const Matrix<float> noise = array.noise(input, vector);
    const std::vector<std::size_t> order = column_order(array.encoded());
    Matrix<float> out(noise.rows(), noise.cols());
    for (std::size_t r = 0; r < noise.rows(); ++r)
        for (std::size_t q = 0; q < noise.cols(); ++q)
            out(r, q) = noise(r, order[q]);
    return out;
}

} // namespace imc::run
