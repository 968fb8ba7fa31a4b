#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/config/visitor.h"

namespace imc::mapping
{

struct PrecisionOptions {
    int weight_bits = 8;
    int activation_bits = 8;
    bool signed_activations = false; ///< inputs of arrays may be negative

    void fields(config::Visitor& v);
};

enum class Fetch { full_window, sliding };
enum class RowOrder { channel, kernel };
enum class Depthwise { fastest, arrays, vector_unit };
enum class Replication { none, balanced, fed };
enum class CopyShape { mixed, strips };
enum class Reduction { cheapest, reducer, path };
enum class Placement { improved, snake, random };
enum class LayerKind { any, first, last, depthwise, convolution, dense };
enum class TileChoice { area, energy, interval };

/// Which layers are mapped on which of a chip's tile types.
struct TileRule {
    std::string layers = "*"; ///< names; * stands for any characters, ? for one
    LayerKind kind = LayerKind::any;
    std::string tile; ///< name of the type

    void fields(config::Visitor& v);
};

struct Options {
    Fetch fetch = Fetch::full_window;
    RowOrder row_order = RowOrder::channel;
    Depthwise depthwise = Depthwise::fastest;
    Replication replication = Replication::none;
    std::int64_t tile_budget = 0; ///< tiles that replication may use; 0: the mesh, or no more than unreplicated
    CopyShape copy_shape = CopyShape::mixed;
    bool share_tiles = false; ///< a layer may start on a tile that another left partly free; balanced copies always may
    std::int64_t positions_per_copy = 0; ///< replicate until no copy has more output positions; 0: no such bound
    Reduction reduction = Reduction::cheapest;
    Placement placement = Placement::improved;
    std::int64_t placement_moves = 40000;      ///< tried by the improved placement
    bool minimal_buffers = false;              ///< reserve only what keeps the pipeline from stopping
    int extra_rows = 0;                        ///< line buffer rows beyond window + stride
    std::vector<TileRule> tile_of;             ///< the first one that fits a layer holds
    TileChoice tile_choice = TileChoice::area; ///< what decides for layers that no rule fits

    bool replicates() const { return replication != Replication::none; }
    void fields(config::Visitor& v);
};

} // namespace imc::mapping
