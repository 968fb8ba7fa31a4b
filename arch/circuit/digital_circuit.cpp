#include "arch/circuit/digital_circuit.h"

#include <algorithm>

namespace imc::circuit
{

DigitalCircuit::DigitalCircuit(const sc_core::sc_module_name& name, const MacroConfig& config, const MacroCosts& costs,
                               const Clock& clock)
    : sc_module(name), config_(config), costs_(costs), bit_serial_(config.family == MacroFamily::digital_bit_serial),
      agenda_("sequencer", clock), drivers_("drivers", costs.driver, config.input),
      cells_("cells", costs.array, costs.array_state, config.input),
      trees_("adder_trees", costs.adder_tree, bit_serial_ ? sum_growth_bits(config.rows) : 1)
{
    require_femtoseconds();
    // Word lines and products are part of the pass: their time is inside the cycle of the trees.
    drivers_.done = [] {};
    cells_.done = [] {};
    trees_.done = [this] {
        if (passes_.empty())
            agenda_.at_next_edge([this] { fed(); });
        else
            next_pass();
    };
}

void DigitalCircuit::request(const MvmOperation& operation, Cycle now, Notify notify)
{
    waiting_.push_back({with_known_activity(config_, operation), std::move(notify), now, nullptr});
    agenda_.at_cycle(std::max(now, agenda_.edge()), [this] { start_next(); });
}

void DigitalCircuit::start_next()
{
    const Cycle now = agenda_.edge();
    if (busy_ || waiting_.empty() || waiting_.front().ready > now)
        return;
    busy_ = true;
    passes_ = passes_of(waiting_.front().operation);
    values_ = waiting_.front().values;
    if (values_)
        add_waves(waiting_.front(), passes_);
    // Bit-serial: every bit passes all registers of its column, one after another.
    stages_ = bit_serial_ ? config_.digital.column_registers * static_cast<int>(passes_.size())
                          : config_.digital.pipeline_stages;
    notify_ = std::move(waiting_.front().notify);
    waiting_.pop_front();
    notify_(MacroMoment::started, now);
    next_pass();
}

void DigitalCircuit::next_pass()
{
    const Read pass = passes_.front();
    passes_.pop_front();
    drivers_.drive(pass);
    cells_.read(pass);
    trees_.pass(pass, pass.results);
}

/// The last bit has entered: the next operation may follow, this one's sums are still on their way.
void DigitalCircuit::fed()
{
    busy_ = false;
    notify_(MacroMoment::inputs_free, agenda_.edge());
    drain(stages_, notify_, values_);
    start_next();
}

void DigitalCircuit::drain(int stages, Notify notify, std::shared_ptr<OperationValues> values)
{
    if (stages == 0) {
        agenda_.at_next_edge([this, notify, values] {
            if (values)
                values->finish_digital();
            notify(MacroMoment::result, agenda_.edge());
        });
        return;
    }
    agenda_.after(trees_.cycle(), [this, stages, notify, values] { drain(stages - 1, notify, values); });
}

std::deque<Read> DigitalCircuit::passes_of(const MvmOperation& op) const
{
    const int group = config_.active_rows > 0 && !bit_serial_ ? config_.active_rows : config_.rows;
    const int width = config_.digital.weight_bits;
    std::deque<Read> passes;
    for (int bit = 0; bit < op.input_bits; ++bit)
        for (int row = 0; row < op.rows; row += group) {
            Read pass;
            pass.rows = std::min(group, op.rows - row);
            pass.arrays = op.arrays;
            pass.columns = op.columns;
            pass.results = (op.columns + width - 1) / width; // trees
            if (bit_serial_) {
                pass.results = op.columns / (width + sum_growth_bits(config_.rows)); // words
                pass.columns = pass.results * width;
            }
            passes.push_back(pass);
        }
    const auto n = static_cast<std::int64_t>(passes.size());
    for (std::int64_t i = 0; i < n; ++i)
        passes[static_cast<std::size_t>(i)].active_rows =
            op.activity.row_slices * (i + 1) / n - op.activity.row_slices * i / n;
    return passes;
}

std::vector<MacroEvent> DigitalCircuit::counts() const
{
    const MacroEventTypes types = event_types(costs_);
    return {{types.drive, drivers_.stats().drives},
            {types.cell_read, cells_.stats().cell_reads},
            {types.tree_row, trees_.stats().rows},
            {types.accumulate, trees_.stats().accumulations}};
}

} // namespace imc::circuit
