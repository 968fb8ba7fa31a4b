#include "arch/config/costs/tables.h"

#include <fmt/format.h>

#include "arch/config/costs/gates.h"
#include "arch/config/costs/logic.h"
#include "arch/config/costs/memory.h"

namespace imc
{

namespace
{

std::string row(const std::string& what, const ComponentCost& c)
{
    return fmt::format("| {} | {} | {} | {:.4g} | {:.4g} | {:.4g} | {:.4g} | {} |\n", what, c.model, name_of(c.scaling),
                       c.energy_j * 1e12, c.latency_s * 1e9, c.area_m2 * 1e12, c.leakage_w * 1e3, c.citation);
}

constexpr const char* header = "| what | model | scaling | energy pJ | latency ns | area um2 | leakage mW | source "
                               "|\n|---|---|---|---|---|---|---|---|\n";

std::string buffers(ProcessPoint process)
{
    std::string text = header;
    const auto add = [&](MemoryModel model, std::int64_t bytes, int port) {
        const MemoryCost c = memory_cost({model, bytes, port, process});
        text += row(fmt::format("{} B, {} bit, read", bytes, port), c.read);
    };
    add(MemoryModel::puma_sram, 2048, 64);
    add(MemoryModel::cacti_sram, 2048, 64);
    for (const std::int64_t bytes : {2048, 16384, 65536, 262144})
        add(MemoryModel::mnsim_sram, bytes, 256);
    add(MemoryModel::isaac_edram, 65536, 256);
    add(MemoryModel::puma_edram, 65536, 256);
    add(MemoryModel::gain_cell, 131072, 1024);
    return text + row("one register bit", register_bit_cost(process));
}

std::string logic(ProcessPoint process)
{
    std::string text = header;
    text += row("add, 16 bit", lane_cost(LaneOperation::add, 16, process));
    text += row("multiply, 16 bit", lane_cost(LaneOperation::multiply, 16, process));
    text += row("compare, 16 bit", lane_cost(LaneOperation::compare, 16, process));
    text += row("divide, 16 bit", lane_cost(LaneOperation::divide, 16, process));
    text += row("look-up, 16 bit", lane_cost(LaneOperation::lookup, 16, process));
    text += row("copy, 16 bit", lane_cost(LaneOperation::copy, 16, process));
    text += row("registered adder, 16 bit", registered_adder(process, 16));
    return text;
}

std::string network(ProcessPoint process)
{
    std::string text = header;
    for (const RouterModel model : {RouterModel::isaac, RouterModel::puma4, RouterModel::puma8, RouterModel::noxim})
        text += row("router, one 256-bit flit", router_cost(model, 256, 8, process));
    text += row("link of 1 mm, one 256-bit flit", link_cost(256, 1e-3, process));
    text += row("chip-to-chip link, one bit", hypertransport_bit_cost());
    return text;
}

} // namespace

std::string cost_tables()
{
    constexpr ProcessPoint process{32e-9, 0.9};
    std::string text = "## Buffers at 32 nm, 0.9 V\n\n" + buffers(process);
    text += "\n## Logic at 32 nm, 0.9 V\n\n" + logic(process);
    text += "\n## Routers and links at 32 nm, 0.9 V\n\n" + network(process);
    text += "\n## DRAM\n\n| kind | pJ per bit | Gbit/s | source |\n|---|---|---|---|\n";
    for (const DramKind kind :
         {DramKind::lpddr4, DramKind::lpddr, DramKind::ddr3, DramKind::gddr5, DramKind::hbm2, DramKind::hmc}) {
        const DramCost d = dram_cost(kind);
        const std::string bandwidth =
            d.bandwidth_bits_per_s > 0 ? fmt::format("{:g}", d.bandwidth_bits_per_s * 1e-9) : "not stated";
        const double pj = d.energy_per_bit_j * 1e12;
        const std::string range =
            d.energy_range == CostRange{}
                ? ""
                : fmt::format(" [{:.3g}, {:.3g}]", pj * d.energy_range.low, pj * d.energy_range.high);
        text += fmt::format("| {} | {:g}{} | {} | {} |\n", d.name, pj, range, bandwidth, d.citation);
    }
    return text;
}

} // namespace imc
