#include "sim/run/needed.h"

#include <algorithm>

namespace imc::run
{

namespace
{

/// How many tokens of the producer's share the first `firings` of a consumer need.
std::int64_t needed_by(const program::Actor& consumer, std::int64_t firings, const program::Flow& flow,
                       const program::Actor& producer)
{
    const program::Input& input = consumer.inputs.at(flow.port);
    const auto width = static_cast<std::int64_t>(consumer.share.columns.size());
    const auto begun = static_cast<std::ptrdiff_t>((firings + width - 1) / width); // rows
    const std::vector<int> outputs(consumer.share.rows.begin(), consumer.share.rows.begin() + begun);
    const std::vector<int> rows = program::intersection(input.rows.needed(outputs), flow.region.rows);
    if (rows.empty())
        return 0;
    // Who needs the last of those rows: complete rows of outputs, or only the one that was begun.
    const std::int64_t rest = firings % width;
    bool whole = rest == 0;
    for (std::size_t r = 0; !whole && r + 1 < outputs.size(); ++r) {
        const std::vector<int> of_row = input.rows.needed({outputs[r]});
        whole = std::find(of_row.begin(), of_row.end(), rows.back()) != of_row.end();
    }
    const std::vector<int> across(consumer.share.columns.begin(),
                                  whole ? consumer.share.columns.end()
                                        : consumer.share.columns.begin() + static_cast<std::ptrdiff_t>(rest));
    const std::vector<int> columns = program::intersection(input.columns.needed(across), flow.region.columns);
    if (columns.empty())
        return 0; // that row is not read after all; less is a bound as well
    const auto index = [](const std::vector<int>& list, int value) {
        return std::lower_bound(list.begin(), list.end(), value) - list.begin();
    };
    return index(producer.share.rows, rows.back()) * static_cast<std::int64_t>(producer.share.columns.size()) +
           index(producer.share.columns, columns.back()) + 1;
}

} // namespace

IdVector<ActorId, std::int64_t> needed_tokens(const program::Program& program)
{
    IdVector<ActorId, std::int64_t> needed;
    for (std::size_t a = 0; a < program.actors.size(); ++a) {
        const program::Actor& actor = program.actors[ActorId(a)];
        needed.push_back(actor.kind == program::ActorKind::sink ? actor.share.tokens() : 0);
    }
    // Flows mostly lead to later actors, so that going backwards settles at once; nothing ever shrinks.
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t f = program.flows.size(); f-- > 0;) {
            const program::Flow& flow = program.flows[program::FlowId(f)];
            if (needed[flow.to] == 0)
                continue;
            const std::int64_t n = needed_by(program.actors[flow.to], needed[flow.to], flow, program.actors[flow.from]);
            if (n > needed[flow.from]) {
                needed[flow.from] = n;
                changed = true;
            }
        }
    }
    return needed;
}

IdVector<program::FlowId, program::Region> needed_regions(const program::Program& program)
{
    const IdVector<ActorId, std::int64_t> needed = needed_tokens(program);
    IdVector<program::FlowId, program::Region> regions;
    for (const program::Flow& flow : program.flows) {
        const program::Actor& from = program.actors[flow.from];
        const std::int64_t firings = needed[flow.to];
        const std::int64_t tokens = firings > 0 ? needed_by(program.actors[flow.to], firings, flow, from) : 0;
        const auto rows = static_cast<std::ptrdiff_t>(tokens / static_cast<std::int64_t>(from.share.columns.size()));
        const std::vector<int> complete(from.share.rows.begin(), from.share.rows.begin() + rows);
        regions.push_back({program::intersection(flow.region.rows, complete), flow.region.columns});
    }
    return regions;
}

} // namespace imc::run
