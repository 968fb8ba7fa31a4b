#pragma once

#include <cstdint>
#include <vector>

#include "arch/config/chip.h"
#include "sim/base/ledger.h"

namespace imc
{

/// All instances of one block on a chip.
struct Block {
    Component component = Component::control;
    std::string name;
    std::int64_t instances = 0;
    double area_m2 = 0.0;   ///< of all instances
    double leakage_w = 0.0; ///< of all instances, eDRAM refresh included
    double rating_w = 0.0;  ///< of all instances, at full activity
    std::string source;
};

/// Everything that a chip with so many tiles consists of. Areas include the chip's and the macros' overhead factors.
std::vector<Block> inventory(const ChipConfig& chip, std::int64_t tiles);

double total_area_m2(const std::vector<Block>& blocks);
double total_leakage_w(const std::vector<Block>& blocks);
double total_rating_w(const std::vector<Block>& blocks);

} // namespace imc
