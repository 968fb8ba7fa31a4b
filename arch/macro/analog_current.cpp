// Current-mode crossbars whose columns share converters (ISAAC, PUMA). One array read per input slice: drive,
// settle, sample. While slice i+1 is read, slice i is converted from the other bank of the sample-and-hold.

#include <algorithm>

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
        const MvmOperation full{config().rows, c.columns, config().arrays, 8, false, {}};
        const Clock fine(1);
        const double interval = fine.seconds(schedule(full, fine).interval);
        c.peak_macs_per_s =
            static_cast<double>(config().arrays) * config().rows * weights_per_row(config(), 8) / interval;
        return c;
    }

    MacroSchedule mvm_schedule(const MvmOperation& op, const Clock& clock) const override
    {
        const AnalogShape shape = analog_shape(config(), op);
        const Cycle read = clock.cycles(femtoseconds(costs().driver) + femtoseconds(costs().array) +
                                        femtoseconds(costs().sample_hold));
        const Cycle convert = clock.cycles(conversions_per_adc(op, shape) * femtoseconds(costs().adc));
        const Cycle tail = clock.cycles(femtoseconds(costs().shift_add));
        const Cycle n = shape.reads;
        const bool overlapped = config().sample_hold.banks > 1;

        MacroSchedule s;
        s.reads = n;
        s.first_convert = read;
        // With two banks a read waits for the conversion before last, with one for the last.
        const Cycle pace = overlapped ? std::max(read, convert) : read + convert;
        s.converts_end = read + (n - 1) * pace + convert;
        if (overlapped) {
            const Cycle last_read_start = n == 1 ? 0 : (convert > read ? read + (n - 2) * convert : (n - 1) * read);
            s.reads_end = last_read_start + read;
            s.hold_free = n == 1 ? 0 : s.converts_end - pace;
        } else {
            s.reads_end = (n - 1) * pace + read;
            s.hold_free = s.converts_end;
        }
        s.inputs_free = s.reads_end;
        s.latency = s.converts_end + tail;
        s.interval = s.before(s);
        return s;
    }

    std::vector<MacroEvent> mvm_counts(const MvmOperation& op) const override
    {
        const AnalogShape shape = analog_shape(config(), op);
        const MacroEventTypes types = event_types(costs());
        const std::int64_t driven = std::int64_t{op.rows} * op.arrays * shape.reads / row_groups(op);
        const std::int64_t active = active_row_slices(config(), op);
        const std::int64_t columns = shape.result_columns * shape.reads * op.arrays;
        std::vector<MacroEvent> events;
        events.push_back({types.drive, costs().driver.by_data ? active : driven});
        events.push_back({types.cell_read, (costs().array.by_data ? active : driven) * shape.cell_columns});
        if (costs().array_state.by_data)
            events.push_back({types.cell_state, cell_states(config(), op, active * shape.cell_columns)});
        events.push_back({types.sample, columns});
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
        const std::int64_t holds = arrays * full.result_columns;
        parts.push_back(area_of(Component::sample_hold, costs().sample_hold, holds));
        parts.push_back(area_of(Component::adc, costs().adc, config().adcs));
        const int units = config().shift_add.units > 0 ? config().shift_add.units : config().adcs;
        parts.push_back(area_of(Component::shift_add, costs().shift_add, units));
        if (counts_inputs(config()))
            parts.push_back(area_of(Component::accumulator, costs().popcount, arrays));
        return parts;
    }

private:
    std::int64_t row_groups(const MvmOperation& op) const
    {
        const int active = config().active_rows > 0 ? config().active_rows : config().rows;
        return (op.rows + active - 1) / active;
    }

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

ComponentArea area_of(Component component, const ComponentCost& cost, std::int64_t instances)
{
    const auto n = static_cast<double>(instances);
    return {component, cost.model, instances, n * cost.area_m2, n * cost.leakage_w, n * cost.rating_w};
}

} // namespace imc
