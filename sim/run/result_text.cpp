#include "sim/run/result_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/utf8.h"
#include "sim/run/accuracy_text.h"
#include "sim/run/leakage.h"

namespace imc::run
{

namespace
{

/// "" where sources agree.
std::string interval_text(const Interval& interval, double unit)
{
    return interval.low < interval.high ? fmt::format(" [{:.4g}, {:.4g}]", interval.low / unit, interval.high / unit)
                                        : std::string();
}

/// Five digits, or all there are before the point: a column without exponents.
std::string nanojoules(Energy energy)
{
    const double nj = energy.joules() * 1e9;
    return nj < 99999.5 ? fmt::format("{:.5g}", nj) : fmt::format("{:.0f}", nj);
}

/// Room for the layers' names: exporters' paths are long, and it is their ends that differ.
std::size_t names_width(const Result& r)
{
    std::size_t width = 20;
    for (const LayerResult& l : r.layers)
        width = std::max(width, l.name.size());
    return std::min<std::size_t>(width, 45);
}

std::string tile_types_text(const Result& r)
{
    if (r.tile_types.size() < 2)
        return "";
    std::string text = fmt::format("\n  {:<18} {:>6} {:>6} {:>8} {:>8} {:>7} {:>10} {:>12} {:>12}\n", "tile type",
                                   "tiles", "used", "arrays", "used", "cells", "area/mm2", "leakage/mW", "energy/nJ");
    for (const TileTypeResult& t : r.tile_types)
        text += fmt::format("  {:<18.18} {:>6} {:>6} {:>8} {:>8} {:>6.1f}% {:>10.4g} {:>12.4g} {:>12}\n", t.name,
                            t.tiles, t.tiles_used, t.arrays, t.arrays_used, t.array_utilization * 100, t.area_m2 * 1e6,
                            t.leakage_power_w * 1e3, nanojoules(t.energy));
    return text;
}

} // namespace

std::string to_report(const Result& r)
{
    std::string text = fmt::format("{} on {}\n\n", r.network, r.chip);
    const auto line = [&](const char* name, const std::string& value) {
        text += fmt::format("  {:<22} {}\n", name, value);
    };
    const bool streamed = r.throughput_per_s > 0.0;
    line("latency", fmt::format("{:.6g} us ({} cycles at {:g} GHz)", r.latency_s * 1e6, r.cycles, r.clock_hz * 1e-9));
    if (streamed)
        line("throughput",
             fmt::format("{:.6g} inferences/s (one every {:g} cycles)", r.throughput_per_s, r.interval_cycles));
    line("energy", fmt::format("{:.6g} uJ{} per inference alone", r.energy.joules() * 1e6,
                               interval_text(r.energy_range_j, 1e-6)) +
                       (streamed ? fmt::format(", {:.6g} uJ{} streamed", r.energy_per_inference_steady_j * 1e6,
                                               interval_text(r.steady_energy_range_j, 1e-6))
                                 : ""));
    line("power", fmt::format("{:.4g} W average, {:.4g} W peak, {:.4g} W nameplate", r.average_power_w, r.peak_power_w,
                              r.nameplate_power_w));
    line("efficiency", streamed ? fmt::format("{:.4g} TOPS, {:.4g} TOPS/W, {:.4g} TOPS/mm2 (peak {:.4g} TOPS)", r.tops,
                                              r.tops_per_w(), r.tops_per_mm2(), r.peak_tops)
                                : fmt::format("{:.4g} TOPS/W alone, peak {:.4g} TOPS (nothing was streamed)",
                                              r.tops_per_w(), r.peak_tops));
    line("area", fmt::format("{:.4g} mm2{}: {} tiles ({} used), {} of {} arrays used, {:.1f} % of their cells",
                             r.area_m2 * 1e6, interval_text(r.area_range_m2, 1e-6), r.tiles, r.tiles_used,
                             r.arrays_used, r.arrays, r.array_utilization * 100));
    text += tile_types_text(r);
    const std::size_t width = names_width(r);
    text += fmt::format("\n  {:<{}} {:<17} {:>14} {:>7} {:>5} {:>12} {:>12} {:>10} {:>12} {:>6}\n", "layer", width,
                        "operator", "MACs", "arrays", "rep", "start", "end", "stall", "energy/nJ", "busy");
    for (const LayerResult& l : r.layers)
        text += fmt::format("  {:<{}} {:<17.17} {:>14} {:>7} {:>5} {:>12} {:>12} {:>10} {:>12} {:>5.0f}%\n",
                            shortened(l.name, width), width, l.op, l.macs, l.arrays, l.replication, l.start_cycle,
                            l.end_cycle, l.stall_cycles, nanojoules(l.energy), l.utilization * 100);
    text += fmt::format("\n  {:<18} {:>14} {:>14} {:>8} {:>12}\n", "component", "dynamic/nJ", "leakage/nJ", "share",
                        "area/mm2");
    for (std::size_t c = 0; c < component_count; ++c) {
        const auto& e = r.energy_by_component[c];
        const double dynamic = e[0].joules() + e[1].joules(), leakage = e[2].joules();
        if (dynamic + leakage <= 0.0 && r.area_by_component_m2[c] <= 0.0)
            continue;
        text += fmt::format("  {:<18} {:>14.6g} {:>14.6g} {:>7.1f}% {:>12.5g}\n", name_of(static_cast<Component>(c)),
                            dynamic * 1e9, leakage * 1e9, (dynamic + leakage) / r.energy.joules() * 100,
                            r.area_by_component_m2[c] * 1e6);
    }
    if (std::ranges::any_of(r.power, [](const PowerStates& s) { return s.gates; })) {
        text += fmt::format("\n  {:<18} {:>10} {:>8} {:>8} {:>8} {:>10}\n", "power states", "instances", "active",
                            "idle", "gated", "wakes");
        for (const PowerStates& s : r.power) {
            const auto share = [&](Cycle cycles) {
                const Cycle all = std::max<Cycle>(1, s.active + s.idle + s.gated); // none: the chip has no such tile
                return 100.0 * static_cast<double>(cycles) / static_cast<double>(all);
            };
            text += fmt::format("  {:<18} {:>10} {:>7.2f}% {:>7.2f}% {:>7.2f}% {:>10}\n", domain_name(r, s),
                                s.instances, share(s.active), share(s.idle), share(s.gated), s.wakes);
        }
    }
    text += accuracy_report(r);
    for (const std::string& warning : r.warnings)
        text += "\n  warning: " + warning + "\n";
    return text;
}

} // namespace imc::run
