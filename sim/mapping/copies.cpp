#include <algorithm>
#include <stdexcept>

#include "sim/mapping/mapping.h"

namespace imc::mapping
{

int Copies::count() const
{
    int sum = 0;
    for (const Strip& strip : strips)
        sum += strip.turns;
    return sum;
}

std::int64_t Copies::positions(int height) const
{
    std::int64_t most = 0;
    for (const Strip& strip : strips)
        most = std::max(most, static_cast<std::int64_t>(strip.last - strip.first) *
                                  ((height + strip.turns - 1) / strip.turns));
    return most;
}

program::Region Copies::share(int copy, int height) const
{
    for (const Strip& strip : strips) {
        if (copy < strip.turns) {
            program::Region region;
            region.columns = program::range(strip.first, strip.last);
            for (int row = copy; row < height; row += strip.turns)
                region.rows.push_back(row);
            return region;
        }
        copy -= strip.turns;
    }
    throw std::out_of_range("a layer has fewer copies than asked for");
}

} // namespace imc::mapping
