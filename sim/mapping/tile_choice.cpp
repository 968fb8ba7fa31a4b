#include "sim/mapping/tile_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"

namespace imc::mapping
{

bool fits_pattern(std::string_view name, std::string_view pattern)
{
    if (pattern.empty())
        return name.empty();
    if (pattern.front() == '*') {
        for (std::size_t skipped = 0; skipped <= name.size(); ++skipped)
            if (fits_pattern(name.substr(skipped), pattern.substr(1)))
                return true;
        return false;
    }
    return !name.empty() && (pattern.front() == '?' || pattern.front() == name.front()) &&
           fits_pattern(name.substr(1), pattern.substr(1));
}

LayerTypes::LayerTypes(Pipeline pipeline, const Graph& graph, const TileTypes& types, const Options& options)
    : pipeline_(std::move(pipeline)), types_(types), chosen_(pipeline_.stages.size(), TileTypeId(0)),
      rule_(chosen_.size()), cost_(chosen_.size()), left_(chosen_.size()), contraction_(chosen_.size(), nullptr)
{
    for (std::size_t s = 0; s < chosen_.size(); ++s)
        if (const Stage& stage = pipeline_.stages[StageId(s)]; stage.kind == StageKind::contraction) {
            layers_.emplace_back(s);
            contraction_[s] = graph.node(stage.node).as<Contraction>();
        }
    apply_rules(options);
    if (types_.size() > 1)
        choose(options);
}

void LayerTypes::apply_rules(const Options& options)
{
    for (std::size_t r = 0; r < options.tile_of.size(); ++r) {
        const TileRule& rule = options.tile_of[r];
        const std::string place = fmt::format("mapping.tile_of[{}]", r);
        const TileTypeId type = types_.chip().type_named(rule.tile);
        if (!type.valid())
            throw ConfigError(place + ".tile", types_.chip().no_type(rule.tile));
        bool named = false;
        for (const StageId layer : layers_) {
            if (!fits_pattern(pipeline_.stages[layer].name, rule.layers))
                continue;
            named = true;
            if (!rule_[layer.value()] && is_of(layer, rule.kind)) {
                rule_[layer.value()] = r;
                chosen_[layer.value()] = type;
            }
        }
        if (!named) {
            std::vector<std::string> names;
            for (const StageId layer : layers_)
                names.push_back(pipeline_.stages[layer].name);
            throw ConfigError(place + ".layers", fmt::format("no layer that runs on arrays is called '{}'{}",
                                                             rule.layers, config::suggestion(rule.layers, names)));
        }
    }
}

bool LayerTypes::is_of(StageId layer, LayerKind kind) const
{
    const Contraction& c = *contraction_[layer.value()];
    switch (kind) {
    case LayerKind::first:
        return layer == layers_.front();
    case LayerKind::last:
        return layer == layers_.back();
    case LayerKind::depthwise:
        return c.depthwise();
    case LayerKind::convolution:
        return c.window() && !c.depthwise();
    case LayerKind::dense:
        return !c.window();
    case LayerKind::any:
        break;
    }
    return true;
}

/// Of one copy for all output positions.
double LayerTypes::cycles_on(StageId layer, TileTypeId type, const Options& options) const
{
    const Stage& stage = pipeline_.stages[layer];
    const Contraction& c = *contraction_[layer.value()];
    double cycles = types_.cycles_each(stage, types_.tiling(c, type), type);
    if (c.depthwise() && options.depthwise != Depthwise::arrays)
        cycles = std::min(cycles, types_.cycles_shared(stage, Tiling{}, c.k, type).most());
    return cycles * static_cast<double>(stage.positions());
}

/// What the slowest layer takes if each is on the type that is fastest for it, or that a rule names.
double LayerTypes::cycles_of_pipeline(const Options& options) const
{
    double slowest = 0.0;
    for (const StageId layer : layers_) {
        double fastest = std::numeric_limits<double>::infinity();
        for (std::size_t t = 0; t < types_.size(); ++t)
            if (types_.holds_weights(TileTypeId(t)) && (!rule(layer) || chosen_[layer.value()] == TileTypeId(t)))
                fastest = std::min(fastest, cycles_on(layer, TileTypeId(t), options));
        slowest = std::max(slowest, std::isinf(fastest) ? 0.0 : fastest);
    }
    return slowest;
}

void LayerTypes::choose(const Options& options)
{
    const bool balanced = options.replicates();
    const double allowed = balanced ? std::numeric_limits<double>::infinity() : cycles_of_pipeline(options);
    for (const StageId layer : layers_) {
        const std::size_t s = layer.value();
        left_[s].assign(types_.size(), 0);
        for (std::size_t t = 0; t < types_.size(); ++t) {
            const TileTypeId type(t);
            constexpr double never = std::numeric_limits<double>::infinity();
            if (!types_.holds_weights(type)) {
                cost_[s].push_back({never, never, 0});
                continue;
            }
            const Tiling tiling = types_.tiling(*contraction_[s], type);
            const double cycles = cycles_on(layer, type, options);
            const std::int64_t arrays = types_.whole_macros(tiling.arrays, type), each = types_[type].arrays();
            Cost cost{std::max(1.0, cycles / allowed), 0.0, (arrays + each - 1) / each};
            // Balanced copies share tiles with other layers.
            const double tiles = balanced ? static_cast<double>(arrays) / static_cast<double>(each) * cycles
                                          : static_cast<double>(cost.tiles);
            switch (options.tile_choice) {
            case TileChoice::area:
                cost.cost = tiles * types_.tile_area(type);
                break;
            case TileChoice::energy:
                cost.cost = types_.energy_each(tiling, type) * static_cast<double>(pipeline_.stages[layer].positions());
                break;
            case TileChoice::interval:
                cost.cost = balanced ? tiles : cycles;
                break;
            }
            cost_[s].push_back(cost);
        }
        if (!rule_[s])
            chosen_[s] = TileTypeId(
                static_cast<std::size_t>(std::min_element(cost_[s].begin(), cost_[s].end()) - cost_[s].begin()));
    }
}

bool LayerTypes::relieve(const std::vector<std::int64_t>& used, const std::function<bool(StageId)>& on_arrays)
{
    const auto room = [&](std::size_t t) { return types_.chip().capacity(TileTypeId(t)) - used[t]; };
    for (std::size_t from = 0; from < types_.size(); ++from) {
        if (room(from) >= 0)
            continue;
        std::optional<Cost> least;
        std::size_t moved = 0, target = 0;
        for (const StageId layer : layers_) {
            const std::size_t s = layer.value();
            if (chosen_[s] != TileTypeId(from) || rule_[s] || !on_arrays(layer))
                continue;
            for (std::size_t to = 0; to < types_.size(); ++to) {
                const Cost& there = cost_[s][to];
                if (to == from || left_[s][to] || std::isinf(there.cost) || room(to) < there.tiles)
                    continue;
                const double here = cost_[s][from].cost;
                const Cost loss{there.slowdown, here > 0.0 ? there.cost / here : 1.0, there.tiles};
                if (least && !(loss < *least))
                    continue;
                least = loss;
                moved = s;
                target = to;
            }
        }
        if (!least)
            continue;
        left_[moved][from] = 1;
        chosen_[moved] = TileTypeId(target);
        return true;
    }
    return false;
}

} // namespace imc::mapping
