#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "arch/noc/case.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/cli/case_command.h"
#include "sim/cli/commands.h"

namespace imc::cli
{

namespace
{

std::string results_text(const std::vector<PacketTimes>& packets)
{
    std::string text;
    for (const PacketTimes& p : packets)
        text += fmt::format("{}[{},{},{}]", text.empty() ? "" : ",", p[0], p[1], p[2]);
    return text;
}

nlohmann::ordered_json summary(const NocCaseResult& result)
{
    const InterconnectStatistics& s = result.statistics;
    nlohmann::ordered_json out;
    if (const auto& t = result.traffic) {
        out["mean_packet_latency_cycles"] =
            t->packets_measured ? nlohmann::ordered_json(t->mean_packet_latency_cycles) : nlohmann::ordered_json();
        out["max_packet_latency_cycles"] = t->max_packet_latency_cycles;
        out["accepted_rate_flits"] = t->accepted_rate_flits;
        out["offered_rate_flits"] = t->offered_rate_flits;
        out["packets_measured"] = t->packets_measured;
    } else {
        out["mean_packet_latency_cycles"] =
            s.packets_delivered ? nlohmann::ordered_json(s.average_packet_latency()) : nlohmann::ordered_json();
        out["max_packet_latency_cycles"] = s.latency_max;
    }
    out["cycles"] = result.cycles;
    out["packets"] = s.packets_delivered;
    out["flits"] = s.flits_ejected;
    out["flit_hops"] = s.flit_hops;
    out["router_traversals"] = s.buffer_reads;
    out["max_link_utilization"] = s.max_link_utilization(result.cycles);
    return out;
}

/// Returns 1 and says which packet differs first, if any does.
int compare(const NocCase& recorded, const NocCaseResult& result)
{
    if (recorded.results.size() != result.packets.size())
        throw RunError(
            fmt::format("{} packets, but {} recorded results", result.packets.size(), recorded.results.size()));
    for (std::size_t i = 0; i < result.packets.size(); ++i) {
        const std::vector<double>& r = recorded.results[i];
        const PacketTimes& got = result.packets[i];
        if (r.size() != 3 ||
            PacketTimes{static_cast<Cycle>(r[0]), static_cast<Cycle>(r[1]), static_cast<Cycle>(r[2])} != got)
            throw RunError(
                fmt::format("packet {}: recorded [{}], simulated [{}]", i, fmt::join(r, ", "), fmt::join(got, ", ")));
    }
    note(fmt::format("all {} packets have the recorded cycles", result.packets.size()));
    return 0;
}

} // namespace

/// The network alone: packets or synthetic traffic in, cycles or latency and throughput out.
int run_noc(std::span<const std::string> args)
{
    bool comparing = false;
    Options options("noc", "CASE.json",
                    "Simulates one network flit by flit: the cycles of given packets (head injected, head arrived,\n"
                    "tail arrived), or latency and throughput under synthetic traffic.");
    options.flag("compare", comparing, "fail unless the packets take the cycles recorded as \"results\" in the case");
    const auto asked = read_case(options, args);
    if (!asked)
        return 0;
    const auto noc_case = asked->document.read<NocCase>();
    if (!noc_case.traffic && !asked->document.root().contains("packets"))
        throw ConfigError(asked->file.string(), "has neither packets nor traffic");
    const NocCaseResult result = simulate(noc_case);
    if (comparing)
        return compare(noc_case, result);
    std::string text = summary(result).dump();
    if (!result.traffic)
        text = fmt::format("{{\"results\":[{}],{}", results_text(result.packets), text.substr(1));
    print_to(asked->out, text + "\n");
    return 0;
}

} // namespace imc::cli
