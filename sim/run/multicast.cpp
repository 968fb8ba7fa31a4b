#include "sim/run/multicast.h"

#include <map>

#include "arch/noc/mesh_topology.h"

namespace imc::run
{

namespace
{

/// How many positions along one axis each set of flows needs.
std::map<std::vector<char>, std::int64_t> sets_of(const std::vector<const std::vector<int>*>& needed)
{
    std::map<int, std::vector<char>> at;
    for (std::size_t f = 0; f < needed.size(); ++f)
        for (const int position : *needed[f]) {
            std::vector<char>& set = at[position];
            set.resize(needed.size(), 0);
            set[f] = 1;
        }
    std::map<std::vector<char>, std::int64_t> count;
    for (const auto& [position, set] : at)
        ++count[set];
    return count;
}

std::int64_t packets_of_rows(const program::Flow& flow, const program::Region& region)
{
    const auto columns = static_cast<std::int64_t>(region.columns.size());
    return static_cast<std::int64_t>(region.rows.size()) * ((columns + flow.per_packet - 1) / flow.per_packet);
}

} // namespace

IdVector<program::FlowId, program::Region> whole_regions(const program::Program& program)
{
    IdVector<program::FlowId, program::Region> regions;
    for (const program::Flow& flow : program.flows)
        regions.push_back(flow.region);
    return regions;
}

void for_each_packet(const Experiment& experiment, const Mapped& mapped,
                     const IdVector<program::FlowId, program::Region>& regions,
                     const std::function<void(const std::vector<program::SentToken>&, std::int64_t)>& visit)
{
    const program::Program& program = mapped.program;
    const NocConfig& noc = experiment.chip.noc;
    IdVector<ActorId, std::vector<program::FlowId>> leaving;
    for (std::size_t a = 0; a < program.actors.size(); ++a)
        leaving.push_back({});
    for (std::size_t f = 0; f < program.flows.size(); ++f) {
        const program::Flow& flow = program.flows[program::FlowId(f)];
        if (program.actors[flow.from].tile != program.actors[flow.to].tile)
            leaving[flow.from].push_back(program::FlowId(f));
    }
    for (std::size_t a = 0; a < program.actors.size(); ++a) {
        const std::vector<program::FlowId>& flows = leaving[ActorId(a)];
        if (noc.router.multicast != Multicast::tree) {
            for (const program::FlowId f : flows)
                visit({{f, 0}}, packets_of_rows(program.flows[f], regions[f]));
            continue;
        }
        std::vector<const std::vector<int>*> rows, columns;
        for (const program::FlowId f : flows) {
            rows.push_back(&regions[f].rows);
            columns.push_back(&regions[f].columns);
        }
        for (const auto& [row_set, n_rows] : sets_of(rows))
            for (const auto& [column_set, n_columns] : sets_of(columns)) {
                std::vector<program::SentToken> sent;
                for (std::size_t f = 0; f < flows.size(); ++f)
                    if (row_set[f] && column_set[f])
                        sent.push_back({flows[f], 0});
                for (const auto& packet : program::packets_of(program, noc, sent))
                    visit(packet, n_rows * n_columns);
            }
    }
}

std::vector<Chip::Passed> passed_by_tokens(const Experiment& experiment, const Mapped& mapped)
{
    const program::Program& program = mapped.program;
    const noc::MeshTopology topology(mapped.mesh, experiment.chip.noc.router, 0);
    const auto endpoint = [&](ActorId actor) { return program.endpoint[program.actors[actor].tile.value()]; };
    std::vector<Chip::Passed> passed(program.flows.size());
    for_each_packet(experiment, mapped, whole_regions(program),
                    [&](const std::vector<program::SentToken>& sent, std::int64_t packets) {
                        const program::Flow& first = program.flows[sent.front().flow];
                        std::vector<std::uint32_t> destinations;
                        for (const program::SentToken& s : sent)
                            destinations.push_back(endpoint(program.flows[s.flow].to));
                        const auto links = noc::links_of_tree(topology, endpoint(first.from), destinations);
                        const std::int64_t flits = packets * program::flits_of(first, experiment.chip.noc);
                        for (std::size_t i = 0; i < sent.size(); ++i) {
                            passed[sent[i].flow.value()].links += flits * links[i];
                            passed[sent[i].flow.value()].routers += flits * (links[i] + (i == 0));
                        }
                    });
    return passed;
}

} // namespace imc::run
