#include "arch/macro/per_column.h"

#include "arch/macro/shape.h"

namespace imc
{

MacroCapability PerColumnMacro::capability() const
{
    MacroCapability c;
    c.arrays = config().arrays;
    c.rows = config().rows;
    c.columns = config().columns - reserved_columns(config());
    c.active_rows = config().active_rows > 0 ? config().active_rows : config().rows;
    c.cell_bits = config().cell.bits;
    c.result_bits = config().adc.bits;
    c.peak_macs_per_s = peak_macs_per_s(*this, true);
    return c;
}

std::vector<ComponentArea> PerColumnMacro::area() const
{
    const std::int64_t columns =
        std::int64_t{config().arrays} * result_columns(config(), config().columns - reserved_columns(config()));
    const int units = config().shift_add.units;
    return analog_area(*this, columns, units > 0 ? units : columns, false);
}

MacroSchedule PerColumnMacro::mvm_schedule(const MvmOperation& op, const Clock& clock) const
{
    const AnalogShape shape = analog_shape(*this, op);
    std::vector<Cycle> reads, converts;
    for (const Femtoseconds pulse : shape.pulses) {
        Femtoseconds time = femtoseconds(costs().driver) + pulse;
        // A pulse as long as its value integrates from its first edge on; levels and pulse trains settle.
        if (config().input.coding != InputCoding::pulse_width)
            time += femtoseconds(costs().array);
        reads.push_back(clock.cycles(time));
    }
    for (const int steps : shape.steps)
        converts.push_back(
            clock.cycles(config().adc.bits_left ? steps * femtoseconds(costs().adc_step) : femtoseconds(costs().adc)));
    return pipeline(reads, converts, clock.cycles(femtoseconds(costs().shift_add)), 1);
}

std::vector<MacroEvent> PerColumnMacro::mvm_counts(const MvmOperation& op) const
{
    return analog_counts(*this, op, false);
}

} // namespace imc
