#include "sim/mapping/capacity.h"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace imc::mapping
{

std::int64_t line_buffer_rows(const program::Reach& reach, const std::vector<int>& share,
                              const std::vector<int>& region, const std::vector<int>& ahead, Room room, int extra_rows)
{
    const auto within = [&](int first, int last) {
        return std::upper_bound(region.begin(), region.end(), last) -
               std::lower_bound(region.begin(), region.end(), first);
    };
    std::int64_t rows = 1;
    for (std::size_t i = 0; i < share.size(); ++i) {
        const int y = share[i];
        int last = reach.last(y);
        if (room != Room::window)
            last = std::max(last, ahead[static_cast<std::size_t>(y)]);
        if (room == Room::overlap)
            last += i + 1 < share.size() ? std::max(0, reach.last(share[i + 1]) - reach.last(y)) : 1;
        rows = std::max<std::int64_t>(rows, within(reach.first(y), last));
    }
    if (room == Room::overlap)
        rows = std::max<std::int64_t>(rows, 2) + extra_rows; // one row can arrive while the other is read
    return rows;
}

std::int64_t line_buffer_bits(const program::Input& input, const program::Region& results, std::int64_t rows,
                              std::int64_t columns, std::int64_t bits, bool folds)
{
    if (!folds || input.rows.stride < 1 || input.columns.stride < 1)
        return rows * columns * bits;
    const auto under_way = [](std::int64_t inputs, const program::Reach& reach, std::size_t most) {
        const std::int64_t more = reach.kernel > reach.stride ? 1 : 0; // windows that overlap: one more
        const std::int64_t started = (inputs + reach.stride - 1) / reach.stride + more;
        return std::min({inputs, started, static_cast<std::int64_t>(most) + 1}); // and the next inference's first
    };
    return under_way(rows, input.rows, results.rows.size()) *
           under_way(columns, input.columns, results.columns.size()) * bits;
}

std::vector<std::int64_t> reserved_bits(const program::Program& program)
{
    std::vector<std::int64_t> bits(program.tiles, 0);
    for (const program::Flow& flow : program.flows)
        bits[program.actors[flow.to].tile.value()] += flow.reserved_bits;
    return bits;
}

std::int64_t buffer_bits(const program::Program& program, const ChipConfig& chip, TileId tile)
{
    return chip.tiles[program.type_of(tile).value()].buffer.bytes * 8;
}

std::set<TileId> overfull_tiles(const program::Program& program, const ChipConfig& chip)
{
    const std::vector<std::int64_t> reserved = reserved_bits(program);
    std::set<TileId> tiles;
    for (std::size_t t = 0; t < program.tiles; ++t)
        if (TileId(t) != program.memory_tile && reserved[t] > buffer_bits(program, chip, TileId(t)))
            tiles.insert(TileId(t));
    return tiles;
}

namespace
{

std::map<TileId, std::vector<LayerId>> keepers(const program::Program& program, const std::set<TileId>& tiles)
{
    std::map<TileId, std::map<LayerId, std::int64_t>> bits;
    for (const program::Flow& flow : program.flows) {
        const program::Actor& to = program.actors[flow.to];
        if (to.layer.valid() && tiles.contains(to.tile))
            bits[to.tile][to.layer] += flow.reserved_bits;
    }
    std::map<TileId, std::vector<LayerId>> layers;
    for (const auto& [tile, kept] : bits) {
        std::vector<LayerId>& order = layers[tile];
        for (const auto& [layer, sum] : kept)
            order.push_back(layer);
        std::stable_sort(order.begin(), order.end(),
                         [&kept = kept](LayerId a, LayerId b) { return kept.at(a) > kept.at(b); });
    }
    return layers;
}

} // namespace

void check_buffers(const program::Program& program, const ChipConfig& chip)
{
    const std::set<TileId> overfull = overfull_tiles(program, chip);
    for (const TileId tile : overfull) {
        const std::int64_t reserved = reserved_bits(program)[tile.value()];
        const std::int64_t room = buffer_bits(program, chip, tile);
        std::set<std::string> names;
        for (const program::Actor& actor : program.actors)
            if (actor.tile == tile)
                names.insert(actor.name);
        throw BufferTooSmall(fmt::format("the buffer of tile {} ({}) does not hold what must be kept: {} bytes needed, "
                                         "chip.tiles[{}].buffer.bytes is {} ({} more)",
                                         tile.value(), fmt::join(names, ", "), (reserved + 7) / 8,
                                         program.type_of(tile).value(), room / 8, (reserved - room + 7) / 8),
                             keepers(program, overfull));
    }
    std::int64_t spilled = 0;
    for (const program::Actor& actor : program.actors)
        if (actor.kind == program::ActorKind::spill)
            spilled += actor.output_slots * actor.work.memory_bits;
    if (spilled > chip.global_buffer.bytes * 8)
        throw RunError(fmt::format("chip.global_buffer.bytes is {}, what waits for joins there takes {} bytes",
                                   chip.global_buffer.bytes, (spilled + 7) / 8));
}

} // namespace imc::mapping
