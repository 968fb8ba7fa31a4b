#include "arch/macro/shape.h"

#include <algorithm>
#include <cmath>

namespace imc
{

namespace
{

std::int64_t row_slices(const MacroConfig& config, const MvmOperation& op)
{
    return std::int64_t{op.rows} * op.arrays * input_slices(config, op.input_bits, op.signed_input);
}

} // namespace

AnalogShape analog_shape(const MacroConfig& config, const MvmOperation& op)
{
    const int active = config.active_rows > 0 ? config.active_rows : config.rows;
    const std::int64_t groups = (op.rows + active - 1) / active;
    const bool two_phases = op.signed_input && config.input.signed_input == SignedInput::two_phases;
    const int references =
        reserved_columns(config) + (uses_offset(config.encoding) && config.offset == OffsetSource::unit_column &&
                                            config.encoding != Encoding::offset_column
                                        ? 1
                                        : 0);
    AnalogShape shape;
    shape.reads = input_slices(config, op.input_bits, op.signed_input) * groups * (two_phases ? 2 : 1);
    shape.cell_columns = op.columns + references;
    shape.result_columns =
        (config.encoding == Encoding::differential_analog ? op.columns / 2 : op.columns) + references;
    return shape;
}

std::int64_t active_row_slices(const MacroConfig& config, const MvmOperation& op)
{
    if (op.activity.row_slices >= 0)
        return op.activity.row_slices;
    return std::llround(static_cast<double>(row_slices(config, op)) * op.activity.assumed_input);
}

std::int64_t slice_value_sum(const MacroConfig& config, const MvmOperation& op)
{
    if (op.activity.input_sum >= 0)
        return op.activity.input_sum;
    const double top = std::pow(2.0, slice_magnitude_bits(config, op)) - 1.0;
    return std::llround(static_cast<double>(row_slices(config, op)) * op.activity.assumed_input * top);
}

std::int64_t cell_states(const MacroConfig& config, const MvmOperation& op, std::int64_t conducting)
{
    if (op.activity.level_sum >= 0)
        return op.activity.level_sum;
    const double top = std::pow(2.0, config.cell.bits) - 1.0;
    return std::llround(static_cast<double>(conducting) * op.activity.assumed_weight * top);
}

int slice_magnitude_bits(const MacroConfig& config, const MvmOperation& op)
{
    const bool sign_apart = op.signed_input && config.input.signed_input != SignedInput::twos_complement;
    return std::clamp(op.input_bits - (sign_apart ? 1 : 0), 1, config.input.slice_bits);
}

Femtoseconds femtoseconds(const ComponentCost& cost) { return to_femtoseconds(cost.latency_s); }

} // namespace imc
