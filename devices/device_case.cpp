#include "devices/device_case.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "devices/device_model.h"
#include "devices/pulse_programming.h"

namespace imc::devices
{

namespace
{

constexpr config::Choice<Initial> initials[] = {
    {"target", Initial::target, "the target itself, unless 'programming' is among the effects"},
    {"programmed", Initial::programmed, "the target with the error of programming"}};
const std::vector<std::string> known_effects = {"programming", "relaxation", "drift", "read_noise",
                                                "stuck_at",    "mismatch",   "all"};

struct Effects {
    bool programming, relaxation, drift, read_noise, stuck_at, mismatch;

    explicit Effects(const DeviceCase& c)
    {
        const auto has = [&](const char* name) {
            return std::ranges::any_of(c.effects, [&](const std::string& e) { return e == name || e == "all"; });
        };
        const DeviceConfig& d = c.device;
        programming = has("programming") || c.initial == Initial::programmed;
        relaxation = has("relaxation") && (d.relaxation || d.retention);
        drift = has("drift") && d.drift;
        read_noise = has("read_noise") && d.read_noise;
        stuck_at = has("stuck_at") && d.faults;
        mismatch = has("mismatch") && d.mismatch;
    }
};

/// Draws devices of one target at one time.
class Sampler
{
public:
    Sampler(const DeviceCase& c, const DeviceModel& model, double target, double time)
        : model_(model), on_(c), target_(target), moment_{time, c.temperature_k},
          random_(c.seed, fmt::format("device {:.17g} S {:.17g} s", target, time)),
          sigma_(model.programming_sigma(target)), drift_log_(model.drift_log(moment_)),
          shift_(model.relaxation(moment_)), grown_(model.retention_sigma(target, moment_)),
          factor_(model.thermal_factor(moment_))
    {
        if (c.device.programming.mode == ProgrammingMode::pulse)
            programmer_.emplace(model);
        if (c.device.drift) {
            nu_mean_ = c.device.drift->mean.at_conductance(target, model.max_s());
            nu_deviation_ = c.device.drift->deviation.at_conductance(target, model.max_s());
        }
    }

    double draw()
    {
        double g = target_;
        if (on_.programming)
            g = programmer_ ? programmer_->write(0.0, target_, programmer_->device_step(random_), random_).conductance_s
                            : model_.programmed(target_, sigma_, random_);
        if (on_.mismatch)
            g = std::max(0.0, g * (1.0 + model_.mismatch_sigma() * random_.normal()));
        const double programmed = g;
        if (on_.drift)
            g *= std::exp(-std::abs(nu_mean_ + nu_deviation_ * random_.normal()) * drift_log_);
        if (on_.relaxation)
            g = std::max(0.0, g + shift_.mean_s + std::hypot(shift_.deviation_s, grown_) * random_.normal());
        g *= factor_;
        if (on_.stuck_at) {
            const FaultConfig& faults = *model_.config().faults;
            const double u = random_.uniform();
            g = u < faults.stuck_low ? model_.min_s() : u < faults.stuck_low + faults.stuck_high ? model_.max_s() : g;
        }
        if (on_.read_noise) {
            const double variance = model_.read_noise(g, programmed, moment_).total();
            g = std::max(0.0, g + std::sqrt(variance) * random_.normal());
        }
        return g;
    }

private:
    const DeviceModel& model_;
    Effects on_;
    double target_;
    Moment moment_;
    RandomStream random_;
    double sigma_, drift_log_;
    DeviceModel::Shift shift_;
    double grown_; ///< σ of retention
    double factor_;
    double nu_mean_ = 0.0, nu_deviation_ = 0.0;
    std::optional<PulseProgrammer> programmer_;
};

} // namespace

void DeviceCase::fields(config::Visitor& v)
{
    using config::Presence;
    v.section("device", device, "the device, or the file that describes it", Presence::required);
    v.reals("target_siemens", target_s, {0, 1e3}, unit::siemens, "conductances aimed at", Presence::required);
    v.reals("time_s", time_s, {0, 1e15}, unit::seconds, "times since programming ended");
    v.choice("initial", initial, initials, "where devices start from when programming has ended");
    v.texts("effects", effects,
            "programming, relaxation, drift, read_noise, stuck_at, mismatch, or all that the device has");
    v.integer("samples", samples, {2, 1000000000000}, unit::none, "devices drawn per point");
    v.integer("seed", seed, {0, std::numeric_limits<std::int64_t>::max()}, unit::none, "seed of the draws");
    v.real("temperature_k", temperature_k, {0, 1000}, unit::kelvins, "0: the device's reference temperature");
}

void DeviceCase::check(const config::Place& place) const
{
    if (target_s.empty())
        place.fail("target_siemens", "is empty");
    if (time_s.empty())
        place.fail("time_s", "is empty");
    for (std::size_t i = 0; i < target_s.size(); ++i)
        if (const double slack = 1e-9 * device.max_s;
            target_s[i] < device.min_s - slack || target_s[i] > device.max_s + slack)
            place.fail(
                fmt::format("target_siemens[{}]", i),
                fmt::format("must be in the device's range [{}, {}], got {}", device.min_s, device.max_s, target_s[i]));
    for (std::size_t i = 0; i < effects.size(); ++i)
        if (std::ranges::find(known_effects, effects[i]) == known_effects.end())
            place.fail(fmt::format("effects[{}]", i),
                       fmt::format("must be one of '{}', got '{}'", fmt::join(known_effects, "', '"), effects[i]));
}

std::vector<DevicePoint> sample(const DeviceCase& device_case)
{
    const DeviceModel model(device_case.device);
    std::vector<DevicePoint> points;
    for (const double target : device_case.target_s)
        for (const double time : device_case.time_s) {
            Sampler sampler(device_case, model, target, time);
            // Sums of deviations from the first device, so that a small spread keeps its digits.
            const double first = sampler.draw();
            double sum = 0.0, squares = 0.0;
            for (std::int64_t n = 1; n < device_case.samples; ++n) {
                const double d = sampler.draw() - first;
                sum += d;
                squares += d * d;
            }
            const auto count = static_cast<double>(device_case.samples);
            const double variance = std::max(0.0, (squares - sum * sum / count) / (count - 1.0));
            points.push_back({target, time, first + sum / count, std::sqrt(variance)});
        }
    return points;
}

} // namespace imc::devices
