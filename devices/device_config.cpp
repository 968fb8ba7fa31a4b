#include "devices/device_config.h"

#include <cmath>

#include <fmt/format.h>

namespace imc::devices
{

namespace
{

using config::Presence;

constexpr config::Choice<Technology> technologies[] = {{"rram", Technology::rram, "resistive memory"},
                                                       {"pcm", Technology::pcm, "phase-change memory"},
                                                       {"sram", Technology::sram, "static memory"},
                                                       {"other", Technology::other, "any other"}};
constexpr config::Choice<ProgrammingMode> modes[] = {
    {"statistical", ProgrammingMode::statistical, "published residual after write-verify"},
    {"pulse", ProgrammingMode::pulse, "pulses and verify reads from a raw step model"}};
constexpr config::Choice<NoiseScale> scales[] = {
    {"relative", NoiseScale::relative, "amplitude is a share of the conductance, over the programmed one"},
    {"absolute", NoiseScale::absolute, "amplitude in uS, over the conductance read"}};
constexpr config::Choice<IvLaw> laws[] = {{"linear", IvLaw::linear, "I = G v"},
                                          {"sinh", IvLaw::sinh, "I = G sinh(a v)/a"},
                                          {"cubic", IvLaw::cubic, "I = G v + b(G) v^2 + c(G) v^3"}};

void source_field(config::Visitor& v, std::string& source)
{
    v.text("source", source, "where these numbers were published", Presence::required);
}

void over_conductance(const config::Place& place, const char* key, const Curve& curve)
{
    if (curve.argument == Argument::seconds)
        place.fail(std::string(key) + ".argument", "must be 'fraction' or 'microsiemens'");
}

void over_time(const config::Place& place, const char* key, const Curve& curve)
{
    if (curve.argument != Argument::seconds)
        place.fail(std::string(key) + ".argument", "must be 'seconds'");
}

} // namespace

void RetentionPoint::fields(config::Visitor& v)
{
    v.real("time_s", time_s, {0, 1e15}, unit::seconds, "since programming", Presence::required);
    v.section("sigma_us", sigma_us, "sigma of the conductance by then, over the target", Presence::required);
}

void RetentionPoint::check(const config::Place& place) const { over_conductance(place, "sigma_us", sigma_us); }

void RetentionConfig::fields(config::Visitor& v)
{
    v.real("from_s", from_s, {1e-9, 1e15}, unit::seconds, "time of which programming.sigma_us was published");
    v.list("points", points, "later times, ascending", Presence::required);
    source_field(v, source);
}

void RetentionConfig::check(const config::Place& place) const
{
    double last = from_s;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!(points[i].time_s > last))
            place.fail(fmt::format("points[{}].time_s", i),
                       fmt::format("must exceed {}, got {}", last, points[i].time_s));
        last = points[i].time_s;
    }
    if (points.empty())
        place.fail("points", "must have at least one point");
}

void PulseConfig::fields(config::Visitor& v)
{
    v.real("step", step, {1e-6, 1}, unit::none, "mean step of one pulse / max_us");
    v.real("device_spread", device_spread, {0, 10}, unit::none, "relative sigma of a device's mean step");
    v.real("cycle_spread", cycle_spread, {0, 100}, unit::none, "relative sigma of one pulse's step");
    v.real("saturation_up", saturation_up, {0, 1}, unit::none, "share by which a step up shrinks at max_us");
    v.real("saturation_down", saturation_down, {0, 1}, unit::none, "share by which a step down shrinks at 0");
    v.real("tolerance_us", tolerance_s, {0, 1e6}, unit::microsiemens, "accepted error; 0: half a mean step");
    v.real("verify_sigma_us", verify_sigma_s, {0, 1e6}, unit::microsiemens, "error of a verify read");
    v.integer("max_iterations", max_iterations, {1, 100000}, unit::none, "verify reads per cell at most");
    v.integer("max_pulses_per_iteration", max_pulses_per_iteration, {1, 100000}, unit::none,
              "pulses between two verify reads at most");
    source_field(v, source);
}

void ProgrammingConfig::fields(config::Visitor& v)
{
    v.choice("mode", mode, modes, "how cells get their conductance");
    v.section("sigma_us", sigma_us, "standard deviation of the programmed conductance over the target");
    v.real("reference_max_us", reference_max_s, {0, 1e6}, unit::microsiemens,
           "sigma_us scales with max_us / this; 0: it does not scale");
    v.section("pulse", pulse, "raw step model");
    source_field(v, source);
}

void ProgrammingConfig::check(const config::Place& place) const
{
    if (mode == ProgrammingMode::pulse && !pulse)
        place.fail("pulse", "is missing: mode 'pulse' needs a step model");
    if (sigma_us)
        over_conductance(place, "sigma_us", *sigma_us);
}

void DriftConfig::fields(config::Visitor& v)
{
    v.real("time_zero_s", time_zero_s, {1e-12, 1e12}, unit::seconds, "t0: drift is counted from here",
           Presence::required);
    v.section("mean", mean, "mean of the exponent over the target", Presence::required);
    v.section("deviation", deviation, "standard deviation of the exponent over the target", Presence::required);
    source_field(v, source);
}

void DriftConfig::check(const config::Place& place) const
{
    over_conductance(place, "mean", mean);
    over_conductance(place, "deviation", deviation);
}

void RelaxationConfig::fields(config::Visitor& v)
{
    v.section("mean_us", mean_us, "mean shift over time", Presence::required);
    v.section("deviation_us", deviation_us, "standard deviation of the shift over time", Presence::required);
    source_field(v, source);
}

void RelaxationConfig::check(const config::Place& place) const
{
    over_time(place, "mean_us", mean_us);
    over_time(place, "deviation_us", deviation_us);
}

void ReadNoiseConfig::fields(config::Visitor& v)
{
    v.choice("scale", scale, scales, "what the amplitude is relative to");
    v.section("amplitude", amplitude, "amplitude of the 1/f noise", Presence::required);
    v.real("read_time_ns", read_time_s, {1e-3, 1e12}, unit::nanoseconds, "duration of one read");
    v.real("time_zero_s", time_zero_s, {0, 1e12}, unit::seconds, "added to the time since programming ended");
    v.real("white_us", white_s, {0, 1e6}, unit::microsiemens, "standard deviation of white noise");
    source_field(v, source);
}

void ReadNoiseConfig::check(const config::Place& place) const { over_conductance(place, "amplitude", amplitude); }

void IvConfig::fields(config::Visitor& v)
{
    v.choice("law", law, laws, "current over voltage");
    v.real("a_per_v", a_per_v, {0, 1000}, unit::none, "a of the sinh law, in 1/V");
    v.reals("square", square, {}, unit::none, "b as four coefficients of log10(G in S), descending powers");
    v.reals("cube", cube, {}, unit::none, "c as three coefficients of log10(G in S), descending powers");
    v.real("max_v", max_v, {0, 100}, unit::volts, "largest voltage the fit holds for; 0: not stated");
    source_field(v, source);
}

void IvConfig::check(const config::Place& place) const
{
    if (law == IvLaw::sinh && !(a_per_v > 0.0))
        place.fail("a_per_v", "must be positive for the sinh law");
    if (law == IvLaw::cubic && (square.size() != 4 || cube.size() != 3))
        place.fail(square.size() != 4 ? "square" : "cube", "the cubic law needs four and three coefficients");
}

void FaultConfig::fields(config::Visitor& v)
{
    v.real("stuck_low", stuck_low, {0, 1}, unit::none, "share of cells stuck at min_us");
    v.real("stuck_high", stuck_high, {0, 1}, unit::none, "share of cells stuck at max_us");
    source_field(v, source);
}

void FaultConfig::check(const config::Place& place) const
{
    if (stuck_low + stuck_high > 1.0)
        place.fail("stuck_low",
                   fmt::format("the shares of stuck cells add up to {}, more than 1", stuck_low + stuck_high));
}

void WriteConfig::fields(config::Visitor& v)
{
    v.real("set_energy_pj", set_energy_j, {0, 1e9}, unit::picojoules, "energy of a pulse up");
    v.real("reset_energy_pj", reset_energy_j, {0, 1e9}, unit::picojoules, "energy of a pulse down");
    v.real("verify_energy_pj", verify_energy_j, {0, 1e9}, unit::picojoules, "energy of a verify read");
    v.real("set_time_ns", set_time_s, {0, 1e12}, unit::nanoseconds, "duration of a pulse up");
    v.real("reset_time_ns", reset_time_s, {0, 1e12}, unit::nanoseconds, "duration of a pulse down");
    v.real("verify_time_ns", verify_time_s, {0, 1e12}, unit::nanoseconds, "duration of a verify read");
    v.real("endurance", endurance, {0, 1e18}, unit::none, "pulses until a cell is stuck low; 0: not limited");
    source_field(v, source);
}

void TemperatureConfig::fields(config::Visitor& v)
{
    v.real("reference_k", reference_k, {50, 1000}, unit::kelvins, "temperature at which the numbers hold");
    v.real("conductance_ev", conductance_ev, {-2, 2}, unit::none, "activation energy of the conductance, eV");
    v.real("retention_ev", retention_ev, {0, 5}, unit::none, "activation energy of drift and relaxation, eV");
    source_field(v, source);
}

void MismatchConfig::fields(config::Visitor& v)
{
    v.real("threshold_sigma_v", threshold_sigma_v, {0, 1}, unit::volts, "sigma of the read transistor's threshold");
    v.real("overdrive_v", overdrive_v, {0, 5}, unit::volts, "gate voltage above threshold during a read");
    v.real("current_exponent", current_exponent, {1, 2}, unit::none, "current ~ overdrive^this");
    v.real("capacitor_ff", capacitor_f, {0, 1e6}, unit::femtofarads, "unit capacitor of a cell (charge domain)");
    v.real("capacitor_sigma", capacitor_sigma, {0, 1}, unit::none, "relative sigma of the unit capacitor");
    v.real("supply_v", supply_v, {0, 10}, unit::volts, "voltage that charges the capacitors");
    source_field(v, source);
}

void MismatchConfig::check(const config::Place& place) const
{
    if (threshold_sigma_v > 0.0 && !(overdrive_v > 0.0))
        place.fail("overdrive_v", "must be positive where the threshold varies");
    if (capacitor_f > 0.0 && !(supply_v > 0.0))
        place.fail("supply_v", "must be positive where capacitors are charged");
    if (capacitor_sigma > 0.0 && !(capacitor_f > 0.0))
        place.fail("capacitor_ff", "must be positive where capacitors vary");
}

void ColumnConfig::fields(config::Visitor& v)
{
    v.boolean("calibrated", calibrated, "whether the columns' gain and offset have been calibrated");
    v.real("gain_sigma", gain_sigma, {0, 1}, unit::none, "relative sigma of column gains as made");
    v.real("offset_sigma", offset_sigma, {0, 1}, unit::none, "sigma of column offsets as made / full scale");
    v.real("calibrated_gain_sigma", calibrated_gain_sigma, {0, 1}, unit::none, "what calibration leaves of the gain's");
    v.real("calibrated_offset_sigma", calibrated_offset_sigma, {0, 1}, unit::none,
           "what calibration leaves of the offset's");
    source_field(v, source);
}

void DeviceConfig::fields(config::Visitor& v)
{
    v.text("name", name, "what to call the device");
    v.choice("technology", technology, technologies, "kind of cell");
    v.real("min_us", min_s, {0, 1e9}, unit::microsiemens, "smallest conductance that can be programmed");
    v.real("max_us", max_s, {1e-9, 1e9}, unit::microsiemens, "largest conductance that can be programmed",
           Presence::required);
    source_field(v, source);
    v.section("programming", programming, "error of programming");
    v.section("drift", drift, "drift by a power law");
    v.section("relaxation", relaxation, "relaxation after programming");
    v.section("retention", retention, "growth of the programming error");
    v.section("read_noise", read_noise, "noise of a read");
    v.section("iv", iv, "current over voltage");
    v.section("faults", faults, "stuck cells");
    v.section("write", write, "cost of pulses and endurance");
    v.section("temperature", temperature, "dependence on temperature");
    v.section("mismatch", mismatch, "differences between SRAM cells");
    v.section("columns", columns, "differences between column read-outs");
}

void DeviceConfig::check(const config::Place& place) const
{
    if (!(min_s < max_s))
        place.fail("min_us", fmt::format("must be below max_us, got {} and {}", min_s * 1e6, max_s * 1e6));
    // A fit may not turn negative or infinite inside the device's own range.
    for (int k = 0; k <= 100; ++k) {
        const double g = min_s + (max_s - min_s) * k / 100.0;
        const auto finite = [&](const char* key, const Curve& curve, bool negative) {
            const double value = curve.at_conductance(g, max_s);
            if (!std::isfinite(value) || (!negative && value < 0.0))
                place.fail(key,
                           fmt::format("is {} at {} uS; it must be finite and not negative within the device's range",
                                       value, g * 1e6));
        };
        if (programming.sigma_us)
            finite("programming.sigma_us", *programming.sigma_us, false);
        if (drift) {
            finite("drift.mean", drift->mean, true);
            finite("drift.deviation", drift->deviation, false);
        }
        if (retention)
            for (std::size_t i = 0; i < retention->points.size(); ++i)
                finite(fmt::format("retention.points[{}].sigma_us", i).c_str(), retention->points[i].sigma_us, false);
        if (read_noise)
            finite("read_noise.amplitude", read_noise->amplitude, false);
    }
}

} // namespace imc::devices
