#include "arch/macro/shape.h"

#include <algorithm>

#include "arch/macro/families.h"

namespace imc
{

AnalogShape analog_shape(const MacroConfig& config, const MvmOperation& op)
{
    const int active = config.active_rows > 0 ? config.active_rows : config.rows;
    const std::int64_t groups = (op.rows + active - 1) / active;
    const bool two_phases = op.signed_input && config.input.signed_input == SignedInput::two_phases;
    const std::int64_t slices = input_slices(config, op.input_bits, op.signed_input) * (two_phases ? 2 : 1);
    const int extra = extra_columns(config);
    AnalogShape shape;
    shape.reads = slices * groups;
    shape.row_drives = slices * op.rows * op.arrays;
    shape.cell_columns = op.columns + extra;
    shape.result_columns = (config.encoding == Encoding::differential_analog ? op.columns / 2 : op.columns) + extra;
    return shape;
}

MacroSchedule pipeline(std::int64_t n, Cycle read, Cycle convert, Cycle tail, int banks)
{
    MacroSchedule s;
    s.reads = n;
    s.first_convert = read;
    const Cycle pace = banks > 1 ? std::max(read, convert) : read + convert;
    s.converts_end = read + (n - 1) * pace + convert;
    if (banks > 1) {
        const Cycle last_start = n == 1 ? 0 : convert > read ? read + (n - 2) * convert : (n - 1) * read;
        s.reads_end = last_start + read;
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

std::vector<MacroEvent> analog_counts(const Macro& macro, const MvmOperation& op, bool samples)
{
    const MacroConfig& config = macro.config();
    const MacroCosts& costs = macro.costs();
    const AnalogShape shape = analog_shape(config, op);
    const MacroEventTypes types = event_types(costs);
    const MvmActivity activity = with_known_activity(config, op).activity;
    // With pulse widths a cell conducts for as many least intervals as the slice's value.
    const std::int64_t conducting =
        config.input.coding == InputCoding::pulse_width ? activity.input_sum : activity.row_slices;
    const std::int64_t results = shape.result_columns * shape.reads * op.arrays;

    std::vector<MacroEvent> events;
    events.push_back({types.drive, costs.driver.by_data ? activity.row_slices : shape.row_drives});
    events.push_back({types.cell_read, (costs.array.by_data ? conducting : shape.row_drives) * shape.cell_columns});
    if (costs.array_state.by_data)
        events.push_back({types.cell_state, activity.level_sum});
    if (samples)
        events.push_back({types.sample, results});
    events.push_back({types.conversion, results});
    events.push_back({types.add, results});
    if (counts_inputs(config))
        events.push_back({types.count, shape.row_drives});
    return events;
}

std::vector<ComponentArea> analog_area(const Macro& macro, std::int64_t adcs, std::int64_t shift_adds, bool samples)
{
    const MacroConfig& config = macro.config();
    const MacroCosts& costs = macro.costs();
    const std::int64_t arrays = config.arrays;
    std::vector<ComponentArea> parts;
    parts.push_back(area_of(Component::dac, costs.driver, arrays * config.rows));
    parts.push_back(area_of(Component::array, costs.array, arrays));
    if (samples) {
        const MvmOperation full{config.rows, config.columns - reserved_columns(config), config.arrays};
        parts.push_back(
            area_of(Component::sample_hold, costs.sample_hold, arrays * analog_shape(config, full).result_columns));
    }
    parts.push_back(area_of(Component::adc, costs.adc, adcs));
    parts.push_back(area_of(Component::shift_add, costs.shift_add, shift_adds));
    if (counts_inputs(config))
        parts.push_back(area_of(Component::accumulator, costs.popcount, arrays));
    return parts;
}

double peak_macs_per_s(const Macro& macro, bool signed_input)
{
    const MacroConfig& config = macro.config();
    const int weights = weights_per_row(config, 8);
    if (weights == 0)
        return 0.0;
    const Clock fine(1);
    const MvmOperation full{config.rows, weights * columns_per_weight(config, 8), config.arrays, 8, signed_input};
    const double interval = fine.seconds(macro.schedule(full, fine).interval);
    return static_cast<double>(config.arrays) * config.rows * weights / interval;
}

ComponentArea area_of(Component component, const ComponentCost& cost, std::int64_t instances)
{
    const auto n = static_cast<double>(instances);
    return {component, cost.model, instances, n * cost.area_m2, n * cost.leakage_w, n * cost.rating_w};
}

Femtoseconds femtoseconds(const ComponentCost& cost) { return to_femtoseconds(cost.latency_s); }

} // namespace imc
