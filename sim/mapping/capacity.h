#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "arch/config/chip.h"
#include "arch/program/program.h"
#include "sim/base/errors.h"
#include "sim/mapping/lags.h"

namespace imc::mapping
{

/// How much room a flow is given.
enum class Room {
    overlap, ///< layers overlap: the next row's window arrives while one is read
    minimal, ///< just enough that nothing stops
    window,  ///< minimal, but what runs ahead of another operand waits elsewhere (the global buffer)
};

/// Rows of a flow that its receiver must have room for: those a window of the share reads, those that run ahead
/// meanwhile (`ahead`, see rows_ahead) and, to let layers overlap, what the next row's window adds.
std::int64_t line_buffer_rows(const program::Reach& reach, const std::vector<int>& share,
                              const std::vector<int>& region, const std::vector<int>& ahead, Room room, int extra_rows);

/// Bits that so many rows take in the buffer of a receiver that computes `results`. A pool folds each token into the
/// results it belongs to when it arrives, so its rows take the room of the results under way.
std::int64_t line_buffer_bits(const program::Input& input, const program::Region& results, std::int64_t rows,
                              std::int64_t columns, std::int64_t bits, bool folds);

/// Bits of a tile's buffer that flows into it reserve.
std::vector<std::int64_t> reserved_bits(const program::Program& program);

/// Bits that a tile's buffer has, by its type.
std::int64_t buffer_bits(const program::Program& program, const ChipConfig& chip, TileId tile);

/// Tiles whose buffer is too small for what it must hold.
std::set<TileId> overfull_tiles(const program::Program& program, const ChipConfig& chip);

/// A tile's buffer does not hold what its layers must keep.
class BufferTooSmall : public RunError
{
public:
    BufferTooSmall(const std::string& what, std::map<TileId, std::vector<LayerId>> layers)
        : RunError(what), layers_(std::move(layers))
    {
    }
    /// Of every such tile, the one that keeps most first.
    const std::map<TileId, std::vector<LayerId>>& layers() const { return layers_; }

private:
    std::map<TileId, std::vector<LayerId>> layers_;
};

/// Throws BufferTooSmall naming a tile, its layers and the missing bytes if there is an overfull tile, RunError if the
/// global buffer does not hold what waits there.
void check_buffers(const program::Program& program, const ChipConfig& chip);

} // namespace imc::mapping
