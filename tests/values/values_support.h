#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/base/random.h"
#include "sim/values/contraction.h"

namespace imc::test
{

inline Matrix<std::int32_t> random_matrix(RandomStream& random, std::size_t rows, std::size_t cols, std::int64_t low,
                                          std::int64_t high)
{
    Matrix<std::int32_t> m(rows, cols);
    for (auto& x : m.flat())
        x = static_cast<std::int32_t>(low + std::int64_t(random.below(std::uint64_t(high - low + 1))));
    return m;
}

inline Matrix<std::int32_t> random_weights(RandomStream& random, std::size_t rows, std::size_t cols, int bits)
{
    return random_matrix(random, rows, cols, -(1 << (bits - 1)), (1 << (bits - 1)) - 1);
}

inline Matrix<std::int32_t> random_inputs(RandomStream& random, std::size_t vectors, std::size_t rows,
                                          const values::ArraySpec& config)
{
    const auto [low, high] = values::input_limits(config);
    return random_matrix(random, vectors, rows, low, high);
}

/// Σ x·w in integers.
inline Matrix<double> product(const Matrix<std::int32_t>& x, const Matrix<std::int32_t>& w)
{
    Matrix<double> y(x.rows(), w.cols());
    std::vector<std::int64_t> sums(w.cols());
    for (std::size_t v = 0; v < x.rows(); ++v) {
        std::ranges::fill(sums, 0);
        for (std::size_t k = 0; k < w.rows(); ++k)
            for (std::size_t n = 0; n < w.cols(); ++n)
                sums[n] += std::int64_t{x(v, k)} * w(k, n);
        std::ranges::copy(sums, y.row(v).begin());
    }
    return y;
}

inline const char* name_of(Encoding e)
{
    switch (e) {
    case Encoding::biased:
        return "biased";
    case Encoding::biased_flip:
        return "biased_flip";
    case Encoding::offset_column:
        return "offset_column";
    case Encoding::differential_analog:
        return "differential_analog";
    case Encoding::differential_digital:
        return "differential_digital";
    case Encoding::twos_complement:
        return "twos_complement";
    case Encoding::xnor:
        return "xnor";
    }
    return "?";
}

inline std::string describe(const values::ArraySpec& c)
{
    return fmt::format(
        "{} cells {} merged {} weights {} inputs {}{} slices {} active {} adc {} signed-mode {} offset {}",
        name_of(c.encoding), c.cell_bits, c.merged_columns, c.weight_bits, c.input_bits,
        c.input_signed ? " signed" : "", c.slice_bits, c.active_rows, c.adc.bits, int(c.signed_input), int(c.offset));
}

} // namespace imc::test
