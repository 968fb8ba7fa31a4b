#include "arch/macro/macro.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "arch/macro/families.h"

namespace imc
{

namespace
{

struct Family {
    MacroFamily family;
    std::unique_ptr<Macro> (*make)(const MacroConfig&, const MacroCosts&);
};

constexpr Family families[] = {
    {MacroFamily::analog_current, make_analog_current},
    {MacroFamily::analog_column_converter, make_column_converter},
    {MacroFamily::voltage_sensing, make_voltage_sensing},
    {MacroFamily::charge_domain, make_charge_domain},
    {MacroFamily::pulse_count_flash, make_pulse_count_flash},
    {MacroFamily::digital_adder_tree, make_digital_adder_tree},
    {MacroFamily::digital_bit_serial, make_digital_bit_serial},
};

void in_range(const char* what, std::int64_t value, std::int64_t low, std::int64_t high)
{
    if (value < low || value > high)
        throw std::invalid_argument(
            fmt::format("macro operation: {} must be in [{}, {}], got {}", what, low, high, value));
}

} // namespace

std::unique_ptr<Macro> make_macro(const MacroConfig& config) { return make_macro(config, resolve_costs(config)); }

std::unique_ptr<Macro> make_macro(const MacroConfig& config, const MacroCosts& costs)
{
    for (const Family& family : families)
        if (family.family == config.family)
            return family.make(config, costs);
    throw std::invalid_argument("make_macro: unknown family");
}

Cycle MacroSchedule::before(const MacroSchedule& next) const
{
    return std::max({reads_end, hold_free, converts_end - next.first_convert});
}

void Macro::check(const MvmOperation& op) const
{
    in_range("rows", op.rows, 1, config_.rows);
    in_range("columns", op.columns, 1, config_.columns - reserved_columns(config_));
    in_range("arrays", op.arrays, 1, config_.arrays);
    in_range("input_bits", op.input_bits, 1, 32);
    if (config_.family == MacroFamily::digital_bit_serial)
        in_range("columns", op.columns, config_.digital.weight_bits + sum_growth_bits(config_.rows), config_.columns);
    if (config_.encoding == Encoding::differential_analog && op.columns % 2 != 0)
        throw std::invalid_argument(fmt::format("macro operation: columns of pairs must be even, got {}", op.columns));
}

MacroSchedule Macro::schedule(const MvmOperation& op, const Clock& clock) const
{
    check(op);
    return mvm_schedule(op, clock);
}

std::vector<MacroEvent> Macro::counts(const MvmOperation& op) const
{
    check(op);
    return mvm_counts(op);
}

MacroSchedule Macro::schedule(const WriteOperation& op, const Clock& clock) const
{
    in_range("rows", op.rows, 0, config_.rows);
    in_range("columns", op.columns, 0, config_.columns);
    // Cells of a row are written in groups; every group gets as many pulses as its slowest cell is taken to need.
    const std::int64_t groups = (op.columns + config_.write.parallel_cells - 1) / config_.write.parallel_cells;
    const std::int64_t cells = std::int64_t{op.rows} * op.columns * op.arrays;
    std::int64_t pulses = config_.write.pulses;
    if (op.pulses >= 0)
        pulses = cells > 0 ? (op.pulses + cells - 1) / cells : 0;
    MacroSchedule s;
    s.latency = clock.cycles(op.rows * groups * pulses * to_femtoseconds(costs_.write.latency_s));
    s.interval = s.inputs_free = s.reads_end = s.hold_free = s.converts_end = s.latency;
    return s;
}

std::vector<MacroEvent> Macro::counts(const WriteOperation& op) const
{
    const std::int64_t cells = std::int64_t{op.rows} * op.columns * op.arrays;
    return {{event_types(costs_).write_pulse, op.pulses >= 0 ? op.pulses : cells * config_.write.pulses}};
}

double Macro::area_m2() const
{
    double sum = 0.0;
    for (const ComponentArea& part : area())
        sum += part.area_m2;
    return sum * config_.area_overhead;
}

double Macro::leakage_w() const
{
    double sum = 0.0;
    for (const ComponentArea& part : area())
        sum += part.leakage_w;
    return sum;
}

double Macro::rating_w() const
{
    double sum = 0.0;
    for (const ComponentArea& part : area())
        sum += part.rating_w;
    return sum;
}

} // namespace imc
