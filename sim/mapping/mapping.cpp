#include "sim/mapping/mapping.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "arch/macro/macro.h"
#include "sim/base/errors.h"
#include "sim/mapping/reduction.h"
#include "sim/mapping/replication.h"
#include "sim/mapping/stage_cycles.h"

namespace imc::mapping
{

namespace
{

class Mapper
{
public:
    Mapper(const Graph& graph, const ChipConfig& chip, const PrecisionOptions& precision, const Options& options)
        : graph_(graph), chip_(chip), tile_(chip.tiles.front()), precision_(precision), options_(options),
          macro_(make_macro(tile_.core.macro))
    {
    }

    Mapping map()
    {
        lay_out();
        if (options_.replication == Replication::balanced && options_.depthwise == Depthwise::fastest)
            relieve_vector_units();
        for (std::size_t s = 0; s < stages().size(); ++s)
            allocate(StageId(s));
        mapping_.memory_tile = TileId(mapping_.tiles);
        for (Part& part : mapping_.parts)
            if (!part.tile.valid())
                part.tile = mapping_.memory_tile;
        fit();
        assume_reduction(mapping_, options_);
        return std::move(mapping_);
    }

private:
    const IdVector<StageId, Stage>& stages() const { return mapping_.pipeline.stages; }

    void lay_out()
    {
        mapping_.pipeline = build_pipeline(graph_);
        mapping_.layers.assign(stages().size(), {});
        for (std::size_t s = 0; s < stages().size(); ++s)
            tile(StageId(s));
        replicate();
    }

    /// Copies of a layer on arrays make it faster, a vector unit stays as fast as it is. Of the depthwise layers on
    /// vector units those that keep them busy longest go to arrays, as many as shorten the interval.
    void relieve_vector_units()
    {
        std::vector<std::pair<double, StageId>> layers;
        for (std::size_t s = 0; s < stages().size(); ++s)
            if (const Stage& stage = stages()[StageId(s)]; stage.kind == StageKind::vector && stage.macs > 0)
                layers.emplace_back(-cycles_shared(stage, {}).most() * static_cast<double>(stage.positions()),
                                    StageId(s));
        std::sort(layers.begin(), layers.end());
        double best = mapping_.interval_cycles;
        std::size_t chosen = 0;
        const auto move = [&](std::size_t count) {
            on_arrays_.clear();
            for (std::size_t l = 0; l < count; ++l)
                on_arrays_.insert(layers[l].second);
            lay_out();
        };
        constexpr std::size_t tries = 4;
        for (std::size_t i = 1; i <= tries && !layers.empty(); ++i) {
            const std::size_t count = (layers.size() * i + tries - 1) / tries;
            move(count);
            if (mapping_.interval_cycles < best) {
                best = mapping_.interval_cycles;
                chosen = count;
            }
        }
        if (!layers.empty())
            move(chosen);
    }

    /// Cycles from one output position to the next on one copy, if only its macros and its tile's ports limit it.
    double cycles_each(const Stage& stage, const Tiling& tiling) const
    {
        int rows = 0, columns = 0;
        for (const ColumnBlock& block : tiling.blocks) {
            columns = std::max(columns, block.columns);
            for (const RowBlock& row : block.rows)
                rows = std::max(rows, row.rows);
        }
        const MacroConfig& config = tile_.core.macro;
        const int arrays = static_cast<int>(std::min<std::int64_t>(tiling.arrays, config.arrays));
        const MvmOperation operation{rows, columns, arrays, precision_.activation_bits, precision_.signed_activations,
                                     {}};
        const auto schedule = macro_->schedule(operation, chip_.clock());
        return std::max(static_cast<double>(schedule.interval),
                        cycles_on_arrays(stage, tiling, tile_, precision_, options_).fetch);
    }

    /// Cycles that a stage keeps the ports and units of a tile per output position. Vector work is done where its
    /// first operand is computed, spread over as many tiles.
    StageCycles cycles_shared(const Stage& stage, const Tiling& tiling) const
    {
        if (tiling.blocks.empty()) {
            const auto* c = stage.node.valid() ? graph_.node(stage.node).as<Contraction>() : nullptr;
            return cycles_on_vector_unit(stage, c ? c->k : 0, tile_, precision_);
        }
        StageCycles cycles = cycles_on_arrays(stage, tiling, tile_, precision_, options_);
        const double on_a_tile =
            std::min(1.0, static_cast<double>(tile_.arrays()) / static_cast<double>(tiling.arrays));
        cycles.sums *= on_a_tile;
        cycles.vector *= on_a_tile;
        return cycles;
    }

    /// The contraction on arrays on whose tiles a stage runs; invalid if there is none.
    StageId host_of(StageId id) const
    {
        while (id.valid() && mapping_.layers[id.value()].on_vector_unit())
            id = stages()[id].inputs.empty() ? StageId() : stages()[id].inputs.front().view.source();
        return id;
    }

    /// Cycles per output position of `host` of work that a stage does on its tiles.
    StageCycles guest_cycles(const Stage& guest, StageId host) const
    {
        const double tiles = std::ceil(static_cast<double>(mapping_.layers[host.value()].tiling.arrays) /
                                       static_cast<double>(tile_.arrays()));
        const double positions =
            static_cast<double>(guest.positions()) / static_cast<double>(stages()[host].positions());
        return cycles_shared(guest, Tiling{}) * (positions / tiles);
    }

    /// What is slowest decides: on arrays the macros or what the layer's own tile has once, on the vector unit what the
    /// tiles of its operand have once, which they need for the operand, too.
    bool faster_on_vector_unit(StageId id, const Stage& on_vector, const Tiling& tiling) const
    {
        const double arrays = std::max(cycles_each(stages()[id], tiling), cycles_shared(stages()[id], tiling).most());
        const double sent = // the operand leaves its tiles
            std::ceil(static_cast<double>(stages()[id].channels * precision_.activation_bits) / chip_.noc.flit_bits);
        const StageId host = host_of(stages()[id].inputs.front().view.source());
        if (!host.valid())
            return cycles_shared(on_vector, Tiling{}).most() < arrays;
        StageCycles all = cycles_shared(stages()[host], mapping_.layers[host.value()].tiling);
        all += guest_cycles(on_vector, host);
        const auto results = static_cast<double>(stages()[id].positions());
        const auto operands = static_cast<double>(stages()[host].positions());
        return all.most() * operands < std::max(arrays * results, sent * operands);
    }

    void tile(StageId id)
    {
        Stage& stage = mapping_.pipeline.stages[id];
        if (stage.kind != StageKind::contraction)
            return;
        const Contraction& c = *graph_.node(stage.node).as<Contraction>();
        Tiling tiling = tile_contraction(c, tile_.core.macro, precision_, options_);
        if (c.depthwise() && options_.depthwise != Depthwise::arrays && !on_arrays_.count(id)) {
            Stage on_vector = stage;
            on_vector.kind = StageKind::vector;
            on_vector.work.insert(on_vector.work.begin(),
                                  {{program::VectorFunction::multiply, c.k}, {program::VectorFunction::add, c.k}});
            if (options_.depthwise == Depthwise::vector_unit || faster_on_vector_unit(id, on_vector, tiling)) {
                stage = std::move(on_vector);
                return;
            }
        }
        mapping_.layers[id.value()].tiling = std::move(tiling);
    }

    /// With all stages whose work is done on the layer's tiles.
    StageCycles busy(StageId host) const
    {
        StageCycles cycles = cycles_shared(stages()[host], mapping_.layers[host.value()].tiling);
        for (std::size_t s = host.value() + 1; s < stages().size(); ++s)
            if (mapping_.layers[s].on_vector_unit() && stages()[StageId(s)].kind == StageKind::vector &&
                host_of(StageId(s)) == host)
                cycles += guest_cycles(stages()[StageId(s)], host);
        return cycles;
    }

    void replicate()
    {
        std::vector<Workload> work;
        for (std::size_t s = 0; s < stages().size(); ++s) {
            const Stage& stage = stages()[StageId(s)];
            const Tiling& tiling = mapping_.layers[s].tiling;
            work.push_back({stage.height, stage.width, whole_macros(tiling.arrays)});
            if (tiling.arrays > 0) {
                work.back().cycles_each = cycles_each(stage, tiling);
                work.back().cycles_shared = busy(StageId(s)).most();
            }
        }
        std::int64_t budget = options_.tile_budget;
        if (budget == 0)
            budget = chip_.fits_mesh() ? 0 : capacity();
        const ArrayLayout layout{tile_.arrays(), std::int64_t{tile_.core.macros} * tile_.core.macro.arrays};
        ReplicationPlan plan = plan_replication(work, layout, budget, options_);
        for (std::size_t s = 0; s < stages().size(); ++s)
            mapping_.layers[s].copies = std::move(plan.copies[s]);
        mapping_.interval_bound_cycles = plan.bound;
        mapping_.interval_least_cycles = plan.least;
        mapping_.interval_cycles = plan.interval;
        mapping_.tile_budget = std::max(budget, plan.tiles);
        mapping_.tiles = static_cast<std::size_t>(plan.tiles);
    }

    std::int64_t capacity() const
    {
        if (chip_.fits_mesh())
            return tile_.count > 0 ? tile_.count : std::int64_t{1} << 31;
        const std::int64_t room = chip_.mesh[0] * chip_.mesh[1] * chip_.noc.tiles_per_router;
        return tile_.count > 0 ? std::min<std::int64_t>(room, tile_.count) : room;
    }

    /// A macro's arrays share its sequencer: they belong to one copy of one layer.
    std::int64_t whole_macros(std::int64_t arrays) const
    {
        const std::int64_t each = tile_.core.macro.arrays;
        return (arrays + each - 1) / each * each;
    }

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

    /// Vector work is done where its first operand is computed: its channels, its share of the map.
    void allocate_vector(StageId id)
    {
        const Stage& stage = stages()[id];
        const StageInput& operand = stage.inputs.front();
        const Part& last = mapping_.parts[mapping_.layers[operand.view.source().value()].parts.back()];
        if (stage.mixes_channels || !last.tile.valid()) {
            TileId tile = last.tile;
            if (!tile.valid())
                tile = TileId(mapping_.tiles++);
            add_part({id, tile, 0, 1, program::whole(stage.height, stage.width), 0, stage.channels, 0, {}});
            return;
        }
        std::int64_t at = 0;
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
                              at + begin - piece.begin,
                              at + end - piece.begin,
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

    /// Chooses the mesh, or says by how much the network does not fit.
    void fit()
    {
        const auto needed = static_cast<std::int64_t>(mapping_.tiles);
        if (needed > capacity()) {
            std::string largest;
            std::int64_t most = 0;
            for (std::size_t s = 0; s < stages().size(); ++s)
                if (mapping_.layers[s].tiles > most) {
                    most = mapping_.layers[s].tiles;
                    largest = stages()[StageId(s)].name;
                }
            throw RunError(fmt::format("network '{}' does not fit on chip '{}': it needs {} tiles, the chip has {} "
                                       "({} more, the largest layer '{}' takes {})",
                                       graph_.name, chip_.name, needed, capacity(), needed - capacity(), largest,
                                       most));
        }
        if (chip_.fits_mesh()) {
            const std::int64_t routers =
                (std::max<std::int64_t>(needed, 1) + chip_.noc.tiles_per_router - 1) / chip_.noc.tiles_per_router;
            auto columns = static_cast<std::int64_t>(std::sqrt(static_cast<double>(routers)));
            while (columns * columns < routers)
                ++columns;
            mapping_.columns = static_cast<int>(columns);
            mapping_.rows = static_cast<int>((routers + columns - 1) / columns);
        } else {
            mapping_.columns = static_cast<int>(chip_.mesh[0]);
            mapping_.rows = static_cast<int>(chip_.mesh[1]);
        }
    }

    const Graph& graph_;
    const ChipConfig& chip_;
    const TileConfig& tile_;
    const PrecisionOptions& precision_;
    const Options& options_;
    std::unique_ptr<Macro> macro_;
    Mapping mapping_;
    std::set<StageId> on_arrays_; ///< depthwise layers that would be faster alone on a vector unit
};

} // namespace

Mapping map_network(const Graph& graph, const ChipConfig& chip, const PrecisionOptions& precision,
                    const Options& options)
{
    return Mapper(graph, chip, precision, options).map();
}

} // namespace imc::mapping
