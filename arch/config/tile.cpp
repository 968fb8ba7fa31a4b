#include "arch/config/tile.h"

#include "arch/config/block_costs.h"

namespace imc
{

using config::Presence;
using config::Visitor;

namespace
{

constexpr config::Choice<BufferKind> buffer_kinds[] = {
    {"sram", BufferKind::sram, "static cells"},
    {"edram", BufferKind::edram, "embedded DRAM, refreshed"},
};

constexpr std::int64_t gibibyte = std::int64_t{1} << 30;

constexpr config::Choice<BlockModel> block_models[] = {
    {"stated", BlockModel::stated, "the numbers of this file"},
    {"sram", BlockModel::sram, "buffers: CACTI up to 2 KiB, MNSIM from 16 KiB, mixed in between"},
    {"cacti_sram", BlockModel::cacti_sram, "buffers: CACTI points of ZigZag-IMC, 28 nm"},
    {"mnsim_sram", BlockModel::mnsim_sram, "buffers: MNSIM 2.0, 45 nm"},
    {"puma_sram", BlockModel::puma_sram, "buffers: PUMA's data memory, 32 nm"},
    {"edram", BlockModel::edram, "buffers: as isaac_edram"},
    {"isaac_edram", BlockModel::isaac_edram, "buffers: ISAAC's eDRAM, 32 nm"},
    {"puma_edram", BlockModel::puma_edram, "buffers: PUMA's eDRAM, 32 nm"},
    {"gain_cell", BlockModel::gain_cell, "buffers: gain-cell eDRAM, 16 nm"},
    {"registers", BlockModel::registers, "registers: Aladdin, 40 nm"},
    {"gates", BlockModel::gates, "accumulator: registered adders of unit gates"},
    {"aladdin", BlockModel::aladdin, "vector unit: Aladdin, 40 nm; look-up ISAAC, division PUMA"},
    {"wire", BlockModel::wire, "buses: 0.2 fF/um over length_mm"},
    {"isaac_router", BlockModel::isaac_router, "network: ISAAC's router; links over length_mm"},
    {"puma4_router", BlockModel::puma4_router, "network: PUMA's router of four ports; links over length_mm"},
    {"puma8_router", BlockModel::puma8_router, "network: PUMA's router of eight ports; links over length_mm"},
    {"noxim_router", BlockModel::noxim_router, "network: Noxim's router; links over length_mm"},
    {"hypertransport", BlockModel::hypertransport, "pins: ISAAC's and PUMA's chip-to-chip link"}};

} // namespace

const char* name_of(BlockModel model)
{
    for (const auto& choice : block_models)
        if (choice.value == model)
            return choice.name;
    return "";
}

void StaticCost::fields(Visitor& v)
{
    v.choice("model", model, block_models, "where the numbers of the block come from, its energies included");
    v.real("node_nm", node_m, {0, 500}, unit::nanometres, "node of the block; needed by models");
    v.real("supply_v", supply_v, {0.2, 5}, unit::volts, "supply of the block, for models");
    v.real("length_mm", length_m, {1e-3, 1e3}, Unit{"mm", 1e-3}, "length of wires, for models");
    v.real("area_um2", area_m2, {0, 1e10}, unit::square_micrometres, "area of one instance");
    v.real("leakage_mw", leakage_w, {0, 1e6}, unit::milliwatts, "power when idle, of one instance");
    v.real("rating_mw", rating_w, {0, 1e6}, unit::milliwatts, "power at full activity, as data sheets print it");
    v.text("source", source, "where the numbers come from");
}

void RegisterConfig::fields(Visitor& v)
{
    v.integer("bytes", bytes, {1, gibibyte}, unit::bytes, "capacity");
    v.real("energy_per_bit_fj", energy_per_bit_j, {0, 1e9}, unit::femtojoules, "energy of one bit written and read");
    v.section("cost", cost, "area, leakage and rating");
    if (v.reading())
        apply_cost_model(*this, v.place());
}

void BusConfig::fields(Visitor& v)
{
    v.integer("width_bits", width_bits, {1, 1 << 20}, unit::bits, "moved per cycle");
    v.real("energy_per_bit_fj", energy_per_bit_j, {0, 1e9}, unit::femtojoules, "energy of one bit moved");
    v.section("cost", cost, "area, leakage and rating");
    if (v.reading())
        apply_cost_model(*this, v.place());
}

void CoreConfig::fields(Visitor& v)
{
    v.integer("macros", macros, {1, 4096}, unit::none, "macros that share input register and result bus");
    v.section("macro", macro, "arrays with their converters");
    v.boolean("double_buffered_input", double_buffered_input, "the next input is fetched while the current is driven");
    v.section("input_register", input_register, "holds the inputs of the macros");
    v.section("output_register", output_register, "holds the results of the macros");
    v.section("bus", bus, "carries results of the macros to the tile");
    v.section("macro_gating", macro_gating, "power gating of the macros of a layer's part on a tile, together");
}

void BufferConfig::fields(Visitor& v)
{
    v.choice("kind", kind, buffer_kinds, "memory technology");
    v.integer("bytes", bytes, {64, gibibyte}, unit::bytes, "capacity");
    v.integer("port_bits", port_bits, {1, 1 << 16}, unit::bits, "moved per access");
    v.integer("banks", banks, {1, 1024}, unit::none, "accesses that may start in one cycle");
    v.real("access_ns", access_s, {0, 1e6}, unit::nanoseconds, "from request to data; accesses are pipelined");
    v.real("read_energy_pj", read_energy_j, {0, 1e9}, unit::picojoules, "energy of one read access");
    v.real("write_energy_pj", write_energy_j, {0, 1e9}, unit::picojoules, "energy of one write access");
    v.real("refresh_power_mw", refresh_power_w, {0, 1e6}, unit::milliwatts, "spent all the time (eDRAM)");
    v.section("cost", cost, "area, leakage and rating");
    if (v.reading())
        apply_cost_model(*this, v.place());
}

void BufferConfig::check(const config::Place& place) const
{
    if (kind == BufferKind::sram && refresh_power_w > 0.0)
        place.fail("refresh_power_mw", "an SRAM buffer is not refreshed: must be 0");
}

void VectorUnitConfig::fields(Visitor& v)
{
    constexpr config::RealRange energy{0, 1e9};
    constexpr config::IntegerRange cycles{1, 10000};
    v.integer("lanes", lanes, {1, 1 << 20}, unit::none, "values per cycle");
    v.real("add_energy_pj", add_energy_j, energy, unit::picojoules, "energy of an addition");
    v.real("multiply_energy_pj", multiply_energy_j, energy, unit::picojoules, "energy of a multiplication");
    v.real("compare_energy_pj", compare_energy_j, energy, unit::picojoules, "energy of a comparison (ReLU, max-pool)");
    v.real("lookup_energy_pj", lookup_energy_j, energy, unit::picojoules, "energy of a table look-up (sigmoid, …)");
    v.real("requantize_energy_pj", requantize_energy_j, energy, unit::picojoules, "energy of a multiply-shift-round");
    v.real("divide_energy_pj", divide_energy_j, energy, unit::picojoules, "energy of a division");
    v.real("copy_energy_pj", copy_energy_j, energy, unit::picojoules, "energy of moving a value");
    v.integer("add_cycles", add_cycles, cycles, unit::cycles, "cycles of a lane per addition");
    v.integer("multiply_cycles", multiply_cycles, cycles, unit::cycles, "cycles of a lane per multiplication");
    v.integer("compare_cycles", compare_cycles, cycles, unit::cycles, "cycles of a lane per comparison");
    v.integer("lookup_cycles", lookup_cycles, cycles, unit::cycles, "cycles of a lane per look-up");
    v.integer("requantize_cycles", requantize_cycles, cycles, unit::cycles, "cycles of a lane per requantisation");
    v.integer("divide_cycles", divide_cycles, cycles, unit::cycles, "cycles of a lane per division");
    v.integer("copy_cycles", copy_cycles, cycles, unit::cycles, "cycles of a lane per value moved");
    v.integer("latency_cycles", latency_cycles, cycles, unit::cycles, "pipeline depth");
    v.section("cost", cost, "area, leakage and rating");
    if (v.reading())
        apply_cost_model(*this, v.place());
}

void AccumulatorConfig::fields(Visitor& v)
{
    v.integer("lanes", lanes, {1, 1 << 20}, unit::none, "partial sums added per cycle");
    v.real("add_energy_pj", add_energy_j, {0, 1e9}, unit::picojoules, "energy of adding one partial sum");
    v.integer("bits", bits, {4, 64}, unit::bits, "most bits of a partial sum");
    v.section("cost", cost, "area, leakage and rating");
    if (v.reading())
        apply_cost_model(*this, v.place());
}

void TileConfig::fields(Visitor& v)
{
    v.text("name", name, "what the type is called");
    v.integer("count", count, {0, 1 << 20}, unit::none,
              "tiles of this type; 0: as many as the network needs, or on a mesh of given size as there is room for");
    v.table("places", places, {0, 4095}, unit::none,
            "[column, row] of the router that each tile of this type is at, on a mesh of given size; []: anywhere");
    v.integer("cores", cores, {1, 4096}, unit::none, "cores of a tile");
    v.section("core", core, "macros with input register and result bus");
    v.section("buffer", buffer, "activations on their way in and out");
    v.integer("output_slots", output_slots, {1, 1 << 20}, unit::none,
              "tokens per actor that may wait for the network, or as many as its share of the output register holds");
    v.section("output_register", output_register, "holds results before they are sent");
    v.section("bus", bus, "carries inputs from the buffer to the cores");
    v.section("accumulator", accumulator, "adds partial sums of arrays and of other tiles");
    v.section("vector_unit", vector_unit, "activation functions, pooling, element-wise operations");
    v.section("control", control, "sequencing");
    v.section("gating", gating, "power gating of registers and buses of cores and tile, adders, vector unit, control");
}

} // namespace imc
