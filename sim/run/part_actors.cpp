#include "sim/run/part_actors.h"

#include <stdexcept>

namespace imc::run
{

std::map<std::size_t, ActorId> actors_of_parts(const mapping::Mapping& mapping, const program::Program& program)
{
    std::map<std::size_t, ActorId> actors;
    std::size_t part = 0;
    for (std::size_t a = 0; a < program.actors.size(); ++a) {
        const program::Actor& actor = program.actors[ActorId(a)];
        if (actor.work.macros.empty())
            continue;
        while (part < mapping.parts.size() && mapping.parts[part].arrays.empty())
            ++part;
        if (part == mapping.parts.size() || mapping.parts[part].tile != actor.tile)
            throw std::logic_error("actors and parts of a mapping are not in the same order");
        actors[part++] = ActorId(a);
    }
    return actors;
}

std::vector<std::size_t> first_arrays(const mapping::Tiling& tiling)
{
    std::vector<std::size_t> first;
    std::size_t next = 0;
    for (const mapping::ColumnBlock& block : tiling.blocks) {
        first.push_back(next);
        next += block.rows.size();
    }
    return first;
}

} // namespace imc::run
