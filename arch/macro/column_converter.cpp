// Crossbars with a converter at every column that integrates while the rows are driven (HERMES: current-controlled
// oscillators). Inputs are pulses as long as their value, or bits one after another. No sample-and-hold: the counter
// behind the converter is read out before the next integration resets it.

#include "arch/macro/families.h"
#include "arch/macro/shape.h"

namespace imc
{

namespace
{

class ColumnConverter : public Macro
{
public:
    ColumnConverter(const MacroConfig& config, const MacroCosts& costs) : Macro(config, costs) {}

    MacroCapability capability() const override
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

    std::vector<ComponentArea> area() const override
    {
        const MvmOperation full{config().rows, config().columns - reserved_columns(config()), config().arrays};
        const std::int64_t columns = config().arrays * analog_shape(config(), full).result_columns;
        return analog_area(*this, columns, columns, false);
    }

protected:
    MacroSchedule mvm_schedule(const MvmOperation& op, const Clock& clock) const override
    {
        // A pulse of full length has as many least intervals as its slice has values.
        Femtoseconds integrate = femtoseconds(costs().array);
        if (config().input.coding == InputCoding::pulse_width)
            integrate = to_femtoseconds(config().input.pulse_s) << slice_value_bits(op);
        const Cycle read = clock.cycles(femtoseconds(costs().driver) + integrate);
        const Cycle convert = clock.cycles(femtoseconds(costs().adc));
        const Cycle tail = clock.cycles(femtoseconds(costs().shift_add));
        return pipeline(analog_shape(config(), op).reads, read, convert, tail, 1);
    }

    std::vector<MacroEvent> mvm_counts(const MvmOperation& op) const override
    {
        return analog_counts(*this, op, false);
    }

private:
    /// Bits of the longest pulse: the slice, or the magnitude of an input that is shorter.
    int slice_value_bits(const MvmOperation& op) const
    {
        const bool sign_apart = op.signed_input && config().input.signed_input != SignedInput::twos_complement;
        const int bits = op.input_bits > 1 && sign_apart ? op.input_bits - 1 : op.input_bits;
        return bits < config().input.slice_bits ? bits : config().input.slice_bits;
    }
};

} // namespace

std::unique_ptr<Macro> make_column_converter(const MacroConfig& config, const MacroCosts& costs)
{
    return std::make_unique<ColumnConverter>(config, costs);
}

} // namespace imc
