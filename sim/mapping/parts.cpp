#include "sim/mapping/parts.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace imc::mapping
{

namespace
{

class Allocator
{
public:
    Allocator(Mapping& mapping, const Graph& graph, const ChipConfig& chip)
        : mapping_(mapping), graph_(graph), chip_(chip)
    {
    }

    void allocate()
    {
        for (std::size_t s = 0; s < stages().size(); ++s)
            allocate(StageId(s));
        mapping_.memory_tile = TileId(mapping_.tiles);
        for (Part& part : mapping_.parts)
            if (!part.tile.valid())
                part.tile = mapping_.memory_tile;
    }

private:
    const IdVector<StageId, Stage>& stages() const { return mapping_.pipeline.stages; }

    Part& add_part(Part part)
    {
        mapping_.layers[part.stage.value()].parts.push_back(mapping_.parts.size());
        mapping_.parts.push_back(std::move(part));
        return mapping_.parts.back();
    }

    void allocate(StageId id)
    {
        const Stage& stage = stages()[id];
        if (!mapping_.layers[id.value()].on_vector_unit())
            allocate_arrays(id);
        else if (stage.kind == StageKind::vector)
            allocate_vector(id);
        else
            add_part({id, TileId(), 0, 1, program::whole(stage.height, stage.width), 0, stage.channels, 0, {}});
    }

    /// Array after array, copy after copy, block after block: a tile then starts with the tail of at most one
    /// column block and ends with the head of at most one, so that it sends at most one flow of partial sums.
    void allocate_arrays(StageId id)
    {
        LayerMapping& layer = mapping_.layers[id.value()];
        std::set<std::int64_t> tiles;
        int copy = 0;
        for (const CopyGroup& group : layer.copies.groups) {
            allocate_group(id, copy, group);
            copy += group.count;
            for (const Segment& segment : group.place)
                tiles.insert(segment.tile);
        }
        layer.tiles = static_cast<std::int64_t>(tiles.size());
        mapping_.arrays_used += layer.tiling.arrays * copy;
        mapping_.cells_used += layer.tiling.cells * copy;
        TypeUse& use = mapping_.types[layer.type];
        use.arrays += layer.tiling.arrays * copy;
        use.cells_used += layer.tiling.cells * copy;
    }

    void allocate_group(StageId id, int copy, const CopyGroup& group)
    {
        const std::vector<ColumnBlock>& blocks = mapping_.layers[id.value()].tiling.blocks;
        auto segment = group.place.begin();
        std::int64_t on_segment = 0;
        Part* part = nullptr;
        for (std::size_t b = 0; b < blocks.size(); ++b)
            for (std::size_t r = 0; r < blocks[b].rows.size(); ++r, ++on_segment) {
                if (on_segment == segment->arrays) {
                    ++segment;
                    on_segment = 0;
                    part = nullptr;
                }
                if (!part)
                    part = &add_part({id,
                                      TileId(static_cast<std::size_t>(segment->tile)),
                                      copy,
                                      group.count,
                                      group.share,
                                      blocks[b].channel_begin,
                                      blocks[b].channel_begin,
                                      segment->first,
                                      {}});
                if (part->arrays.empty() || part->arrays.back().block != b)
                    part->arrays.push_back({b, r, r});
                part->arrays.back().row_end = r + 1;
                if (r + 1 == blocks[b].rows.size())
                    part->channel_end = blocks[b].channel_end;
            }
    }

    /// For work that depends on no tile: of the first type that there may be more of.
    TileId add_tile()
    {
        TileTypeId type(0);
        for (std::size_t t = chip_.tiles.size(); t-- > 0;)
            if (mapping_.types[TileTypeId(t)].tiles < chip_.capacity(TileTypeId(t)))
                type = TileTypeId(t);
        ++mapping_.types[type].tiles;
        mapping_.tile_types.push_back(type);
        return TileId(mapping_.tiles++);
    }

    /// Vector work is done where its first operand is computed: its channels, its share of the map. Of each channel may
    /// come several (depthwise multiplier, flattened map), one after another.
    void allocate_vector(StageId id)
    {
        const Stage& stage = stages()[id];
        const StageInput& operand = stage.inputs.front();
        const Part& last = mapping_.parts[mapping_.layers[operand.view.source().value()].parts.back()];
        if (stage.mixes_channels || !last.tile.valid()) {
            TileId tile = last.tile;
            if (!tile.valid())
                tile = add_tile();
            add_part({id, tile, 0, 1, program::whole(stage.height, stage.width), 0, stage.channels, 0, {}});
            return;
        }
        std::int64_t at = 0, channels = 0;
        for (const Piece& piece : operand.view.pieces)
            channels += piece.channels();
        const std::int64_t each = stage.channels / channels;
        for (const Piece& piece : operand.view.pieces) {
            if (!piece.stage.valid())
                throw ConfigError(fmt::format("{}: node '{}' ({})", graph_.name, stage.name, stage.op),
                                  "cannot be run as a streamed pipeline: it computes on channels that are padding");
            for (const std::size_t p : std::vector<std::size_t>(mapping_.layers[piece.stage.value()].parts)) {
                const Part source = mapping_.parts[p];
                const std::int64_t begin = std::max(piece.begin, source.channel_begin);
                const std::int64_t end = std::min(piece.end, source.channel_end);
                const program::Region share = owned(stage, operand, source.share);
                if (begin < end && !share.empty())
                    add_part({id,
                              source.tile,
                              source.copy,
                              1,
                              share,
                              each * (at + begin - piece.begin),
                              each * (at + end - piece.begin),
                              0,
                              {}});
            }
            at += piece.channels();
        }
    }

    /// The output positions whose window starts in a share of the operand's map.
    static program::Region owned(const Stage& stage, const StageInput& operand, const program::Region& share)
    {
        const auto along = [](const program::Reach& reach, int outputs, const std::vector<int>& inputs) {
            std::vector<int> result;
            for (int o = 0; o < outputs; ++o)
                if (std::binary_search(inputs.begin(), inputs.end(), std::clamp(reach.first(o), 0, reach.in - 1)))
                    result.push_back(o);
            return result;
        };
        return {along(operand.rows, stage.height, share.rows), along(operand.columns, stage.width, share.columns)};
    }

    Mapping& mapping_;
    const Graph& graph_;
    const ChipConfig& chip_;
};

} // namespace

void allocate_parts(Mapping& mapping, const Graph& graph, const ChipConfig& chip)
{
    Allocator(mapping, graph, chip).allocate();
}

} // namespace imc::mapping
