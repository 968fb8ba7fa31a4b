#include "sim/mapping/mapping.h"

namespace imc::mapping
{

std::int64_t Copies::positions(int height, int width) const
{
    const std::int64_t columns = (width + strips - 1) / strips;
    const std::int64_t rows = (height + turns - 1) / turns;
    return columns * rows;
}

program::Region Copies::share(int copy, int height, int width) const
{
    const int strip = copy % strips, turn = copy / strips;
    program::Region region;
    const auto at = [&](int i) { return static_cast<int>(static_cast<std::int64_t>(width) * i / strips); };
    region.columns = program::range(at(strip), at(strip + 1));
    for (int row = turn; row < height; row += turns)
        region.rows.push_back(row);
    return region;
}

} // namespace imc::mapping
