#include "sim/mapping/least_reserves.h"

#include <algorithm>
#include <span>

#include "arch/program/untimed_run.h"

namespace imc::mapping
{

namespace
{

class Shrinker
{
public:
    explicit Shrinker(program::Program& program) : program_(program) {}

    void shrink(std::span<const Reserve> reserves)
    {
        if (reserves.empty() || runs_at_least(reserves))
            return;
        if (reserves.size() == 1)
            return bisect(reserves.front());
        const std::size_t half = reserves.size() / 2;
        shrink(reserves.first(half));
        shrink(reserves.subspan(half));
    }

private:
    std::int64_t room(const Reserve& reserve) const
    {
        return reserve.flow.valid() ? program_.flows[reserve.flow].capacity
                                    : program_.actors[reserve.spill].output_slots;
    }
    void set(const Reserve& reserve, std::int64_t room)
    {
        if (reserve.flow.valid())
            program_.flows[reserve.flow].capacity = room;
        else
            program_.actors[reserve.spill].output_slots = static_cast<int>(room);
    }

    /// Gives all of them their least if the program still runs.
    bool runs_at_least(std::span<const Reserve> reserves)
    {
        std::vector<std::int64_t> before;
        for (const Reserve& reserve : reserves) {
            before.push_back(room(reserve));
            set(reserve, std::min(room(reserve), reserve.least));
        }
        if (program::completes(program_))
            return true;
        for (std::size_t i = 0; i < reserves.size(); ++i)
            set(reserves[i], before[i]);
        return false;
    }

    /// It stops with the least and runs with what is there; what is there is seldom much more than needed.
    void bisect(const Reserve& reserve)
    {
        std::int64_t low = reserve.least, high = room(reserve), step = 1;
        while (high - low > 1) {
            const std::int64_t tried = std::max(high - step, (low + high) / 2);
            set(reserve, tried);
            if (program::completes(program_)) {
                high = tried;
                step *= 2;
            } else {
                low = tried;
            }
        }
        set(reserve, high);
    }

    program::Program& program_;
};

} // namespace

void make_least(program::Program& program, const std::vector<Reserve>& reserves)
{
    if (!reserves.empty() && program::completes(program))
        Shrinker(program).shrink(reserves);
}

} // namespace imc::mapping
