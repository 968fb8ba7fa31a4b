#include "arch/chip/inventory.h"

#include <numeric>

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

namespace
{

class Inventory
{
public:
    explicit Inventory(const ChipConfig& chip) : chip_(chip) {}

    void add_tiles(TileTypeId type, std::int64_t tiles)
    {
        type_ = type;
        const TileConfig& tile = chip_.tiles[type.value()];
        const std::int64_t cores = tiles * tile.cores;
        add_macros(tile, cores * tile.core.macros);
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
    }

    std::vector<Block> finish(std::int64_t routers)
    {
        type_ = TileTypeId();
        constexpr PowerDomainKind always = PowerDomainKind::always_on;
        add(Component::noc, "router", routers, chip_.noc.cost, always);
        add(Component::global_buffer, "global buffer", 1, chip_.global_buffer.cost, always);
        add(Component::io, "chip pins", 1, chip_.io.cost, always);
        return std::move(blocks_);
    }

private:
    void add_macros(const TileConfig& tile, std::int64_t macros)
    {
        const auto n = static_cast<double>(macros);
        const auto macro = make_macro(tile.core.macro);
        for (const ComponentArea& part : macro->area()) {
            blocks_.push_back({part.component, part.model, part.instances * macros,
                               part.area_m2 * n * tile.core.macro.area_overhead * chip_.area_overhead,
                               part.leakage_w * n, part.rating_w * n, part.model, PowerDomainKind::macros, type_});
            if (part.component == Component::adc) { // of whose cost there are several laws
                blocks_.back().energy_range = macro->costs().adc.energy_range;
                blocks_.back().area_range = macro->costs().adc.area_range;
            }
        }
    }

    void add(Component component, const char* name, std::int64_t instances, const StaticCost& cost,
             PowerDomainKind domain, double refresh_w = 0.0)
    {
        const auto n = static_cast<double>(instances);
        blocks_.push_back({component, name, instances, cost.area_m2 * n * chip_.area_overhead,
                           (cost.leakage_w + refresh_w) * n, cost.rating_w * n, cost.source, domain, type_,
                           cost.energy_range, cost.area_range});
    }

    const ChipConfig& chip_;
    TileTypeId type_;
    std::vector<Block> blocks_;
};

} // namespace

std::vector<Block> inventory(const ChipConfig& chip, const std::vector<std::int64_t>& tiles, std::int64_t routers)
{
    Inventory all(chip);
    for (std::size_t type = 0; type < tiles.size(); ++type)
        all.add_tiles(TileTypeId(type), tiles[type]);
    return all.finish(routers);
}

std::vector<Block> inventory(const ChipConfig& chip, const std::vector<std::int64_t>& tiles)
{
    return inventory(chip, tiles, chip.routers(std::accumulate(tiles.begin(), tiles.end(), std::int64_t{0})));
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
