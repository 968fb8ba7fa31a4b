#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "arch/config/message_class.h"
#include "arch/config/operation.h"
#include "sim/base/ids.h"

/// What a chip executes: actors on tiles and the flows between them. The interface between the mapper, which
/// writes programs, and the hardware, which runs them; it knows nothing of networks.
///
/// An actor produces one token per output position of its share, in raster order, inference after inference.
/// Loops are not unrolled: a program's size grows with the mapping, not with the map or the inferences.
namespace imc::program
{

using FlowId = Id<struct FlowTag>;

/// A set of positions of a map that is a product of rows and columns, each ascending.
struct Region {
    std::vector<int> rows;
    std::vector<int> columns;

    std::int64_t tokens() const
    {
        return static_cast<std::int64_t>(rows.size()) * static_cast<std::int64_t>(columns.size());
    }
    bool empty() const { return rows.empty() || columns.empty(); }
    bool operator==(const Region&) const = default;
};

/// The positions first … last-1.
std::vector<int> range(int first, int last);
std::vector<int> intersection(const std::vector<int>& a, const std::vector<int>& b);
Region intersection(const Region& a, const Region& b);
Region whole(int height, int width);
/// At a glance: no row or no column of one is between those of the other.
bool apart(const Region& a, const Region& b);

/// Which inputs along one axis an output position needs: a window that slides, possibly over an enlarged map.
struct Reach {
    int in = 1; ///< positions of the producer's map
    int kernel = 1;
    int stride = 1;
    int dilation = 1;
    int pad = 0;     ///< before the first position
    int enlarge = 1; ///< the producer's map is repeated this many times along the axis (nearest resize)

    /// First position of the producer's map that output `o` or any later one needs, and the last that `o` or any
    /// earlier one needs: both ascend with `o`. first > last if it sees padding only.
    int first(int o) const;
    int last(int o) const;
    /// Every position some output of `outputs` needs, ascending.
    std::vector<int> needed(const std::vector<int>& outputs) const;
    /// The same; where `outputs` see padding only, the position beside it: they wait for it all the same, as they
    /// belong to an inference that has begun.
    std::vector<int> awaited(const std::vector<int>& outputs) const;

    static Reach all(int in) { return {in, in, 1, 1, 0, 1}; }
    static Reach same(int in) { return {in, 1, 1, 1, 0, 1}; }
    bool operator==(const Reach&) const = default;
};

/// A stream of tokens from one actor to one input of another. In order; the receiver reserves its space.
struct Flow {
    ActorId from;
    ActorId to;
    std::size_t port = 0;  ///< input of `to`
    Region region;         ///< which of the producer's tokens
    std::int64_t bits = 0; ///< of one token
    /// Space is reserved, freed and credited in granules of this many consecutive tokens (the last one of an
    /// inference may be smaller): a row of a line buffer, a few tokens where the receiver keeps no rows.
    std::int64_t granule = 1;
    std::int64_t capacity = 1; ///< granules the receiver has room for
    std::int64_t reserved_bits =
        0; ///< of the receiver's buffer; less than all its tokens where they are folded on arrival
    MessageClass message_class = MessageClass::activation;
    std::int64_t first_channel = 0; ///< flows of one actor with the same first channel and bits carry the same
    /// Tokens of a row that travel as one packet; more than one only if they fit in a flit, and rows consist of whole
    /// granules of at least as many.
    std::int64_t per_packet = 1;

    /// Tokens of the packet that begins with a token; counted over inferences.
    std::int64_t in_packet(std::int64_t token) const
    {
        const auto columns = static_cast<std::int64_t>(region.columns.size());
        return std::min(per_packet, columns - token % columns);
    }
};

/// One operand of an actor. Output position (y, x) needs every token in its reach of all flows of this port.
struct Input {
    Reach rows;
    Reach columns;
};

/// What the vector unit does; cycles and energy per operation are the tile's.
enum class VectorFunction : std::uint8_t { add, multiply, compare, lookup, requantize, divide, copy };
inline constexpr std::size_t vector_function_count = 7;
const char* name_of(VectorFunction function);

struct VectorWork {
    VectorFunction function = VectorFunction::add;
    std::int64_t operations = 0; ///< per firing
};

/// Arrays of one macro that work in lockstep in each firing.
struct MacroUse {
    int core = 0;
    int macro = 0; ///< in the core
    MvmOperation operation;
    std::int64_t result_bits = 0; ///< over the core's result bus, per firing
    /// Of the firings of an inference in order, where data set the time of operations; empty: `operation`'s for all.
    std::vector<ActivityRun> trace;

    MvmOperation operation_at(std::int64_t firing) const;
};

/// What one firing does, as amounts; the hardware turns them into cycles and energy.
struct Work {
    std::int64_t fetch_bits = 0;      ///< tile buffer → input registers, at the first position of a row of the share
    std::int64_t fetch_bits_next = 0; ///< the same at every other position
    std::int64_t register_bits = 0;   ///< written to input registers (copies for several cores counted)
    std::vector<MacroUse> macros;
    std::int64_t accumulations = 0; ///< partial sums added to others
    std::vector<VectorWork> vector;
    std::int64_t result_bits = 0; ///< the token, written to the output buffer
    std::int64_t memory_bits = 0; ///< moved through the global buffer (or the chip's pins)
};

enum class ActorKind : std::uint8_t { source, mvm, post, vector, spill, sink };
const char* name_of(ActorKind kind);

struct Actor {
    std::string name;
    ActorKind kind = ActorKind::mvm;
    TileId tile;
    LayerId layer; ///< invalid: no layer's (chip input and output)
    Region share;
    std::vector<Input> inputs;
    Work work;
    int copies = 1;       ///< sets of macros like work.macros, on the same tile, that take the firings in turn
    int output_slots = 2; ///< tokens that may wait in the output buffer or be under way to it

    std::int64_t macros() const { return static_cast<std::int64_t>(work.macros.size()) * copies; }
};

struct Program {
    IdVector<ActorId, Actor> actors;
    IdVector<FlowId, Flow> flows;
    std::size_t tiles = 0; ///< tile ids are below this; the chip's memory node included
    TileId memory_tile;    ///< where sources, sinks and spills live
    /// Of each tile, which of the chip's types it is; those beyond its end are of the first.
    IdVector<TileId, TileTypeId> tile_types;
    std::vector<std::uint32_t> endpoint; ///< network endpoint of each tile
    std::size_t layers = 0;

    TileTypeId type_of(TileId tile) const
    {
        return tile.value() < tile_types.size() ? tile_types[tile] : TileTypeId(0);
    }
};

/// Throws std::logic_error naming the first actor or flow that refers to something that does not exist or
/// has regions outside its producer's share.
void check(const Program& program);

} // namespace imc::program
