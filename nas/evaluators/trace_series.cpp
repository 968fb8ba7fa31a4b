#include "nas/evaluators/trace_series.h"

#include <algorithm>

#include "sim/base/trace/bins.h"

namespace imc::nas
{

namespace
{

const std::string power = "power_w", busy = "busy", latency = "packet_latency_cycles", wait = "packet_wait_cycles";

} // namespace

std::vector<std::string> TraceSeries::names()
{
    std::vector<std::string> all = {power, busy, latency, wait};
    for (std::size_t c = 0; c < component_count; ++c)
        all.push_back(power + "." + std::string(name_of(static_cast<Component>(c))));
    return all;
}

const std::vector<double>& TraceSeries::series(const std::string& name) const
{
    static const std::vector<double> nothing;
    const auto it = series_.find(name);
    return it == series_.end() ? nothing : it->second;
}

/// An actor's operations may overlap; they are reported in the order in which they start.
void TraceSeries::span(const trace::Directory&, const trace::Span& span)
{
    Busy& b = busy_[span.track.value()];
    b.covered += std::max<Femtoseconds>(0, span.end - std::max(span.start, b.until));
    b.until = std::max(b.until, span.end);
}

void TraceSeries::booking(const trace::Directory&, const trace::Booking& b)
{
    auto& bins = energy_[b.component];
    trace::divide(b.start, b.end, b.count, b.energy, bin_, [&](const trace::Share& share) {
        const auto at = static_cast<std::size_t>(share.bin);
        if (bins.size() <= at)
            bins.resize(at + 1);
        bins[at] += share.energy;
    });
}

void TraceSeries::packet(const trace::Directory&, const trace::Packet& p)
{
    series_[latency].push_back(static_cast<double>(p.tail_arrived - p.created));
    series_[wait].push_back(static_cast<double>(p.head_injected - p.created));
}

void TraceSeries::finish(const trace::Directory&, Femtoseconds end)
{
    const double width_s = static_cast<double>(bin_) * 1e-15;
    auto bins = static_cast<std::size_t>((end + bin_ - 1) / bin_);
    for (const auto& [component, energy] : energy_)
        bins = std::max(bins, energy.size());
    std::vector<Energy> total(bins);
    for (std::size_t c = 0; c < component_count && !energy_.empty(); ++c) {
        std::vector<Energy>& energy = energy_[static_cast<Component>(c)];
        energy.resize(bins);
        auto& watts = series_[power + "." + std::string(name_of(static_cast<Component>(c)))];
        for (std::size_t i = 0; i < bins; ++i) {
            watts.push_back(energy[i].joules() / width_s);
            total[i] += energy[i];
        }
    }
    if (!energy_.empty())
        for (const Energy& e : total)
            series_[power].push_back(e.joules() / width_s);
    // What the last output does not wait for may end after it.
    Femtoseconds whole = std::max<Femtoseconds>(end, 1);
    for (const auto& [track, b] : busy_)
        whole = std::max(whole, b.until);
    for (const auto& [track, b] : busy_)
        series_[busy].push_back(static_cast<double>(b.covered) / static_cast<double>(whole));
}

} // namespace imc::nas
