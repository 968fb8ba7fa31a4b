#include "sim/mapping/mapping.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/mapping/mesh_fit.h"
#include "sim/mapping/parts.h"
#include "sim/mapping/reduction.h"
#include "sim/mapping/replication.h"
#include "sim/mapping/tile_choice.h"
#include "sim/mapping/tile_types.h"

namespace imc::mapping
{

namespace
{

class Mapper
{
public:
    Mapper(const Graph& graph, const ChipConfig& chip, const PrecisionOptions& precision, const Options& options,
           const Concessions& concessions)
        : graph_(graph), chip_(chip), precision_(precision), options_(options), concessions_(concessions),
          types_(chip, precision, options), chosen_(build_pipeline(graph), graph, types_, options)
    {
    }

    Mapping map()
    {
        const bool relieving = options_.replicates() && options_.depthwise == Depthwise::fastest;
        hasty_ = relieving && depthwise_on_vector_units();
        lay_out_within_counts();
        if (hasty_)
            relieve_vector_units();
        allocate_parts(mapping_, graph_, chip_);
        fit_mesh(mapping_, graph_.name, chip_);
        assume_reduction(mapping_, options_);
        return std::move(mapping_);
    }

private:
    const IdVector<StageId, Stage>& stages() const { return mapping_.pipeline.stages; }
    const Contraction* contraction_of(const Stage& stage) const
    {
        return stage.node.valid() ? graph_.node(stage.node).as<Contraction>() : nullptr;
    }

    void lay_out()
    {
        mapping_.pipeline = build_pipeline(graph_);
        mapping_.layers.assign(stages().size(), {});
        for (std::size_t s = 0; s < stages().size(); ++s)
            tile(StageId(s));
        replicate();
    }

    /// Where a type has too few tiles for the layers that are best on it, some go to another.
    void lay_out_within_counts()
    {
        lay_out();
        if (types_.size() == 1)
            return;
        const auto on_arrays = [&](StageId stage) { return !mapping_.layers[stage.value()].on_vector_unit(); };
        for (;;) {
            std::vector<std::int64_t> used;
            for (const TypeUse& type : mapping_.types)
                used.push_back(type.tiles);
            if (!chosen_.relieve(used, on_arrays))
                return;
            lay_out();
        }
    }

    bool depthwise_on_vector_units() const
    {
        return std::ranges::any_of(build_pipeline(graph_).stages, [&](const Stage& stage) {
            const Contraction* contraction = contraction_of(stage);
            return contraction && contraction->depthwise();
        });
    }

    /// Copies of a layer on arrays make it faster, a vector unit stays as fast as it is. Of the depthwise layers on
    /// vector units those that keep them busy longest go to arrays, as many as shorten the interval.
    void relieve_vector_units()
    {
        std::vector<std::pair<double, StageId>> layers;
        for (std::size_t s = 0; s < stages().size(); ++s)
            if (const Stage& stage = stages()[StageId(s)]; stage.kind == StageKind::vector && stage.macs > 0)
                layers.emplace_back(-alone_on_vector_unit(StageId(s)).most() * static_cast<double>(stage.positions()),
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
        hasty_ = false;
        move(chosen);
    }

    StageCycles guest_work(const Stage& stage, TileTypeId type) const
    {
        const Contraction* c = contraction_of(stage);
        return types_.cycles_shared(stage, Tiling{}, c ? c->k : 0, type);
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
        const LayerMapping& layer = mapping_.layers[host.value()];
        const double tiles =
            std::ceil(static_cast<double>(layer.tiling.arrays) / static_cast<double>(types_[layer.type].arrays()));
        const double positions =
            static_cast<double>(guest.positions()) / static_cast<double>(stages()[host].positions());
        return guest_work(guest, layer.type) * (positions / tiles);
    }

    /// What is slowest decides: on arrays the macros or what the layer's own tile has once, on the vector unit what the
    /// tiles of its operand have once, which they need for the operand, too.
    bool faster_on_vector_unit(StageId id, const Stage& on_vector, const Tiling& tiling) const
    {
        const TileTypeId type = chosen_[id];
        const double arrays = std::max(types_.cycles_each(stages()[id], tiling, type),
                                       types_.cycles_shared(stages()[id], tiling, 0, type).most());
        const double sent = // the operand leaves its tiles
            std::ceil(static_cast<double>(stages()[id].channels * precision_.activation_bits) / chip_.noc.flit_bits);
        const StageId host = host_of(stages()[id].inputs.front().view.source());
        if (!host.valid())
            return guest_work(on_vector, type).most() < arrays;
        StageCycles all = own_work(host);
        all += guest_cycles(on_vector, host);
        const auto results = static_cast<double>(stages()[id].positions());
        const auto operands = static_cast<double>(stages()[host].positions());
        return all.most() * operands < std::max(arrays * results, sent * operands);
    }

    StageCycles alone_on_vector_unit(StageId id) const
    {
        const StageId host = host_of(id);
        return guest_work(stages()[id], host.valid() ? mapping_.layers[host.value()].type : chosen_[id]);
    }

    StageCycles own_work(StageId layer) const
    {
        const LayerMapping& laid_out = mapping_.layers[layer.value()];
        return types_.cycles_shared(stages()[layer], laid_out.tiling, 0, laid_out.type);
    }

    /// Whether the tiles that compute an operand are all of a type.
    bool computed_on(const View& operand, TileTypeId type) const
    {
        return std::ranges::all_of(operand.pieces, [&](const Piece& piece) {
            const StageId host = piece.stage.valid() ? host_of(piece.stage) : StageId();
            return !host.valid() || mapping_.layers[host.value()].type == type;
        });
    }

    /// A depthwise layer that a rule puts on tiles of another type than its operand's runs on arrays there.
    bool ruled_elsewhere(StageId id) const
    {
        if (!chosen_.rule(id) || computed_on(stages()[id].inputs.front().view, chosen_[id]))
            return false;
        if (options_.depthwise == Depthwise::vector_unit)
            throw ConfigError(
                fmt::format("mapping.tile_of[{}]", *chosen_.rule(id)),
                fmt::format("puts depthwise layer '{}' on tiles of type '{}', but by mapping.depthwise it "
                            "runs on the vector units of the tiles that compute its operand",
                            stages()[id].name, types_[chosen_[id]].name));
        return true;
    }

    void tile(StageId id)
    {
        Stage& stage = mapping_.pipeline.stages[id];
        if (stage.kind != StageKind::contraction)
            return;
        mapping_.layers[id.value()].type = chosen_[id];
        const Contraction& c = *contraction_of(stage);
        Tiling tiling = types_.tiling(c, chosen_[id]);
        if (c.depthwise() && options_.depthwise != Depthwise::arrays && !on_arrays_.count(id) && !ruled_elsewhere(id)) {
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
        StageCycles cycles = own_work(host);
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
            const LayerMapping& layer = mapping_.layers[s];
            work.push_back({stage.height, stage.width, types_.whole_macros(layer.tiling.arrays, layer.type)});
            work.back().type = layer.type;
            work.back().strips = concessions_.strips.contains(StageId(s));
            work.back().apart = concessions_.apart.contains(StageId(s));
            work.back().whole = concessions_.whole.contains(StageId(s));
            if (layer.tiling.arrays > 0) {
                work.back().cycles_each = types_.cycles_each(stage, layer.tiling, layer.type);
                work.back().on_tile = busy(StageId(s));
                work.back().cycles_shared = work.back().on_tile.most();
                work.back().in_all = types_.cycles_in_all(stage, layer.tiling, layer.type);
            } else if (const StageId host = host_of(StageId(s)); stage.kind == StageKind::vector && host.valid()) {
                work.back().type = mapping_.layers[host.value()].type;
                work.back().in_all = guest_work(stage, work.back().type);
            }
        }
        ArrayLayouts layouts;
        std::int64_t room = 0;
        for (std::size_t t = 0; t < types_.size(); ++t) {
            const TileConfig& tile = types_[TileTypeId(t)];
            const std::int64_t most = chip_.capacity(TileTypeId(t));
            layouts.push_back({tile.arrays(), std::int64_t{tile.core.macros} * tile.core.macro.arrays, most});
            room += most;
        }
        std::int64_t budget = options_.tile_budget;
        if (budget == 0)
            budget = chip_.fits_mesh() ? 0 : room;
        ReplicationPlan plan = plan_replication(work, layouts, budget, options_, concessions_.least_interval,
                                                concessions_.in_order               ? Spreading::none
                                                : hasty_ || concessions_.to_compare ? Spreading::hasty
                                                                                    : Spreading::thorough);
        for (std::size_t s = 0; s < stages().size(); ++s)
            mapping_.layers[s].copies = std::move(plan.copies[s]);
        mapping_.interval_bound_cycles = plan.bound;
        mapping_.interval_relaxed_cycles = plan.relaxed;
        mapping_.interval_cycles = plan.interval;
        mapping_.buffers_full = concessions_.buffers_full;
        mapping_.tiles = plan.tiles.size();
        mapping_.tile_budget = std::max(budget, static_cast<std::int64_t>(mapping_.tiles));
        mapping_.tile_types = {};
        mapping_.types = IdVector<TileTypeId, TypeUse>(types_.size());
        for (const TileTypeId type : plan.tiles) {
            mapping_.tile_types.push_back(type);
            ++mapping_.types[type].tiles;
        }
    }

    const Graph& graph_;
    const ChipConfig& chip_;
    const PrecisionOptions& precision_;
    const Options& options_;
    const Concessions& concessions_;
    TileTypes types_;
    LayerTypes chosen_;
    Mapping mapping_;
    bool hasty_ = false;          ///< whether this is to compare
    std::set<StageId> on_arrays_; ///< depthwise layers that would be faster alone on a vector unit
};

} // namespace

Mapping map_network(const Graph& graph, const ChipConfig& chip, const PrecisionOptions& precision,
                    const Options& options, const Concessions& concessions)
{
    return Mapper(graph, chip, precision, options, concessions).map();
}

} // namespace imc::mapping
