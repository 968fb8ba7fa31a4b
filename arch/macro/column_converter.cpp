// Crossbars with a converter at every column that integrates while the rows are driven (HERMES: current-controlled
// oscillators). Inputs are pulses as long as their value, or bits one after another. No sample-and-hold.

#include <algorithm>

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
        const MvmOperation full{config().rows, c.columns, config().arrays, 8, true, {}};
        const Clock fine(1);
        const double interval = fine.seconds(schedule(full, fine).interval);
        c.peak_macs_per_s =
            static_cast<double>(config().arrays) * config().rows * weights_per_row(config(), 8) / interval;
        return c;
    }

    MacroSchedule mvm_schedule(const MvmOperation& op, const Clock& clock) const override
    {
        const AnalogShape shape = analog_shape(config(), op);
        Femtoseconds drive = femtoseconds(costs().array);
        if (config().input.coding == InputCoding::pulse_width)
            drive = to_femtoseconds(config().input.pulse_s) << slice_magnitude_bits(config(), op);
        const Cycle read = clock.cycles(drive);
        const Cycle convert = clock.cycles(femtoseconds(costs().adc));
        const Cycle tail = clock.cycles(femtoseconds(costs().shift_add));

        // The counter behind the oscillator is read out before the next integration resets it.
        MacroSchedule s;
        s.reads = shape.reads;
        s.first_convert = read;
        s.converts_end = shape.reads * (read + convert);
        s.reads_end = s.hold_free = s.converts_end;
        s.inputs_free = s.converts_end - convert;
        s.latency = s.converts_end + tail;
        s.interval = s.before(s);
        return s;
    }

    std::vector<MacroEvent> mvm_counts(const MvmOperation& op) const override
    {
        const AnalogShape shape = analog_shape(config(), op);
        const MacroEventTypes types = event_types(costs());
        const std::int64_t slices = input_slices(config(), op.input_bits, op.signed_input);
        const std::int64_t driven = std::int64_t{op.rows} * op.arrays * slices;
        const std::int64_t active = active_row_slices(config(), op);
        // With pulse widths a cell conducts for as many least intervals as the slice's value.
        const std::int64_t conducting =
            config().input.coding == InputCoding::pulse_width ? slice_value_sum(config(), op) : active;
        const std::int64_t columns = shape.result_columns * shape.reads * op.arrays;
        std::vector<MacroEvent> events;
        events.push_back({types.drive, costs().driver.by_data ? active : driven});
        events.push_back({types.cell_read, (costs().array.by_data ? conducting : driven) * shape.cell_columns});
        if (costs().array_state.by_data)
            events.push_back({types.cell_state, cell_states(config(), op, conducting * shape.cell_columns)});
        events.push_back({types.conversion, columns});
        events.push_back({types.add, columns});
        if (counts_inputs(config()))
            events.push_back({types.count, driven});
        return events;
    }

    std::vector<ComponentArea> area() const override
    {
        const auto arrays = config().arrays;
        const AnalogShape full = analog_shape(config(), {config().rows, config().columns - reserved_columns(config())});
        std::vector<ComponentArea> parts;
        parts.push_back(area_of(Component::dac, costs().driver, std::int64_t{arrays} * config().rows));
        parts.push_back(area_of(Component::array, costs().array, arrays));
        parts.push_back(area_of(Component::adc, costs().adc, arrays * full.result_columns));
        parts.push_back(area_of(Component::shift_add, costs().shift_add, arrays * full.result_columns));
        if (counts_inputs(config()))
            parts.push_back(area_of(Component::accumulator, costs().popcount, arrays));
        return parts;
    }
};

} // namespace

std::unique_ptr<Macro> make_column_converter(const MacroConfig& config, const MacroCosts& costs)
{
    return std::make_unique<ColumnConverter>(config, costs);
}

} // namespace imc
