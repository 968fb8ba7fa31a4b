#include "sim/run/result_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/version.h"
#include "sim/run/accuracy_text.h"
#include "sim/run/leakage.h"

namespace imc::run
{

namespace
{

using Json = nlohmann::ordered_json;

Json interval_json(const Interval& interval, double unit = 1.0)
{
    return {{"low", interval.low / unit}, {"high", interval.high / unit}};
}

/// Low and high over the nominal cost, where sources differ.
void add_range(const CostRange& range, Json& line)
{
    if (range.low < range.high)
        line["range"] = {range.low, range.high};
}

Json network_json(const Result& r)
{
    return {{"name", r.network}, {"macs", r.macs}, {"parameters", r.parameters}, {"layers", r.network_layers}};
}

bool several_types(const Result& r) { return r.tile_types.size() > 1; }

Json tile_types_json(const Result& r)
{
    Json types = Json::array();
    for (const TileTypeResult& t : r.tile_types)
        types.push_back({{"name", t.name},
                         {"tiles", t.tiles},
                         {"tiles_used", t.tiles_used},
                         {"cores", t.cores},
                         {"arrays", t.arrays},
                         {"arrays_used", t.arrays_used},
                         {"array_utilization", t.array_utilization},
                         {"area_mm2", t.area_m2 * 1e6},
                         {"leakage_power_w", t.leakage_power_w},
                         {"nameplate_power_w", t.nameplate_power_w},
                         {"peak_tops", t.peak_tops},
                         {"energy_j", t.energy.joules()}});
    return types;
}

/// Adds whose tiles it is about, where there are several types.
void add_tile_type(const Result& r, TileTypeId type, Json& line)
{
    if (several_types(r) && type.valid())
        line["tile_type"] = r.tile_types[type].name;
}

Json chip_json(const Result& r)
{
    Json chip = {{"name", r.chip},
                 {"mesh", {r.mesh[0], r.mesh[1]}},
                 {"tiles", r.tiles},
                 {"tiles_used", r.tiles_used},
                 {"cores", r.cores},
                 {"arrays", r.arrays},
                 {"arrays_used", r.arrays_used},
                 {"array_utilization", r.array_utilization},
                 {"area_mm2", r.area_m2 * 1e6},
                 {"area_range_mm2", interval_json(r.area_range_m2, 1e-6)}};
    if (several_types(r))
        chip["tile_types"] = tile_types_json(r);
    return chip;
}

Json energy_json(const Result& r)
{
    Json components = Json::object();
    for (std::size_t c = 0; c < component_count; ++c) {
        const auto& e = r.energy_by_component[c];
        if (e[0] == Energy() && e[1] == Energy() && e[2] == Energy())
            continue;
        Json& entry = components[std::string(name_of(static_cast<Component>(c)))];
        for (std::size_t k = 0; k < category_count; ++k)
            entry[std::string(name_of(static_cast<Category>(k)))] = e[k].joules();
    }
    return components;
}

/// Cycles are summed over the instances of a kind; energies are what leaked in each state.
Json power_json(const Result& r)
{
    Json states = Json::object();
    for (const PowerStates& s : r.power) {
        std::array<Energy, 3> energy;
        for (const StoredLeakage& block : r.leakage)
            if (&states_of(r, block.domain, block.tile_type) == &s) {
                const auto parts = leakage_energy(block, r);
                for (std::size_t i = 0; i < energy.size(); ++i)
                    energy[i] += parts[i];
            }
        states[domain_name(r, s)] = {
            {"instances", s.instances},
            {"gates", s.gates},
            {"active_cycles", s.active},
            {"idle_cycles", s.idle},
            {"gated_cycles", s.gated},
            {"wakes", s.wakes},
            {"idle_leakage_fraction", s.idle_leakage},
            {"gated_leakage_fraction", s.gated_leakage},
            {"leakage_j",
             {{"active", energy[0].joules()}, {"idle", energy[1].joules()}, {"gated", energy[2].joules()}}},
            {"steady",
             {{"inferences", r.steady_inferences},
              {"active_cycles", s.steady_active},
              {"idle_cycles", s.steady_idle},
              {"gated_cycles", s.steady_gated},
              {"wakes", s.steady_wakes}}}};
    }
    return states;
}

Json area_json(const Result& r)
{
    Json components = Json::object();
    for (std::size_t c = 0; c < component_count; ++c)
        if (r.area_by_component_m2[c] > 0.0)
            components[std::string(name_of(static_cast<Component>(c)))] = r.area_by_component_m2[c] * 1e6;
    return components;
}

Json layers_json(const Result& r)
{
    Json layers = Json::array();
    for (const LayerResult& l : r.layers) {
        layers.push_back({{"name", l.name},
                          {"op", l.op},
                          {"macs", l.macs},
                          {"arrays", l.arrays},
                          {"replication", l.replication},
                          {"tiles", l.tiles},
                          {"required_bits", l.required_bits},
                          {"start_cycle", l.start_cycle},
                          {"end_cycle", l.end_cycle},
                          {"stall_cycles", l.stall_cycles},
                          {"wakes", l.wakes},
                          {"energy_j", l.energy.joules()},
                          {"utilization", l.utilization}});
        if (several_types(r))
            for (const TileTypeId type : l.tile_types)
                layers.back()["tile_types"].push_back(r.tile_types[type].name);
        if (l.errors)
            layers.back().update(errors_json(*l.errors));
    }
    return layers;
}

Json models_json(const Result& r)
{
    Json models = Json::array();
    for (const CostModel& m : r.cost_models) {
        models.push_back({{"component", m.component},
                          {"event", m.event},
                          {"unit_energy_j", m.unit_energy_j},
                          {"model", m.model},
                          {"citation", m.citation}});
        add_tile_type(r, m.tile_type, models.back());
        if (m.range.low < m.range.high)
            models.back()["unit_energy_range_j"] =
                interval_json({m.unit_energy_j * m.range.low, m.unit_energy_j * m.range.high});
    }
    return models;
}

/// The counts behind the energy. They are most of a large network's result: one line each.
std::string ledger_lines(const Result& r)
{
    std::string text;
    const auto list = [&](const char* name, const std::vector<Json>& items) {
        text += fmt::format(",\n  \"{}\": [", name);
        for (std::size_t i = 0; i < items.size(); ++i)
            text += (i == 0 ? "\n    " : ",\n    ") + items[i].dump();
        text += items.empty() ? "]" : "\n  ]";
    };
    std::vector<Json> counts, leakage;
    for (const StoredCount& c : r.ledger) {
        counts.push_back({{"component", name_of(c.component)},
                          {"event", c.event},
                          {"category", name_of(c.category)},
                          {"layer", c.layer.valid() ? Json(r.layers.at(c.layer.value()).name) : Json(nullptr)},
                          {"phase", name_of(c.phase)},
                          {"count", c.count},
                          {"unit_energy_j", c.unit.joules()}});
        add_tile_type(r, c.tile_type, counts.back());
        add_range(c.range, counts.back());
    }
    for (const StoredLeakage& l : r.leakage) {
        leakage.push_back({{"component", name_of(l.component)}, {"power_w", l.power_w}, {"domain", name_of(l.domain)}});
        add_tile_type(r, l.tile_type, leakage.back());
        add_range(l.range, leakage.back());
    }
    list("ledger", counts);
    list("leakage", leakage);
    return text;
}

} // namespace

std::string to_json(const Result& r)
{
    Json j;
    j["schema"] = "imcsim.result/1";
    j["network"] = network_json(r);
    j["chip"] = chip_json(r);
    j["fidelity"] = r.fidelity;
    j["detail"] = r.detail;
    j["cycles"] = r.cycles;
    j["clock_hz"] = r.clock_hz;
    j["latency_s"] = r.latency_s;
    j["throughput_inferences_per_s"] = r.throughput_per_s;
    j["interval_cycles"] = r.interval_cycles;
    j["interval_period"] = r.interval_period;
    j["lower_bounds_cycles"] = {{"compute", r.bounds[0]}, {"tiles", r.bounds[1]}, {"network", r.bounds[2]}};
    j["completion_cycles"] = r.completions;
    j["energy_j"] = r.energy.joules();
    j["energy_range_j"] = interval_json(r.energy_range_j);
    j["energy_per_inference_steady_j"] = r.energy_per_inference_steady_j;
    j["energy_per_inference_steady_range_j"] = interval_json(r.steady_energy_range_j);
    j["average_power_w"] = r.average_power_w;
    j["peak_power_w"] = r.peak_power_w;
    j["nameplate_power_w"] = r.nameplate_power_w;
    j["leakage_power_w"] = r.leakage_power_w;
    j["tops"] = r.tops;
    j["peak_tops"] = r.peak_tops;
    j["operand_bits"] = {{"weight", r.weight_bits}, {"activation", r.activation_bits}};
    j["tops_per_w"] = r.tops_per_w();
    j["tops_per_mm2"] = r.tops_per_mm2();
    j["edp_js"] = r.edp_js();
    j["energy_by_component_j"] = energy_json(r);
    j["power_states"] = power_json(r);
    j["energy_unattributed_j"] = r.energy_unattributed.joules();
    j["area_by_component_mm2"] = area_json(r);
    j["layers"] = layers_json(r);
    j["counts"] = r.counts;
    j["noc"] = {{"average_packet_latency_cycles", r.average_packet_latency_cycles},
                {"max_link_utilization", r.max_link_utilization}};
    j["write"] = {
        {"cells", r.write_cells},
        {"pulses", r.write_pulses},
        {"energy_j", r.write_energy.joules()},
        {"latency_s", r.write_latency_s},
        {"wear", r.write_cells > 0 ? static_cast<double>(r.write_pulses) / static_cast<double>(r.write_cells) : 0.0}};
    j["accuracy"] = r.accuracy ? accuracy_json(*r.accuracy) : Json(nullptr);
    if (r.circuit_values)
        j["circuit_values"] = {{"time_s", r.circuit_values->time_s},
                               {"arrays", r.circuit_values->arrays},
                               {"operations", r.circuit_values->operations},
                               {"outputs", r.circuit_values->outputs},
                               {"mismatches", r.circuit_values->mismatches}};
    j["activity_source"] = r.activity_source;
    if (r.activity_trace)
        j["activity_trace"] = {{"operations", r.activity_trace->operations},
                               {"runs", r.activity_trace->runs},
                               {"exact", r.activity_trace->exact}};
    j["cost_models"] = models_json(r);
    j["warnings"] = r.warnings;
    j["simulator"] = {{"version", version()}, {"seed", r.seed}, {"events", r.events}};
    std::string text = j.dump(2);
    text.resize(text.size() - 2); // the closing brace and the line break before it
    return text + ledger_lines(r) + "\n}\n";
}

} // namespace imc::run
