#include "sim/mapping/reduction.h"

#include "sim/mapping/placement.h"

namespace imc::mapping
{

bool completes_for_others(const Mapping& mapping, std::size_t p)
{
    const Part& part = mapping.parts[p];
    if (part.arrays.empty())
        return false;
    const ArrayRange& first = part.arrays.front();
    const Tiling& tiling = mapping.layers[part.stage.value()].tiling;
    return first.row_begin > 0 && first.row_end == tiling.blocks[first.block].rows.size();
}

std::vector<Reducer> reducers_of(const Mapping& mapping, StageId stage)
{
    std::vector<Reducer> reducers;
    const std::vector<std::size_t>& parts = mapping.layers[stage.value()].parts;
    for (const std::size_t p : parts) {
        const Part& part = mapping.parts[p];
        if (part.channels() == 0 || !completes_for_others(mapping, p))
            continue;
        Reducer reducer{p, part.arrays.front().block, {}};
        for (const std::size_t q : parts) {
            const Part& partner = mapping.parts[q];
            if (q != p && partner.copy == part.copy && partner.arrays.back().block == reducer.block)
                reducer.partners.push_back(q);
        }
        reducers.push_back(std::move(reducer));
    }
    return reducers;
}

void assume_reduction(Mapping& mapping, const Options& options)
{
    for (std::size_t s = 0; s < mapping.layers.size(); ++s)
        for (const Reducer& reducer : reducers_of(mapping, StageId(s)))
            if (reducer.partners.size() > 1 && options.reduction != Reduction::reducer)
                mapping.layers[s].reduce_on_path = true;
}

ReductionWays ways_of(const Mapping& mapping, StageId stage, const std::vector<std::uint32_t>& endpoint,
                      const MeshShape& mesh)
{
    const Tiling& tiling = mapping.layers[stage.value()].tiling;
    const auto links = [&](std::size_t p, std::size_t q) {
        return links_between(endpoint[mapping.parts[p].tile.value()], endpoint[mapping.parts[q].tile.value()], mesh);
    };
    ReductionWays ways;
    for (const Reducer& reducer : reducers_of(mapping, stage)) {
        const std::int64_t bits = tiling.blocks[reducer.block].channels() * tiling.partial_sum_bits;
        for (std::size_t i = 0; i < reducer.partners.size(); ++i) {
            const bool last = i + 1 == reducer.partners.size();
            ways.to_reducer += bits * links(reducer.partners[i], reducer.part);
            ways.on_path += bits * links(reducer.partners[i], last ? reducer.part : reducer.partners[i + 1]);
        }
    }
    return ways;
}

bool choose_reduction(Mapping& mapping, const std::vector<std::uint32_t>& endpoint, const MeshShape& mesh)
{
    bool changed = false;
    for (std::size_t s = 0; s < mapping.layers.size(); ++s) {
        const ReductionWays ways = ways_of(mapping, StageId(s), endpoint, mesh);
        const bool on_path = ways.on_path < ways.to_reducer;
        changed = changed || on_path != mapping.layers[s].reduce_on_path;
        mapping.layers[s].reduce_on_path = on_path;
    }
    return changed;
}

} // namespace imc::mapping
