#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/base/trace.h"

namespace imc::nas
{

/// Watches a simulation's first inference and keeps what objectives may fold:
///
///     power_w, power_w.COMPONENT    power of each bin of time (run.power_bin_ns), leakage included
///     busy                          of each actor the share of the time in which an operation is under way
///     packet_latency_cycles         of each packet, from its creation to the arrival of its tail
///     packet_wait_cycles            of each packet, until its head enters the network
///
/// Rungs that compute instead of simulating (compute, bound) have no trace: their series are empty.
class TraceSeries final : public trace::Writer
{
public:
    explicit TraceSeries(Femtoseconds bin) : bin_(bin) {}

    static std::vector<std::string> names();
    const std::vector<double>& series(const std::string& name) const;

    void span(const trace::Directory&, const trace::Span& span) override;
    void booking(const trace::Directory&, const trace::Booking& booking) override;
    void packet(const trace::Directory&, const trace::Packet& packet) override;
    void finish(const trace::Directory&, Femtoseconds end) override;

private:
    struct Busy {
        Femtoseconds covered = 0, until = 0;
    };

    Femtoseconds bin_;
    std::map<Component, std::vector<Energy>> energy_; ///< per bin
    std::map<std::size_t, Busy> busy_;                ///< per track
    std::map<std::string, std::vector<double>> series_;
};

} // namespace imc::nas
