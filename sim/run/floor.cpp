#include "sim/run/floor.h"

#include <algorithm>

#include "sim/run/bounds.h"
#include "sim/run/needed.h"

namespace imc::run
{

namespace
{

constexpr std::size_t resources = 6;

/// Work of one user of a unit, and when it can begin.
struct Claim {
    Cycle from = 0;
    Cycle work = 0;
};

/// When a unit can be done with all of them, in whatever order: the latest k cannot begin before the first of these
/// does.
Cycle end_of(std::vector<Claim> claims)
{
    std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) { return a.from > b.from; });
    Cycle end = 0, work = 0;
    for (const Claim& claim : claims) {
        work += claim.work;
        end = std::max(end, claim.from + work);
    }
    return end;
}

} // namespace

Floor::Floor(const Experiment& experiment, const Mapped& mapped, tile::ServiceTable& services)
    : bound_(bounds_of(experiment, mapped, services, Served::for_output).highest().cycles)
{
    if (experiment.run.ideal.units)
        return;
    const program::Program& program = mapped.program;
    const IdVector<ActorId, std::int64_t> needed = needed_tokens(program);
    for (std::size_t a = 0; a < program.actors.size(); ++a) {
        const program::Actor& actor = program.actors[ActorId(a)];
        const tile::Service service = services.service(actor);
        const auto width = static_cast<Cycle>(actor.share.columns.size());
        const Cycle first = (needed[ActorId(a)] + width - 1) / width; // at the beginning of a row
        std::vector<Cycle> work;
        for (std::size_t s = 0; s < service.first.steps.size(); ++s)
            work.push_back(first * service.first.steps[s].service +
                           (needed[ActorId(a)] - first) * service.next.steps[s].service);
        work_.push_back(std::move(work));
    }
}

Cycle Floor::cycles(const Chip& chip) const
{
    Cycle floor = bound_;
    if (work_.size() == 0)
        return floor;
    for (std::size_t t = 0; t < chip.tiles(); ++t) {
        std::array<std::vector<Claim>, resources> claims;
        for (const tile::ActorState& actor : chip.tile(TileId(t)).engine().actors())
            for (std::size_t s = 0; s < actor.own_units.size(); ++s)
                if (const auto resource = actor.service.first.steps[s].resource;
                    tile::shared(resource) && work_[actor.id][s] > 0)
                    claims[static_cast<std::size_t>(resource)].push_back(
                        {actor.own_units[s].first_asked, work_[actor.id][s]});
        for (std::vector<Claim>& unit : claims)
            floor = std::max(floor, end_of(std::move(unit)));
    }
    return floor;
}

} // namespace imc::run
