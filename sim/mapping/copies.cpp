#include "sim/mapping/copies.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace imc::mapping
{

int Copies::count() const
{
    int sum = 0;
    for (const CopyGroup& group : groups)
        sum += group.count;
    return sum;
}

double Copies::positions() const
{
    double most = 0.0;
    for (const CopyGroup& group : groups)
        most = std::max(most, static_cast<double>(group.share.tokens()) / group.count);
    return most;
}

int Copies::strips() const
{
    std::set<int> first;
    for (const CopyGroup& group : groups)
        first.insert(group.share.columns.front());
    return static_cast<int>(first.size());
}

double interval_of(const Workload& layer, const Copies& copies)
{
    double most = copies.positions() * layer.cycles_each;
    for (const CopyGroup& group : copies.groups)
        most = std::max(most, static_cast<double>(group.share.tokens()) * layer.cycles_shared);
    return most;
}

} // namespace imc::mapping
