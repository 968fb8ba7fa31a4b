// SRAM with a product gate and a full adder in every cell: the words of a block of columns ripple down all rows, one
// input bit per cycle (Colonnade, Kim et al., JSSC 2021). A word of W bits takes W + ceil(log2 rows) columns. With R
// registers per column a cycle is shorter and a result passes R + 1 of them.

#include "arch/macro/families.h"
#include "arch/macro/shape.h"

namespace imc
{

namespace
{

class DigitalBitSerial : public Macro
{
public:
    DigitalBitSerial(const MacroConfig& config, const MacroCosts& costs) : Macro(config, costs) {}

    MacroCapability capability() const override
    {
        MacroCapability c;
        c.arrays = config().arrays;
        c.rows = config().rows;
        c.columns = config().columns;
        c.active_rows = config().rows;
        c.digital = true;
        c.result_bits = word() + sum_growth_bits(config().rows);
        c.peak_macs_per_s = peak_macs_per_s(*this, true);
        return c;
    }

    std::vector<ComponentArea> area() const override
    {
        const std::int64_t arrays = config().arrays;
        return {area_of(Component::dac, costs().driver, arrays * config().rows),
                area_of(Component::array, costs().array, arrays),
                area_of(Component::accumulator, costs().accumulator, arrays * (config().columns / block()))};
    }

protected:
    MacroSchedule mvm_schedule(const MvmOperation& op, const Clock& clock) const override
    {
        const Femtoseconds cycle = femtoseconds(costs().adder_tree);
        MacroSchedule s;
        s.reads = op.input_bits;
        s.reads_end = s.inputs_free = s.hold_free = s.converts_end = clock.cycles(op.input_bits * cycle);
        // Not pipelined over bits: every bit passes all registers of the column.
        s.latency = s.reads_end + clock.cycles(std::int64_t{op.input_bits} * config().digital.column_registers * cycle);
        s.interval = s.before(s);
        return s;
    }

    std::vector<MacroEvent> mvm_counts(const MvmOperation& op) const override
    {
        const MacroEventTypes types = event_types(costs());
        const std::int64_t words = op.columns / block();
        const std::int64_t row_bits = std::int64_t{op.rows} * op.arrays * op.input_bits;
        const std::int64_t active = with_known_activity(config(), op).activity.row_slices;
        return {{types.drive, costs().driver.by_data ? active : row_bits},
                {types.cell_read, row_bits * words * word()},
                {types.tree_row, row_bits * words * (block() - word())},
                {types.accumulate, words * op.arrays * op.input_bits}};
    }

private:
    int word() const { return config().digital.weight_bits; }
    int block() const { return word() + sum_growth_bits(config().rows); }
};

} // namespace

std::unique_ptr<Macro> make_digital_bit_serial(const MacroConfig& config, const MacroCosts& costs)
{
    return std::make_unique<DigitalBitSerial>(config, costs);
}

} // namespace imc
