#include "arch/chip/inventory.h"

#include "arch/macro/macro.h"

namespace imc
{

std::string_view name_of(PowerDomainKind kind)
{
    constexpr std::string_view names[power_domain_kinds] = {"macros", "tile_logic", "always_on"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view wake_event(PowerDomainKind kind)
{
    return kind == PowerDomainKind::macros ? "macro_wake" : "tile_wake";
}

std::vector<Block> inventory(const ChipConfig& chip, std::int64_t tiles)
{
    const TileConfig& tile = chip.tiles.front();
    const std::int64_t cores = tiles * tile.cores;
    const std::int64_t macros = cores * tile.core.macros;
    const std::int64_t routers = (tiles + chip.noc.tiles_per_router - 1) / chip.noc.tiles_per_router;

    std::vector<Block> blocks;
    const auto macro = make_macro(tile.core.macro);
    for (const ComponentArea& part : macro->area()) {
        const auto n = static_cast<double>(macros);
        blocks.push_back({part.component, part.model, part.instances * macros,
                          part.area_m2 * n * tile.core.macro.area_overhead * chip.area_overhead, part.leakage_w * n,
                          part.rating_w * n, part.model, PowerDomainKind::macros});
    }
    const auto add = [&](Component component, const char* name, std::int64_t instances, const StaticCost& cost,
                         PowerDomainKind domain, double refresh_w = 0.0) {
        const auto n = static_cast<double>(instances);
        blocks.push_back({component, name, instances, cost.area_m2 * n * chip.area_overhead,
                          (cost.leakage_w + refresh_w) * n, cost.rating_w * n, cost.source, domain});
    };
    constexpr PowerDomainKind logic = PowerDomainKind::tile, always = PowerDomainKind::always_on;
    add(Component::input_register, "core input register", cores, tile.core.input_register.cost, logic);
    add(Component::output_register, "core output register", cores, tile.core.output_register.cost, logic);
    add(Component::core_bus, "core bus", cores, tile.core.bus.cost, logic);
    add(Component::buffer, "tile buffer", tiles, tile.buffer.cost, always, tile.buffer.refresh_power_w);
    add(Component::output_register, "tile output register", tiles, tile.output_register.cost, always);
    add(Component::tile_bus, "tile bus", tiles, tile.bus.cost, logic);
    add(Component::accumulator, "tile accumulator", tiles, tile.accumulator.cost, logic);
    add(Component::vector_unit, "vector unit", tiles, tile.vector_unit.cost, logic);
    add(Component::control, "tile control", tiles, tile.control, logic);
    add(Component::noc, "router", routers, chip.noc.cost, always);
    add(Component::global_buffer, "global buffer", 1, chip.global_buffer.cost, always);
    add(Component::io, "chip pins", 1, chip.io.cost, always);
    return blocks;
}

double total_area_m2(const std::vector<Block>& blocks)
{
    double sum = 0.0;
    for (const Block& block : blocks)
        sum += block.area_m2;
    return sum;
}

double total_leakage_w(const std::vector<Block>& blocks)
{
    double sum = 0.0;
    for (const Block& block : blocks)
        sum += block.leakage_w;
    return sum;
}

double total_rating_w(const std::vector<Block>& blocks)
{
    double sum = 0.0;
    for (const Block& block : blocks)
        sum += block.rating_w;
    return sum;
}

} // namespace imc
