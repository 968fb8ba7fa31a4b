#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/run/run.h"

/// What one inference must amount to, counted from the network's shapes and from where the mapping puts what. It uses
/// neither the program nor the simulator: widths, windows, tokens, credits and routes are derived here anew.
namespace imc::test
{

using Counts = std::map<std::string, std::int64_t>; ///< "component.event" → count

/// Bits that one part of a stage sends another per inference, for checks against the network alone.
struct Stream {
    std::size_t from_tile = 0;
    std::size_t to_tile = 0;
    std::int64_t tokens = 0;
    std::int64_t bits = 0; ///< of a token
    std::int64_t credits = 0;
};

struct ClosedForms {
    std::vector<Counts> layers; ///< one per layer, and last what belongs to none
    std::vector<Stream> streams;
    std::int64_t packets = 0;
    std::int64_t flits = 0;
    std::int64_t flit_hops = 0;

    Counts total() const
    {
        Counts sum;
        for (const Counts& layer : layers)
            for (const auto& [name, count] : layer)
                sum[name] += count;
        return sum;
    }
};

/// A stream that does not fit its receiver's buffer and waits in the global buffer: which ones do is the program's
/// choice, what it costs is counted here.
struct Spill {
    std::size_t from_tile = 0;
    std::size_t to_tile = 0;
    std::int64_t tokens = 0;
    std::int64_t bits = 0; ///< of a token
    bool operator==(const Spill&) const = default;
};

/// For macros that apply inputs bit by bit, convert every column and count the inputs' bits digitally.
ClosedForms closed_forms(const run::Experiment& experiment, const Graph& graph, const mapping::Mapping& mapping,
                         const MeshShape& mesh, const std::vector<std::uint32_t>& endpoint,
                         std::vector<Spill> spills = {});

} // namespace imc::test
