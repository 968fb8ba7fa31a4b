#include "devices/pulse_programming.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace imc::devices
{

WriteCost& WriteCost::operator+=(const WriteCost& other)
{
    cells += other.cells;
    set_pulses += other.set_pulses;
    reset_pulses += other.reset_pulses;
    verify_reads += other.verify_reads;
    unconverged += other.unconverged;
    energy += other.energy;
    cell_time_s += other.cell_time_s;
    return *this;
}

PulseProgrammer::PulseProgrammer(const DeviceModel& model) : max_s_(model.max_s())
{
    const auto& pulse = model.config().programming.pulse;
    if (!pulse)
        throw std::invalid_argument("the device '" + model.config().name + "' has no pulse step model");
    pulse_ = *pulse;
    tolerance_s_ = pulse_.tolerance_s > 0.0 ? pulse_.tolerance_s : 0.5 * pulse_.step * max_s_;
    if (const auto& write = model.config().write) {
        set_energy_ = Energy::from_joules(write->set_energy_j);
        reset_energy_ = Energy::from_joules(write->reset_energy_j);
        verify_energy_ = Energy::from_joules(write->verify_energy_j);
        set_time_s_ = write->set_time_s;
        reset_time_s_ = write->reset_time_s;
        verify_time_s_ = write->verify_time_s;
    }
}

double PulseProgrammer::device_step(RandomStream& random) const
{
    // A device that does not move at all would be a fault, which is a matter of the fault section.
    const double factor = 1.0 + pulse_.device_spread * random.normal();
    return pulse_.step * max_s_ * std::max(factor, 0.01);
}

double PulseProgrammer::pulse(double g, int direction, double step_s, RandomStream& random) const
{
    const double level = g / max_s_;
    const double shrink =
        direction > 0 ? 1.0 - pulse_.saturation_up * level : 1.0 - pulse_.saturation_down * (1.0 - level);
    const double step = step_s * shrink * (1.0 + pulse_.cycle_spread * random.normal());
    return std::clamp(g + direction * step, 0.0, max_s_);
}

PulseProgrammer::Written PulseProgrammer::write(double start_s, double target_s, double step_s,
                                                RandomStream& random) const
{
    Written w{start_s, 0, 0, 0, false};
    while (w.verify_reads < pulse_.max_iterations) {
        const double seen = w.conductance_s + pulse_.verify_sigma_s * random.normal();
        ++w.verify_reads;
        const double error = target_s - seen;
        if (std::abs(error) <= tolerance_s_) {
            w.converged = true;
            break;
        }
        const int direction = error > 0.0 ? 1 : -1;
        const double wanted = std::round(std::abs(error) / (pulse_.step * max_s_));
        const int pulses = static_cast<int>(std::clamp(wanted, 1.0, double(pulse_.max_pulses_per_iteration)));
        for (int n = 0; n < pulses; ++n)
            w.conductance_s = pulse(w.conductance_s, direction, step_s, random);
        (direction > 0 ? w.set_pulses : w.reset_pulses) += pulses;
    }
    return w;
}

void PulseProgrammer::book(const Written& written, WriteCost& cost) const
{
    ++cost.cells;
    cost.set_pulses += written.set_pulses;
    cost.reset_pulses += written.reset_pulses;
    cost.verify_reads += written.verify_reads;
    cost.unconverged += written.converged ? 0 : 1;
    cost.energy +=
        set_energy_ * written.set_pulses + reset_energy_ * written.reset_pulses + verify_energy_ * written.verify_reads;
    cost.cell_time_s +=
        set_time_s_ * written.set_pulses + reset_time_s_ * written.reset_pulses + verify_time_s_ * written.verify_reads;
}

} // namespace imc::devices
