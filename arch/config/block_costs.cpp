#include "arch/config/block_costs.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include <fmt/format.h>

#include "arch/config/costs/gates.h"
#include "arch/config/costs/logic.h"
#include "arch/config/costs/memory.h"

namespace imc
{

namespace
{

/// Fills numbers of a block from a model, unless the file states others.
class Filler
{
public:
    Filler(StaticCost& cost, const config::Place& place) : cost_(cost), place_(place) {}

    ProcessPoint process() const { return {cost_.node_m, cost_.supply_v}; }

    /// Throws if the model is none of these or lacks its node.
    void require(std::initializer_list<BlockModel> models) const
    {
        if (std::find(models.begin(), models.end(), cost_.model) == models.end())
            place_.fail("cost.model", fmt::format("'{}' is no model of such a block", name_of(cost_.model)));
        if (!(cost_.node_m > 0.0))
            place_.fail("cost.node_nm", fmt::format("needed by cost.model '{}'", name_of(cost_.model)));
    }

    void number(const char* key, double& value, double from_model) const
    {
        if (value != 0.0 && std::abs(value - from_model) > 1e-6 * std::abs(from_model))
            place_.fail(key,
                        fmt::format("is stated beside cost.model '{}': leave out one of them", name_of(cost_.model)));
        value = from_model;
    }

    /// Area, leakage and rating of the block, and where they come from.
    void instance(const ComponentCost& c, double count = 1.0) const
    {
        number("cost.area_um2", cost_.area_m2, c.area_m2 * count);
        number("cost.leakage_mw", cost_.leakage_w, c.leakage_w * count);
        number("cost.rating_mw", cost_.rating_w, c.rating_w * count);
        cost_.source = fmt::format("{} ({})", c.citation, c.model);
        cost_.energy_range = c.energy_range;
        cost_.area_range = c.area_range;
        cost_.warnings = c.warnings;
    }

private:
    StaticCost& cost_;
    const config::Place& place_;
};

/// Sizes and nodes are continuous: what a table's range leaves out is warned of by its function.
MemoryModel memory_model(BlockModel model)
{
    switch (model) {
    case BlockModel::cacti_sram:
        return MemoryModel::cacti_sram;
    case BlockModel::mnsim_sram:
        return MemoryModel::mnsim_sram;
    case BlockModel::puma_sram:
        return MemoryModel::puma_sram;
    case BlockModel::edram:
    case BlockModel::isaac_edram:
        return MemoryModel::isaac_edram;
    case BlockModel::puma_edram:
        return MemoryModel::puma_edram;
    case BlockModel::gain_cell:
        return MemoryModel::gain_cell;
    default:
        return MemoryModel::sram;
    }
}

constexpr std::initializer_list<BlockModel> memories = {
    BlockModel::sram,  BlockModel::cacti_sram,  BlockModel::mnsim_sram, BlockModel::puma_sram,
    BlockModel::edram, BlockModel::isaac_edram, BlockModel::puma_edram, BlockModel::gain_cell};

template <class Memory> void apply_memory(Memory& block, const config::Place& place)
{
    const Filler fill(block.cost, place);
    fill.require(memories);
    const MemoryCost c = memory_cost({memory_model(block.cost.model), block.bytes, block.port_bits, fill.process()});
    fill.number("read_energy_pj", block.read_energy_j, c.read.energy_j);
    fill.number("write_energy_pj", block.write_energy_j, c.write.energy_j);
    const double unset = Memory{}.access_s;
    if (block.access_s != unset && std::abs(block.access_s - c.read.latency_s) > 1e-6 * c.read.latency_s)
        place.fail("access_ns",
                   fmt::format("is stated beside cost.model '{}': leave out one of them", name_of(block.cost.model)));
    block.access_s = c.read.latency_s;
    fill.instance(c.read);
}

} // namespace

void apply_cost_model(BufferConfig& block, const config::Place& place)
{
    if (block.cost.model != BlockModel::stated)
        apply_memory(block, place);
}

void apply_cost_model(GlobalBufferConfig& block, const config::Place& place)
{
    if (block.cost.model != BlockModel::stated)
        apply_memory(block, place);
}

void apply_cost_model(RegisterConfig& block, const config::Place& place)
{
    if (block.cost.model == BlockModel::stated)
        return;
    const Filler fill(block.cost, place);
    fill.require({BlockModel::registers});
    const ComponentCost bit = register_bit_cost(fill.process());
    // A bit is written once and read once; a read moves about what a write does.
    fill.number("energy_per_bit_fj", block.energy_per_bit_j, 2.0 * bit.energy_j);
    fill.instance(bit, 8.0 * static_cast<double>(block.bytes));
}

void apply_cost_model(BusConfig& block, const config::Place& place)
{
    if (block.cost.model == BlockModel::stated)
        return;
    const Filler fill(block.cost, place);
    fill.require({BlockModel::wire});
    const ComponentCost wires = link_cost(block.width_bits, block.cost.length_m, fill.process());
    fill.number("energy_per_bit_fj", block.energy_per_bit_j, wires.energy_j / block.width_bits);
    fill.instance(wires);
}

void apply_cost_model(AccumulatorConfig& block, const config::Place& place)
{
    if (block.cost.model == BlockModel::stated)
        return;
    const Filler fill(block.cost, place);
    fill.require({BlockModel::gates});
    const ComponentCost adder = registered_adder(fill.process(), block.bits);
    fill.number("add_energy_pj", block.add_energy_j, adder.energy_j);
    fill.instance(adder, block.lanes);
}

void apply_cost_model(VectorUnitConfig& block, const config::Place& place)
{
    if (block.cost.model == BlockModel::stated)
        return;
    const Filler fill(block.cost, place);
    fill.require({BlockModel::aladdin});
    const auto cost = [&](LaneOperation operation, int bits) { return lane_cost(operation, bits, fill.process()); };
    const ComponentCost add = cost(LaneOperation::add, 32);
    const ComponentCost multiply = cost(LaneOperation::multiply, 16);
    const ComponentCost compare = cost(LaneOperation::compare, 16);
    const ComponentCost lookup = cost(LaneOperation::lookup, 16);
    fill.number("add_energy_pj", block.add_energy_j, add.energy_j);
    fill.number("multiply_energy_pj", block.multiply_energy_j, multiply.energy_j);
    fill.number("compare_energy_pj", block.compare_energy_j, compare.energy_j);
    fill.number("lookup_energy_pj", block.lookup_energy_j, lookup.energy_j);
    fill.number("requantize_energy_pj", block.requantize_energy_j, multiply.energy_j + add.energy_j);
    fill.number("divide_energy_pj", block.divide_energy_j, cost(LaneOperation::divide, 16).energy_j);
    fill.number("copy_energy_pj", block.copy_energy_j, cost(LaneOperation::copy, 16).energy_j);
    ComponentCost lane = add; // a lane has one of each but the divider, which iterates on the multiplier
    lane.area_m2 += multiply.area_m2 + compare.area_m2 + lookup.area_m2;
    lane.leakage_w += multiply.leakage_w + compare.leakage_w + lookup.leakage_w;
    lane.rating_w = lane.leakage_w + (add.energy_j + multiply.energy_j) / multiply.latency_s;
    fill.instance(lane, block.lanes);
}

void apply_cost_model(NocConfig& block, const config::Place& place)
{
    if (block.cost.model == BlockModel::stated)
        return;
    const Filler fill(block.cost, place);
    fill.require(
        {BlockModel::isaac_router, BlockModel::puma4_router, BlockModel::puma8_router, BlockModel::noxim_router});
    RouterModel model = RouterModel::noxim;
    if (block.cost.model == BlockModel::isaac_router)
        model = RouterModel::isaac;
    else if (block.cost.model == BlockModel::puma4_router)
        model = RouterModel::puma4;
    else if (block.cost.model == BlockModel::puma8_router)
        model = RouterModel::puma8;
    const int buffer = static_cast<int>(block.router.buffer_flits * block.router.virtual_channels);
    ComponentCost router = router_cost(model, block.flit_bits, buffer, fill.process());
    const ComponentCost link = link_cost(block.flit_bits, block.cost.length_m, fill.process());
    fill.number("flit_router_energy_pj", block.flit_router_energy_j, router.energy_j);
    fill.number("flit_link_energy_pj", block.flit_link_energy_j, link.energy_j);
    constexpr double links = 4.0; // each direction has its own wires; every router drives those that leave it
    router.area_m2 += links * link.area_m2;
    router.leakage_w += links * link.leakage_w;
    router.rating_w += links * link.rating_w;
    fill.instance(router);
    // What all router models make of such a flit.
    for (const RouterModel other : {RouterModel::isaac, RouterModel::puma4, RouterModel::puma8, RouterModel::noxim}) {
        const double ratio = router_cost(other, block.flit_bits, buffer, fill.process()).energy_j / router.energy_j;
        block.cost.energy_range.low = std::min(block.cost.energy_range.low, ratio);
        block.cost.energy_range.high = std::max(block.cost.energy_range.high, ratio);
    }
}

void apply_cost_model(IoConfig& block, const config::Place& place)
{
    if (block.cost.model == BlockModel::stated)
        return;
    const Filler fill(block.cost, place);
    fill.require({BlockModel::hypertransport});
    const ComponentCost link = hypertransport_bit_cost();
    fill.number("energy_per_bit_pj", block.energy_per_bit_j, link.energy_j);
    fill.instance(link);
}

} // namespace imc
