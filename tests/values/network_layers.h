#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "arch/config/chip.h"
#include "sim/mapping/options.h"
#include "tests/values/encodings.h"
#include "workloads/graph.h"

/// The layers of shipped networks on shipped chips, with full-range weights and inputs, against exact sums.
namespace imc::test
{

inline const std::filesystem::path configs = std::filesystem::path(IMC_SOURCE_DIR) / "configs";

ChipConfig shipped_chip(const std::string& name);

/// The macro with another encoding, its cells of one bit where the encoding asks for it.
MacroConfig with_encoding(MacroConfig macro, Encoding encoding);

/// How many layers ran and how many of them differed from the exact integer sums.
struct LayersRun {
    int layers = 0;
    int different = 0;
};

/// A shipped network in integers, every weight drawn from the whole range of its type.
class FullRangeNetwork
{
public:
    explicit FullRangeNetwork(std::string name);

    /// Runs every layer, mapped on a chip with this macro, on full-range inputs at a few output positions. The
    /// converters have the bits that each layer requires, less `bits_less`.
    LayersRun run(const MacroConfig& macro, ChipConfig chip, int bits_less = 0) const;

private:
    std::string name_;
    Graph graph_, quantised_;
};

} // namespace imc::test
