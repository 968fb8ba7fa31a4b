// Current-mode crossbars whose columns share converters (ISAAC, PUMA). One array read per input slice: drive,
// settle, sample. While slice i+1 is read, slice i is converted from the other bank of the sample-and-hold.

#include "arch/macro/families.h"
#include "arch/macro/shape.h"

namespace imc
{

namespace
{

class AnalogCurrent : public Macro
{
public:
    AnalogCurrent(const MacroConfig& config, const MacroCosts& costs) : Macro(config, costs) {}

    MacroCapability capability() const override
    {
        MacroCapability c;
        c.arrays = config().arrays;
        c.rows = config().rows;
        c.columns = config().columns - reserved_columns(config());
        c.active_rows = config().active_rows > 0 ? config().active_rows : config().rows;
        c.cell_bits = config().cell.bits;
        c.result_bits = config().adc.bits;
        c.peak_macs_per_s = peak_macs_per_s(*this, false);
        return c;
    }

    std::vector<ComponentArea> area() const override
    {
        const int units = config().shift_add.units > 0 ? config().shift_add.units : config().adcs;
        return analog_area(*this, config().adcs, units, true);
    }

protected:
    MacroSchedule mvm_schedule(const MvmOperation& op, const Clock& clock) const override
    {
        const AnalogShape shape = analog_shape(*this, op);
        const Cycle read = clock.cycles(femtoseconds(costs().driver) + femtoseconds(costs().array) +
                                        femtoseconds(costs().sample_hold));
        const Cycle convert = clock.cycles(conversions_per_adc(op, shape) * femtoseconds(costs().adc));
        const Cycle tail = clock.cycles(femtoseconds(costs().shift_add));
        const std::size_t reads = shape.pulses.size();
        return pipeline(std::vector<Cycle>(reads, read), std::vector<Cycle>(reads, convert), tail,
                        config().sample_hold.banks);
    }

    std::vector<MacroEvent> mvm_counts(const MvmOperation& op) const override { return analog_counts(*this, op, true); }

private:
    /// Conversions that the busiest converter makes per read. Converters are bound to arrays: several to one, or
    /// one to several, over which the arrays of an operation are spread.
    std::int64_t conversions_per_adc(const MvmOperation& op, const AnalogShape& shape) const
    {
        const int adcs = config().adcs;
        if (adcs >= config().arrays) {
            const std::int64_t each = adcs / config().arrays;
            return (shape.result_columns + each - 1) / each;
        }
        return shape.result_columns * ((op.arrays + adcs - 1) / adcs);
    }
};

} // namespace

std::unique_ptr<Macro> make_analog_current(const MacroConfig& config, const MacroCosts& costs)
{
    return std::make_unique<AnalogCurrent>(config, costs);
}

} // namespace imc
