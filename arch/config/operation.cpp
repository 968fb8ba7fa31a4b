#include "arch/config/operation.h"

#include <algorithm>
#include <cmath>

namespace imc
{

MvmOperation with_known_activity(const MacroConfig& config, MvmOperation op)
{
    MvmActivity& a = op.activity;
    const std::int64_t rows = std::int64_t{op.rows} * op.arrays;
    const int slice_bits = config.input.slice_bits;
    const std::int64_t row_slices = rows * input_slices(config, op.input_bits, op.signed_input);
    const bool sign_apart = op.signed_input && config.input.signed_input != SignedInput::twos_complement;
    const int bits = std::max(1, op.input_bits - (sign_apart ? 1 : 0));
    if (a.row_slices < 0)
        a.row_slices = std::llround(static_cast<double>(row_slices) * a.assumed_input);
    if (a.input_sum < 0) {
        double largest = 0.0;
        for (int bit = 0; bit < bits; bit += slice_bits)
            largest += std::pow(2.0, std::min(slice_bits, bits - bit)) - 1.0;
        a.input_sum = std::llround(static_cast<double>(rows) * largest * a.assumed_input);
    }
    if (a.level_sum < 0) {
        const bool by_length = config.input.coding != InputCoding::amplitude;
        const std::int64_t reads = (by_length ? a.input_sum : a.row_slices) * (op.columns + extra_columns(config));
        a.level_sum =
            std::llround(static_cast<double>(reads) * a.assumed_weight * (std::pow(2.0, config.cell.bits) - 1.0));
    }
    return op;
}

} // namespace imc
