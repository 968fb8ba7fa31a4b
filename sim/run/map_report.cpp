#include "sim/run/map_report.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "sim/base/utf8.h"
#include "sim/mapping/capacity.h"
#include "sim/mapping/placement.h"
#include "sim/mapping/reduction.h"
#include "sim/run/link_bounds.h"
#include "sim/run/summary.h"

namespace imc::run
{

namespace
{

constexpr int random_placements = 100;

double mean_random_hop_bytes(const Experiment& experiment, const Mapped& mapped)
{
    mapping::Options random = experiment.mapping;
    random.placement = mapping::Placement::random;
    const auto traffic = mapping::traffic_of(mapped.program);
    const mapping::Sites sites = mapping::sites_of(experiment.chip, mapped.mesh);
    double sum = 0.0;
    for (int i = 0; i < random_placements; ++i) {
        const auto endpoint = mapping::place(mapped.program, mapped.mesh, random, static_cast<std::uint64_t>(i), sites);
        sum += mapping::hop_bytes(traffic, endpoint, mapped.mesh);
    }
    return sum / random_placements;
}

void add_traffic(const Mapped& mapped, std::vector<MappedLayer>& layers)
{
    std::vector<std::int64_t> positions(layers.size(), 0);
    for (std::size_t s = 0; s < mapped.mapping.pipeline.stages.size(); ++s)
        if (const LayerId layer = mapped.mapping.pipeline.layer[s]; layer.valid())
            positions[layer.value()] = mapped.mapping.pipeline.stages[mapping::StageId(s)].positions();
    for (const program::Actor& actor : mapped.program.actors)
        if (actor.layer.valid())
            layers[actor.layer.value()].bits_fetched =
                std::max(layers[actor.layer.value()].bits_fetched, actor.work.fetch_bits_next);
    std::vector<std::int64_t> bits(layers.size(), 0);
    for (const program::Flow& flow : mapped.program.flows) {
        const program::Actor& from = mapped.program.actors[flow.from];
        if (from.layer.valid() && from.tile != mapped.program.actors[flow.to].tile)
            bits[from.layer.value()] += flow.bits * flow.region.tokens();
    }
    for (std::size_t l = 0; l < layers.size(); ++l)
        layers[l].bits_sent = positions[l] > 0 ? bits[l] / positions[l] : 0;
}

const char* where_sums_are_added(const mapping::Mapping& m, mapping::StageId stage)
{
    const mapping::LayerMapping& layer = m.layers[stage.value()];
    if (!mapping::reducers_of(m, stage).empty())
        return layer.reduce_on_path ? "path" : "reducer";
    for (const mapping::ColumnBlock& block : layer.tiling.blocks)
        if (block.rows.size() > 1)
            return "tile";
    return "array";
}

} // namespace

MapReport report_of(const Experiment& experiment, const Mapped& mapped)
{
    const Result summary = summarize(experiment, mapped);
    const mapping::Mapping& m = mapped.mapping;
    MapReport r;
    r.network = summary.network;
    r.chip = summary.chip;
    r.tiles = summary.tiles_used;
    r.columns = m.columns;
    r.rows = m.rows;
    r.arrays_used = m.arrays_used;
    r.array_utilization = summary.array_utilization;
    r.tile_budget = m.tile_budget;
    r.interval_bound_cycles = m.interval_bound_cycles;
    r.interval_relaxed_cycles = m.interval_relaxed_cycles;
    r.interval_cycles = m.interval_cycles;
    Ledger ledger;
    tile::ServiceTable services(experiment.chip, mapped.program, ledger);
    const Bounds bounds = bounds_of(experiment, mapped, services, Served::in_all);
    r.tile_bound = bounds.tile;
    r.links = bounds.network;
    r.buffers_full = m.buffers_full;
    r.fed_may_help = experiment.mapping.replication == mapping::Replication::balanced;
    const NocConfig& noc = experiment.chip.noc;
    r.filled_flits_may_help = bounds.network.resource == fmt::format("injection of {}", memory_node) &&
                              noc.input_packets == InputPackets::position && noc.router.multicast == Multicast::copies;
    r.streaming_bound_cycles = static_cast<double>(std::max(r.tile_bound.cycles, r.links.cycles));
    r.hop_bytes = mapped.hop_bytes;
    r.random_hop_bytes = mean_random_hop_bytes(experiment, mapped);
    const auto reserved = mapping::reserved_bits(mapped.program);
    for (const TileTypeResult& type : summary.tile_types)
        r.types.push_back({type.name, type.tiles_used, type.arrays_used, type.array_utilization, 0, 0});
    double fullest = -1.0;
    for (std::size_t t = 0; t < m.tiles; ++t) {
        const std::int64_t bytes = (reserved[t] + 7) / 8,
                           has = mapping::buffer_bits(mapped.program, experiment.chip, TileId(t)) / 8;
        MappedType& type = r.types[m.type_of(TileId(t)).value()];
        type.most_buffer_bytes = std::max(type.most_buffer_bytes, bytes);
        if (const double share = static_cast<double>(bytes) / static_cast<double>(has); share > fullest) {
            fullest = share;
            r.most_buffer_bytes = bytes;
            r.buffer_bytes = has;
        }
    }
    for (std::size_t t = 0; t < r.types.size(); ++t)
        r.types[t].buffer_bytes = experiment.chip.tiles[t].buffer.bytes;
    if (m.tiles == 0)
        r.buffer_bytes = r.types.front().buffer_bytes;
    r.layers.resize(m.pipeline.layers);
    for (std::size_t s = 0; s < m.pipeline.stages.size(); ++s) {
        if (!m.pipeline.layer[s].valid())
            continue;
        const mapping::Stage& stage = m.pipeline.stages[mapping::StageId(s)];
        const mapping::LayerMapping& laid_out = m.layers[s];
        MappedLayer& layer = r.layers[m.pipeline.layer[s].value()];
        layer.name = stage.name;
        layer.op = stage.op;
        layer.arrays = laid_out.tiling.arrays;
        layer.strips = laid_out.copies.strips();
        layer.copies = laid_out.copies.count();
        layer.required_bits = laid_out.tiling.required_bits;
        layer.partial_sums = where_sums_are_added(m, mapping::StageId(s));
        layer.positions_each = laid_out.copies.positions();
        std::set<std::uint32_t> tiles;
        for (const std::size_t p : laid_out.parts)
            tiles.insert(m.parts[p].tile.value());
        layer.tile_ids.assign(tiles.begin(), tiles.end());
        layer.tiles = static_cast<std::int64_t>(tiles.size());
        for (const TileTypeId type : summary.layers[m.pipeline.layer[s].value()].tile_types)
            layer.tile_types.push_back(summary.tile_types[type].name);
    }
    add_traffic(mapped, r.layers);
    return r;
}

std::string to_json(const MapReport& r)
{
    const bool several = r.types.size() > 1;
    nlohmann::ordered_json layers = nlohmann::ordered_json::array();
    for (const MappedLayer& l : r.layers) {
        layers.push_back({{"name", l.name},
                          {"op", l.op},
                          {"arrays", l.arrays},
                          {"replication", l.copies},
                          {"strips", l.strips},
                          {"tiles", l.tile_ids},
                          {"partial_sums", l.partial_sums},
                          {"required_bits", l.required_bits},
                          {"bits_fetched_per_position", l.bits_fetched},
                          {"bits_sent_per_position", l.bits_sent},
                          {"positions_per_copy", l.positions_each}});
        if (several)
            layers.back()["tile_types"] = l.tile_types;
    }
    nlohmann::ordered_json j = {{"schema", "imcsim.map/1"},
                                {"network", r.network},
                                {"chip", r.chip},
                                {"mesh", {r.columns, r.rows}},
                                {"tiles", r.tiles},
                                {"tile_budget", r.tile_budget},
                                {"arrays_used", r.arrays_used},
                                {"array_utilization", r.array_utilization},
                                {"interval_bound_cycles", r.interval_bound_cycles},
                                {"interval_relaxed_cycles", r.interval_relaxed_cycles},
                                {"limited_by_buffers", r.buffers_full},
                                {"interval_cycles", r.interval_cycles},
                                {"tile_interval_cycles", r.tile_bound.cycles},
                                {"tile_limit", r.tile_bound.resource},
                                {"network_interval_cycles", r.links.cycles},
                                {"network_limit", r.links.resource},
                                {"streaming_bound_cycles", r.streaming_bound_cycles},
                                {"hop_bytes", r.hop_bytes},
                                {"random_hop_bytes", r.random_hop_bytes},
                                {"buffer_bytes_reserved", r.most_buffer_bytes},
                                {"buffer_bytes", r.buffer_bytes},
                                {"layers", layers}};
    for (const MappedType& t : r.types)
        if (several)
            j["tile_types"].push_back({{"name", t.name},
                                       {"tiles", t.tiles},
                                       {"arrays_used", t.arrays_used},
                                       {"array_utilization", t.array_utilization},
                                       {"buffer_bytes_reserved", t.most_buffer_bytes},
                                       {"buffer_bytes", t.buffer_bytes}});
    return j.dump(2) + "\n";
}

std::string to_text(const MapReport& r)
{
    std::string text =
        fmt::format("{} on {}: {} tiles on a {}x{} mesh, {} arrays, {:.1f} % of their cells\n", r.network, r.chip,
                    r.tiles, r.columns, r.rows, r.arrays_used, r.array_utilization * 100);
    text += fmt::format("interval: {:.0f} cycles for the slowest layer; at best {:.0f} in {} tiles, {:.0f} if copies "
                        "could be split\n",
                        r.interval_cycles, r.interval_bound_cycles, r.tile_budget, r.interval_relaxed_cycles);
    if (r.buffers_full)
        text +=
            "  tile buffers are too small for other copies: with larger ones layers would share more tiles and rows\n";
    text += fmt::format("streaming: {:.0f} cycles at least, set by the {}\n", r.streaming_bound_cycles,
                        r.links.cycles > r.tile_bound.cycles ? r.links.resource : r.tile_bound.resource);
    if (static_cast<double>(r.links.cycles) > 1.05 * r.interval_cycles)
        text += fmt::format(
            "  the network on chip does not keep up: its busiest channel, {}, takes {} cycles an "
            "inference, {:.1f} times the slowest layer{}{}\n",
            r.links.resource, r.links.cycles, static_cast<double>(r.links.cycles) / std::max(1.0, r.interval_cycles),
            r.filled_flits_may_help ? "; chip.noc.input_packets=flit puts several pixels in a packet" : "",
            r.fed_may_help ? "; mapping.replication=fed leaves out copies that it cannot feed" : "");
    text += fmt::format("traffic: {:.4g} bytes x links per inference ({:.2f} of a random placement)\n", r.hop_bytes,
                        r.random_hop_bytes > 0.0 ? r.hop_bytes / r.random_hop_bytes : 0.0);
    text += fmt::format("fullest tile buffer: {} of {} bytes\n", r.most_buffer_bytes, r.buffer_bytes);
    const bool several = r.types.size() > 1;
    for (const MappedType& t : r.types)
        if (several)
            text += fmt::format(
                "tiles of type '{}': {}, {} arrays, {:.1f} % of their cells, fullest buffer {} of {} bytes\n", t.name,
                t.tiles, t.arrays_used, t.array_utilization * 100, t.most_buffer_bytes, t.buffer_bytes);
    text += "\n";
    std::size_t width = 20;
    for (const MappedLayer& l : r.layers)
        width = std::clamp(l.name.size(), width, std::size_t{45});
    text += fmt::format("  {:<{}} {:<17} {:>7} {:>9} {:>6} {:>13} {:>13} {:>11} {:>10}{}\n", "layer", width, "operator",
                        "arrays", "copies", "tiles", "required bits", "fetched/pos", "sent/pos", "positions",
                        several ? "  on" : "");
    for (const MappedLayer& l : r.layers)
        text += fmt::format("  {:<{}} {:<17.17} {:>7} {:>9} {:>6} {:>13} {:>13} {:>11} {:>10.6g}{}\n",
                            shortened(l.name, width), width, l.op, l.arrays, l.copies, l.tiles, l.required_bits,
                            l.bits_fetched, l.bits_sent, l.positions_each,
                            several ? fmt::format("  {}", fmt::join(l.tile_types, ", ")) : "");
    return text;
}

} // namespace imc::run
