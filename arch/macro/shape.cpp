#include "arch/macro/shape.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "arch/macro/families.h"

namespace imc
{

namespace
{

/// The drive of a read whose largest slice value is `value`.
Femtoseconds pulse(const MacroConfig& config, Femtoseconds interval, std::int64_t value)
{
    switch (config.input.coding) {
    case InputCoding::amplitude:
        return 0;
    case InputCoding::pulse_width:
        return (value + 1) * interval;
    case InputCoding::pulse_count:
        return value * interval;
    }
    return 0;
}

} // namespace

AnalogShape analog_shape(const Macro& macro, const MvmOperation& op)
{
    const MacroConfig& config = macro.config();
    const Femtoseconds interval = femtoseconds(macro.costs().pulse);
    const int active = config.active_rows > 0 ? config.active_rows : config.rows;
    const int slices = input_slices(config, op.input_bits, op.signed_input);
    const bool sign_apart = op.signed_input && config.input.signed_input != SignedInput::twos_complement;
    const int bits = std::max(1, op.input_bits - (sign_apart ? 1 : 0));
    const int phases = op.signed_input && config.input.signed_input == SignedInput::two_phases ? 2 : 1;
    const std::int64_t rows = std::int64_t{op.rows} * op.arrays;

    AnalogShape shape;
    shape.groups = (op.rows + active - 1) / active;
    const std::int64_t reads = slices * phases * shape.groups;
    const std::vector<std::uint16_t>& longest = op.activity.longest;
    if (!longest.empty() && static_cast<std::int64_t>(longest.size()) != reads)
        throw std::invalid_argument(fmt::format("macro operation: the longest pulses of {} reads must be given, got {}",
                                                reads, longest.size()));
    for (int slice = 0; slice < slices; ++slice) {
        const int width = std::min(config.input.slice_bits, bits - slice * config.input.slice_bits);
        for (std::int64_t i = 0; i < phases * shape.groups; ++i) {
            const std::int64_t first = i % shape.groups * active, largest = (std::int64_t{1} << width) - 1;
            const std::int64_t value = config.input.early_end && !longest.empty()
                                           ? std::min<std::int64_t>(longest[shape.pulses.size()], largest)
                                           : largest;
            shape.pulses.push_back(pulse(config, interval, value));
            shape.steps.push_back(converter_steps(config, slice * config.input.slice_bits));
            shape.longest += value;
            const std::int64_t driven = std::min<std::int64_t>(active, op.rows - first) * op.arrays;
            const std::int64_t bits_read = std::bit_width(static_cast<std::uint64_t>(value));
            shape.bit_reads += driven * bits_read;
            shape.edges += driven * (2 * (config.input.per_bit ? bits_read : value) + config.input.extra_edges);
        }
    }
    shape.row_drives = phases * slices * rows;
    shape.cell_columns = op.columns + extra_columns(config);
    shape.result_columns = result_columns(config, op.columns);
    return shape;
}

MacroSchedule pipeline(const std::vector<Cycle>& reads, const std::vector<Cycle>& converts, Cycle tail, int banks)
{
    Cycle read_end = 0;
    Cycle converted = 0;        // the conversion of the read before
    Cycle converted_before = 0; // and of the one before that
    for (std::size_t i = 0; i < reads.size(); ++i) {
        read_end = std::max(read_end, banks > 1 ? converted_before : converted) + reads[i];
        converted_before = converted;
        converted = std::max(read_end, converted) + converts[i];
    }
    MacroSchedule s;
    s.reads = static_cast<std::int64_t>(reads.size());
    s.first_convert = reads.front();
    s.reads_end = s.inputs_free = read_end;
    s.converts_end = converted;
    s.hold_free = banks > 1 ? converted_before : converted;
    s.latency = converted + tail;
    s.interval = s.before(s);
    return s;
}

std::vector<MacroEvent> analog_counts(const Macro& macro, const MvmOperation& op, bool samples)
{
    const MacroConfig& config = macro.config();
    const MacroCosts& costs = macro.costs();
    const AnalogShape shape = analog_shape(macro, op);
    const MacroEventTypes types = event_types(costs);
    const MvmActivity activity = with_known_activity(config, op).activity;
    // With pulses a cell conducts for as many least intervals as the slice's value.
    const bool pulsed = config.input.coding != InputCoding::amplitude;
    const std::int64_t conducting = pulsed ? activity.input_sum : activity.row_slices;
    const std::int64_t results = shape.result_columns * shape.reads() * op.arrays;
    std::int64_t drives = costs.driver.by_data ? activity.row_slices : shape.row_drives;
    if (config.input.coding == InputCoding::pulse_count) // edges of the word line
        drives = costs.driver.by_data ? 2 * activity.input_sum + config.input.extra_edges * activity.row_slices
                                      : shape.edges;

    std::vector<MacroEvent> events;
    const std::int64_t rows_read = config.input.per_bit ? shape.bit_reads : shape.row_drives;
    events.push_back({types.drive, drives});
    if (costs.line_start.energy_j > 0.0)
        events.push_back({types.line_start, shape.row_drives});
    events.push_back({types.cell_read, (costs.array.by_data ? conducting : rows_read) * shape.cell_columns});
    if (costs.array_state.by_data)
        events.push_back({types.cell_state, activity.level_sum});
    if (samples)
        events.push_back({types.sample, results});
    if (samples_per_pulse(config))
        events.push_back({types.sample, shape.result_columns * shape.longest * op.arrays});
    events.push_back({types.conversion, results});
    if (config.adc.bits_left) {
        const std::int64_t steps = std::accumulate(shape.steps.begin(), shape.steps.end(), std::int64_t{0});
        events.push_back({types.step, shape.result_columns * steps * op.arrays});
    }
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
            area_of(Component::sample_hold, costs.sample_hold, arrays * analog_shape(macro, full).result_columns));
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
