#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/mapping/stages.h"
#include "sim/mapping/tile_types.h"

/// Which layers go to which of a chip's tile types. Those that a rule of `mapping.tile_of` fits go to the type it
/// names. The others go, as long as the types' tiles last, to the type on which `mapping.tile_choice` is least, of
/// those on which the layer does not slow down the pipeline: one copy of some layer takes at least so long, wherever it
/// is, and the others may take as long. Balanced replication makes any layer as fast as it has to be with more copies;
/// then what counts is area times time or, for the interval, tiles times time.
namespace imc::mapping
{

class LayerTypes
{
public:
    /// Throws ConfigError for a rule that names a type the chip has not, or a layer that does not run on arrays.
    LayerTypes(Pipeline pipeline, const Graph& graph, const TileTypes& types, const Options& options);

    TileTypeId operator[](StageId stage) const { return chosen_[stage.value()]; }
    /// The rule that decided; none: it was chosen.
    std::optional<std::size_t> rule(StageId stage) const { return rule_[stage.value()]; }

    /// A type of which `used` tiles are more than there may be: moves the layer on it that loses least, and that was
    /// not moved before, to a type that has room. False if there is none.
    bool relieve(const std::vector<std::int64_t>& used, const std::function<bool(StageId)>& on_arrays);

private:
    void apply_rules(const Options& options);
    bool is_of(StageId layer, LayerKind kind) const;
    void choose(const Options& options);
    double cycles_of_pipeline(const Options& options) const;
    double cycles_on(StageId layer, TileTypeId type, const Options& options) const;

    /// Of a layer on a type.
    struct Cost {
        double slowdown = 1.0;  ///< of the pipeline
        double cost = 0.0;      ///< by the choice
        std::int64_t tiles = 0; ///< one copy
        bool operator<(const Cost& other) const
        {
            return slowdown != other.slowdown ? slowdown < other.slowdown : cost < other.cost;
        }
    };

    Pipeline pipeline_;
    const TileTypes& types_;
    std::vector<StageId> layers_; ///< contractions, in order
    std::vector<TileTypeId> chosen_;
    std::vector<std::optional<std::size_t>> rule_;
    std::vector<std::vector<Cost>> cost_; ///< of each stage on each type
    std::vector<std::vector<char>> left_; ///< types that a stage was moved from
    std::vector<const Contraction*> contraction_;
};

/// Whether a name fits a pattern in which * stands for any characters and ? for one.
bool fits_pattern(std::string_view name, std::string_view pattern);

} // namespace imc::mapping
