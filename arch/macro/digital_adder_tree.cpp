// All-digital SRAM: each cell's product bit enters an adder tree (one per digital.weight_bits columns) that sums all
// rows in one cycle per input bit; an accumulator shifts and adds over the bits (Chih, ISSCC 2021).

#include "arch/macro/families.h"
#include "arch/macro/shape.h"

namespace imc
{

namespace
{

class DigitalAdderTree : public Macro
{
public:
    DigitalAdderTree(const MacroConfig& config, const MacroCosts& costs) : Macro(config, costs) {}

    MacroCapability capability() const override
    {
        MacroCapability c;
        c.arrays = config().arrays;
        c.rows = config().rows;
        c.columns = config().columns;
        c.active_rows = config().active_rows > 0 ? config().active_rows : config().rows;
        c.cell_bits = 1;
        c.digital = true;
        // A sum of `active_rows` words of digital.weight_bits bits.
        c.result_bits = required_bits(c.active_rows, config().digital.weight_bits, 1, false, Encoding::twos_complement);
        c.peak_macs_per_s = peak_macs_per_s(*this, true);
        return c;
    }

    std::vector<ComponentArea> area() const override
    {
        const std::int64_t arrays = config().arrays;
        const std::int64_t trees = arrays * (config().columns / config().digital.weight_bits);
        return {area_of(Component::dac, costs().driver, arrays * config().rows),
                area_of(Component::array, costs().array, arrays),
                area_of(Component::adder_tree, costs().adder_tree, trees),
                area_of(Component::accumulator, costs().accumulator, trees)};
    }

protected:
    MacroSchedule mvm_schedule(const MvmOperation& op, const Clock& clock) const override
    {
        const std::int64_t passes = passes_of(op);
        const Femtoseconds cycle = femtoseconds(costs().adder_tree);
        MacroSchedule s;
        s.reads = passes;
        s.reads_end = s.inputs_free = clock.cycles(passes * cycle);
        s.hold_free = s.reads_end;
        s.first_convert = 0;
        s.converts_end = s.reads_end;
        s.latency = s.reads_end + clock.cycles(config().digital.pipeline_stages * cycle);
        s.interval = s.before(s);
        return s;
    }

    std::vector<MacroEvent> mvm_counts(const MvmOperation& op) const override
    {
        const MacroEventTypes types = event_types(costs());
        const std::int64_t trees = (op.columns + config().digital.weight_bits - 1) / config().digital.weight_bits;
        const std::int64_t driven = std::int64_t{op.rows} * op.arrays * op.input_bits;
        const std::int64_t active = with_known_activity(config(), op).activity.row_slices;
        std::vector<MacroEvent> events;
        events.push_back({types.drive, costs().driver.by_data ? active : driven});
        events.push_back({types.cell_read, active * op.columns});
        events.push_back({types.tree_row, active * trees});
        events.push_back({types.accumulate, trees * op.arrays * passes_of(op)});
        return events;
    }

private:
    std::int64_t passes_of(const MvmOperation& op) const
    {
        const int active = config().active_rows > 0 ? config().active_rows : config().rows;
        return std::int64_t{op.input_bits} * ((op.rows + active - 1) / active);
    }
};

} // namespace

std::unique_ptr<Macro> make_digital_adder_tree(const MacroConfig& config, const MacroCosts& costs)
{
    return std::make_unique<DigitalAdderTree>(config, costs);
}

} // namespace imc
