#include "sim/mapping/mesh_fit.h"

#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/base/errors.h"

namespace imc::mapping
{

namespace
{

/// "it needs 9 tiles, the chip has 4 (5 more, the largest layer 'fc1' takes 6)", of one type.
std::string missing(const Mapping& mapping, const ChipConfig& chip, TileTypeId type)
{
    const std::int64_t needed = mapping.types[type].tiles, capacity = chip.capacity(type);
    std::string largest;
    std::int64_t most = 0;
    for (std::size_t s = 0; s < mapping.layers.size(); ++s)
        if (mapping.layers[s].type == type && mapping.layers[s].tiles > most) {
            most = mapping.layers[s].tiles;
            largest = mapping.pipeline.stages[StageId(s)].name;
        }
    const std::string of = chip.tiles.size() > 1 ? fmt::format(" of type '{}'", chip.tiles[type.value()].name) : "";
    return fmt::format("it needs {} tiles{}, the chip has {} ({} more, the largest layer '{}' takes {})", needed, of,
                       capacity, needed - capacity, largest, most);
}

} // namespace

void fit_mesh(Mapping& mapping, const std::string& network, const ChipConfig& chip)
{
    std::vector<std::string> lacks;
    for (std::size_t t = 0; t < chip.tiles.size(); ++t)
        if (mapping.types[TileTypeId(t)].tiles > chip.capacity(TileTypeId(t)))
            lacks.push_back(missing(mapping, chip, TileTypeId(t)));
    if (!lacks.empty())
        throw RunError(
            fmt::format("network '{}' does not fit on chip '{}': {}", network, chip.name, fmt::join(lacks, "; ")));
    if (!chip.fits_mesh()) {
        mapping.columns = static_cast<int>(chip.mesh[0]);
        mapping.rows = static_cast<int>(chip.mesh[1]);
        return;
    }
    const auto needed = static_cast<std::int64_t>(mapping.tiles);
    const std::int64_t routers = chip.routers(std::max<std::int64_t>(needed, 1));
    auto columns = static_cast<std::int64_t>(std::sqrt(static_cast<double>(routers)));
    while (columns * columns < routers)
        ++columns;
    mapping.columns = static_cast<int>(columns);
    mapping.rows = static_cast<int>((routers + columns - 1) / columns);
}

} // namespace imc::mapping
