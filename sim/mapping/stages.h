#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "arch/program/program.h"
#include "sim/base/ids.h"
#include "workloads/graph.h"

/// A network as a pipeline of stages: contractions with what is computed on their results before they leave
/// the tile, and stages of vector work of their own (pools, joins, softmax). Moves of data (flatten, concat,
/// channel slices, padding, nearest resize) become views: which channels of which stage an operand consists of.
namespace imc::mapping
{

using StageId = Id<struct StageTag>;

/// Channels [begin, end) of a stage's result; of no stage: zeros (padding of channels).
struct Piece {
    StageId stage;
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t channels() const { return end - begin; }
};

/// An operand: the channels of its pieces one after the other, on a common map.
struct View {
    std::vector<Piece> pieces;
    int height = 1; ///< of the map as the operator sees it
    int width = 1;
    int pad_top = 0; ///< rows and columns of padding before the stages' maps begin
    int pad_left = 0;
    int enlarge_rows = 1; ///< nearest-resize factors
    int enlarge_columns = 1;
    /// The map was flattened into channels: channel c of the operand is position c % points of channel c / points.
    std::int64_t points = 1;

    std::int64_t channels() const;
    bool has_zeros() const;
    /// A stage it comes from; all have the same map.
    StageId source() const;
};

struct StageInput {
    View view;
    program::Reach rows;
    program::Reach columns;
};

enum class StageKind { source, contraction, vector, sink };

/// Vector work per output value.
struct StageWork {
    program::VectorFunction function;
    std::int64_t per_value = 1; ///< operations for each value of the result
};

struct Stage {
    StageKind kind = StageKind::vector;
    std::string name;
    std::string op;
    NodeId node; ///< invalid for sources and sinks
    std::int64_t macs = 0;
    std::int64_t channels = 1;
    int height = 1;
    int width = 1;
    std::vector<StageInput> inputs;  ///< the moving operand first; then operands joined to the result
    std::vector<StageWork> work;     ///< after the contraction, or all of it
    bool mixes_channels = false;     ///< vector work that needs all channels of a position (softmax)
    bool join_first_operand = false; ///< vector stage: inputs[0] is an operand like the others

    std::int64_t positions() const { return static_cast<std::int64_t>(height) * width; }
};

struct Pipeline {
    IdVector<StageId, Stage> stages; ///< in an order in which producers come first
    std::vector<LayerId> layer;      ///< of each stage; invalid for sources and sinks
    std::size_t layers = 0;
};

/// Throws ConfigError naming the node and operator that cannot be run as a streamed pipeline.
Pipeline build_pipeline(const Graph& graph);

} // namespace imc::mapping
