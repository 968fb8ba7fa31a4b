#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/values/chip_arrays.h"
#include "sim/values/layer.h"
#include "sim/values/snr.h"
#include "workloads/execute/execute.h"
#include "workloads/graph.h"

namespace imc::values
{

/// A contraction that runs on arrays: its node in the quantised network, its stage in the mapping, its weights.
struct MappedLayer {
    NodeId node;
    mapping::StageId stage;
    TileTypeId type; ///< of the tiles that hold it
    std::shared_ptr<const LayerMatrix> matrix;
    std::uint64_t first_array = 0; ///< its arrays are numbered from here
    std::vector<Matrix<std::int32_t>>
        calibration; ///< vectors fed to each cut by calibration images, if ranges need them
};

/// A quantised network laid out on a chip's arrays; no physics yet. Contractions that are not on arrays (depthwise
/// on the vector unit) are computed exactly.
class MappedNetwork
{
public:
    /// `graph` is the quantised form of the network that was mapped; nodes are found by name. Throws ConfigError if a
    /// layer that is on arrays is not an integer contraction or has wider operands than was mapped.
    MappedNetwork(Graph graph, const Graph& mapped, const mapping::Mapping& mapping,
                  const IdVector<TileTypeId, MacroConfig>& macros, const mapping::PrecisionOptions& precision,
                  const mapping::Options& options, const Imperfections& imperfections);
    /// On a chip of one tile type.
    MappedNetwork(Graph graph, const Graph& mapped, const mapping::Mapping& mapping, const MacroConfig& macro,
                  const mapping::PrecisionOptions& precision, const mapping::Options& options,
                  const Imperfections& imperfections);

    const Graph& graph() const { return graph_; }
    const std::vector<MappedLayer>& layers() const { return layers_; }
    /// Converters are left out of the imperfections.
    bool ideal_converters() const { return ideal_converters_; }
    bool needs_calibration() const;
    /// Keeps what these images (one batch each) feed to the arrays, for the converters' ranges.
    void calibrate(std::span<const std::vector<Value>> images);

    /// The layer of a node of graph(); nullptr if it is not on arrays.
    const MappedLayer* layer_of(NodeId node) const;

private:
    Graph graph_;
    bool ideal_converters_;
    std::vector<MappedLayer> layers_;
    IdVector<NodeId, std::size_t> layer_of_node_; ///< index + 1; 0: none
};

/// The physics of the arrays of each tile type; none: ideal cells.
using PhysicsOfTypes = IdVector<TileTypeId, std::optional<Physics>>;
using TypePhysics = IdVector<TileTypeId, const Physics*>;
TypePhysics pointers(const PhysicsOfTypes& physics);

/// One programmed chip: every layer's arrays with their own devices.
class ChipInstance
{
public:
    /// The physics' seeds name the instance.
    ChipInstance(const MappedNetwork& network, const TypePhysics& physics);
    /// On a chip of one tile type.
    ChipInstance(const MappedNetwork& network, const Physics* physics);

    /// One batch through the arrays. `image` numbers it among all that this instance sees (fast read noise), `hold`
    /// says which draw of the slow read noise the cells are in.
    /// `watch`, if given, sees what each layer's arrays are fed.
    using Watch = std::function<void(const MappedLayer&, const kernel::Arguments&)>;
    std::vector<Value> run(std::span<const Value> inputs, std::uint64_t image, std::uint64_t hold,
                           const Watch& watch = {});

    /// The arrays of a layer of the network.
    const LayerArrays& arrays(const MappedLayer& layer) const
    {
        return *arrays_[static_cast<std::size_t>(&layer - network_.layers().data())];
    }

private:
    const MappedNetwork& network_;
    bool holds_ = false;
    std::uint64_t held_ = ~std::uint64_t{0};           ///< the last hold
    std::vector<std::unique_ptr<LayerArrays>> arrays_; ///< as network.layers()
};

/// Errors of one layer's arrays, by their parts, over at most `vectors` output positions per cut of what `a` feeds.
ErrorPowers layer_errors(const MappedLayer& layer, const kernel::Arguments& a, const Physics* physics,
                         std::int64_t vectors);

} // namespace imc::values
