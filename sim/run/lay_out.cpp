#include "sim/run/lay_out.h"

#include <utility>

#include "sim/base/errors.h"
#include "sim/mapping/build_program.h"
#include "sim/mapping/capacity.h"

namespace imc::run
{

namespace
{

using mapping::StageId;

void lay_out_with(const Experiment& experiment, Mapped& mapped, const mapping::Concessions& concessions)
{
    mapped.mapping =
        mapping::map_network(mapped.graph, experiment.chip, experiment.precision, experiment.mapping, concessions);
    mapped.program =
        mapping::build_program(mapped.mapping, mapped.graph, experiment.chip, experiment.precision, experiment.mapping);
}

/// Whole columns first, then a layer's tiles for itself. False if nothing is left to give up.
bool give_up(const mapping::Mapping& mapping, const mapping::BufferTooSmall& full, mapping::Concessions& concessions)
{
    bool given_up = false;
    for (const auto& [tile, layers] : full.layers()) {
        std::set<StageId> hosts;
        for (const mapping::Part& part : mapping.parts)
            if (part.tile == tile && !part.arrays.empty())
                hosts.insert(part.stage);
        for (const LayerId layer : layers) {
            const StageId host = host_of(mapping, layer);
            if (!host.valid())
                continue;
            const bool divided = mapping.layers[host.value()].copies.groups.size() > 1;
            if ((divided && concessions.strips.insert(host).second) ||
                (hosts.size() > 1 && concessions.apart.insert(host).second)) {
                given_up = true;
                break;
            }
        }
    }
    return given_up;
}

void give_up_all(const mapping::Mapping& mapping, mapping::Concessions& concessions)
{
    for (std::size_t s = 0; s < mapping.pipeline.stages.size(); ++s) {
        concessions.strips.insert(StageId(s));
        concessions.apart.insert(StageId(s));
    }
}

} // namespace

mapping::StageId host_of(const mapping::Mapping& mapping, LayerId layer)
{
    const auto& stages = mapping.pipeline.stages;
    for (std::size_t s = 0; s < stages.size(); ++s) {
        if (mapping.pipeline.layer[s] != layer)
            continue;
        mapping::StageId id(s);
        while (id.valid() && mapping.layers[id.value()].on_vector_unit())
            id = stages[id].inputs.empty() ? mapping::StageId() : stages[id].inputs.front().view.source();
        return id;
    }
    return {};
}

void lay_out(const Experiment& experiment, Mapped& mapped, mapping::Concessions& concessions)
{
    const mapping::Options& options = experiment.mapping;
    constexpr int most_tries = 24;
    for (int i = 0; i < most_tries; ++i)
        try {
            lay_out_with(experiment, mapped, concessions);
            return;
        } catch (const mapping::BufferTooSmall& full) {
            if (!options.replicates() && !options.share_tiles)
                throw;
            concessions.buffers_full = true;
            if (!std::exchange(concessions.in_order, true))
                continue;
            if (!give_up(mapped.mapping, full, concessions))
                break;
        }
    give_up_all(mapped.mapping, concessions);
    lay_out_with(experiment, mapped, concessions);
}

} // namespace imc::run
