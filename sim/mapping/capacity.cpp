#include "sim/mapping/capacity.h"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace imc::mapping
{

std::int64_t line_buffer_rows(const program::Reach& reach, const std::vector<int>& share,
                              const std::vector<int>& region, const std::vector<int>& ahead, const Options& options)
{
    const auto within = [&](int first, int last) {
        return std::upper_bound(region.begin(), region.end(), last) -
               std::lower_bound(region.begin(), region.end(), first);
    };
    std::int64_t rows = 1;
    for (std::size_t i = 0; i < share.size(); ++i) {
        const int y = share[i];
        int last = std::max(reach.last(y), ahead[static_cast<std::size_t>(y)]);
        if (!options.minimal_buffers)
            last += i + 1 < share.size() ? std::max(0, reach.last(share[i + 1]) - reach.last(y)) : 1;
        rows = std::max<std::int64_t>(rows, within(reach.first(y), last));
    }
    if (!options.minimal_buffers)
        rows = std::max<std::int64_t>(rows, 2) + options.extra_rows; // one row can arrive while the other is read
    return rows;
}

std::vector<std::int64_t> reserved_bits(const program::Program& program)
{
    std::vector<std::int64_t> bits(program.tiles, 0);
    for (const program::Flow& flow : program.flows)
        bits[program.actors[flow.to].tile.value()] += flow.bits * flow.granule * flow.capacity;
    return bits;
}

void check_buffers(const program::Program& program, const ChipConfig& chip)
{
    const std::vector<std::int64_t> reserved = reserved_bits(program);
    for (std::size_t t = 0; t < program.tiles; ++t) {
        if (TileId(t) == program.memory_tile)
            continue;
        const std::int64_t room = chip.tiles.front().buffer.bytes * 8;
        if (reserved[t] <= room)
            continue;
        std::set<std::string> names;
        for (const program::Actor& actor : program.actors)
            if (actor.tile == TileId(t))
                names.insert(actor.name);
        throw RunError(fmt::format("the buffer of tile {} ({}) does not hold what must be kept: {} bytes needed, "
                                   "chip.tiles[0].buffer.bytes is {} ({} more)",
                                   t, fmt::join(names, ", "), (reserved[t] + 7) / 8, room / 8,
                                   (reserved[t] - room + 7) / 8));
    }
}

} // namespace imc::mapping
