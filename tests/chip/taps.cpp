#include "tests/chip/taps.h"

namespace imc::test
{

std::set<int> taps(const program::Reach& reach, int output)
{
    std::set<int> result;
    for (int tap = 0; tap < reach.kernel; ++tap) {
        const int at = output * reach.stride - reach.pad + tap * reach.dilation;
        if (at >= 0 && at < reach.in * reach.enlarge)
            result.insert(at / reach.enlarge);
    }
    return result;
}

std::vector<int> common(const std::set<int>& needed, const std::vector<int>& owned)
{
    std::vector<int> result;
    for (const int at : owned)
        if (needed.count(at))
            result.push_back(at);
    return result;
}

std::set<int> all_taps(const program::Reach& reach, const std::vector<int>& outputs)
{
    std::set<int> result;
    for (const int o : outputs)
        result.merge(taps(reach, o));
    return result;
}

std::int64_t times_rows_are_freed(const program::Reach& reach, const std::vector<int>& outputs,
                                  const std::vector<int>& rows)
{
    std::set<int> last_use;
    for (const int row : rows) {
        std::size_t last = 0;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const std::set<int> read = taps(reach, outputs[i]);
            // A row is kept while a later window may begin at or before it.
            if (!read.empty() && *read.begin() <= row)
                last = i;
        }
        last_use.insert(static_cast<int>(last));
    }
    return static_cast<std::int64_t>(last_use.size());
}

} // namespace imc::test
