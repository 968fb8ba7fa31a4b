#include "devices/crossbar/ladder.h"

namespace imc::devices
{

Ladder::Ladder(std::size_t nodes, double source_ohm, double wire_ohm)
    : source_ohm_(source_ohm), wire_ohm_(wire_ohm), g_(nodes), left_(nodes), step_(nodes), own_(nodes), self_(nodes),
      drive_(nodes), source_(nodes)
{
}

void Ladder::set(std::span<const double> g)
{
    const std::size_t n = g_.size();
    g_.assign(g.begin(), g.end());
    left_[0] = source_ohm_;
    for (std::size_t j = 1; j < n; ++j)
        left_[j] = wire_ohm_ + left_[j - 1] / (1.0 + left_[j - 1] * g_[j - 1]);
    double right = 0.0; // conductance of what lies right of node j
    for (std::size_t j = n; j-- > 0;) {
        const double here = g_[j] + right;
        const double load = 1.0 + left_[j] * here;
        own_[j] = left_[j] / load;
        self_[j] = g_[j] * (1.0 + left_[j] * right) / load;
        step_[j] = 1.0 / (1.0 + wire_ohm_ * here);
        if (j == 0)
            drive_[0] = 1.0 / (1.0 + source_ohm_ * here);
        right = here * step_[j];
    }
    for (std::size_t j = 1; j < n; ++j)
        drive_[j] = drive_[j - 1] * step_[j];
}

void Ladder::solve(double v, std::span<const double> injected, std::span<double> out) const
{
    const std::size_t n = g_.size();
    // Thévenin voltage of everything up to node j, swept from the driver; then back from the far end.
    double e = v;
    for (std::size_t j = 0; j < n; ++j) {
        e = (e + left_[j] * injected[j]) / (1.0 + left_[j] * g_[j]);
        source_[j] = e;
    }
    out[n - 1] = source_[n - 1];
    for (std::size_t j = n - 1; j-- > 0;) {
        const double inner = left_[j] / (1.0 + left_[j] * g_[j]);
        out[j] = inner == 0.0 ? source_[j] : source_[j] - inner * (source_[j] - out[j + 1]) / (inner + wire_ohm_);
    }
}

} // namespace imc::devices
