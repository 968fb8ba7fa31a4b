#pragma once

#include <map>
#include <memory>
#include <vector>

#include <systemc>

#include "arch/config/chip.h"
#include "arch/macro_values.h"
#include "arch/tile/units.h"

/// The modules within a tile. None has a process: the tile's own serves them all, and calls them.
namespace imc
{

/// Tokens that arrive lie here, each edge in its own reserve, until the actors that need them have read them.
class InputBuffer : public sc_core::sc_module
{
public:
    explicit InputBuffer(const sc_core::sc_module_name& name) : sc_module(name) {}

    tile::Unit port;         ///< to the cores and the vector unit; its banks are in the time of a service
    std::int64_t tokens = 0; ///< that have arrived
};

/// Results wait here until each of their receivers has room.
class OutputBuffer : public sc_core::sc_module
{
public:
    explicit OutputBuffer(const sc_core::sc_module_name& name) : sc_module(name) {}

    std::int64_t tokens = 0; ///< that were written
};

/// Adds partial sums of arrays and of other tiles.
class AccumulatorUnit : public sc_core::sc_module
{
public:
    explicit AccumulatorUnit(const sc_core::sc_module_name& name) : sc_module(name) {}

    tile::Unit lanes;
};

/// Activations, pooling, element-wise functions, requantisation.
class VectorUnit : public sc_core::sc_module
{
public:
    explicit VectorUnit(const sc_core::sc_module_name& name) : sc_module(name) {}

    tile::Unit lanes;
};

/// Where network input comes from, results go to and what does not fit in tiles is kept.
class GlobalBuffer : public sc_core::sc_module
{
public:
    explicit GlobalBuffer(const sc_core::sc_module_name& name) : sc_module(name) {}

    tile::Unit port; ///< the pins pass the same bits, and the slower of the two sets the pace
};

/// The chip's connection to the world.
class Pins : public sc_core::sc_module
{
public:
    explicit Pins(const sc_core::sc_module_name& name) : sc_module(name) {}

    std::int64_t tokens = 0; ///< that came in or went out
};

/// The macros of a core that the program uses, as modules (circuit detail).
class Core : public sc_core::sc_module
{
public:
    /// `macros`: their numbers in the core.
    Core(const sc_core::sc_module_name& name, const std::vector<int>& macros, const MacroConfig& config,
         const MacroCosts& costs, const Clock& clock);

    /// The macro of that number; std::out_of_range if there is none.
    ValueTimer& macro(int number) { return *macros_.at(number); }

private:
    std::map<int, std::unique_ptr<ValueTimer>> macros_;
};

} // namespace imc
