#include "devices/device_model.h"

#include <algorithm>
#include <cmath>

namespace imc::devices
{

namespace
{
constexpr double boltzmann_ev = 8.617333262e-5; // eV/K (CODATA 2018)
constexpr double boltzmann_j = 1.380649e-23;    // J/K
constexpr double to_siemens = 1e-6;
} // namespace

DeviceModel::DeviceModel(DeviceConfig config) : config_(std::move(config))
{
    if (config_.programming.reference_max_s > 0.0)
        sigma_scale_ = config_.max_s / config_.programming.reference_max_s;
    if (const auto& m = config_.mismatch) {
        const double threshold =
            m->threshold_sigma_v > 0.0 ? m->current_exponent * m->threshold_sigma_v / m->overdrive_v : 0.0;
        mismatch_ = std::hypot(threshold, m->capacitor_sigma);
    }
}

double DeviceModel::programming_sigma(double target_s) const
{
    const auto& sigma = config_.programming.sigma_us;
    return sigma ? sigma_scale_ * sigma->at_conductance(target_s, config_.max_s) * to_siemens : 0.0;
}

double DeviceModel::programmed(double target_s, double sigma_s, RandomStream& random) const
{
    return std::max(0.0, target_s + sigma_s * random.normal());
}

double DeviceModel::drift_exponent(double target_s, RandomStream& random) const
{
    const auto& drift = config_.drift;
    if (!drift)
        return 0.0;
    const double mean = drift->mean.at_conductance(target_s, config_.max_s);
    const double deviation = drift->deviation.at_conductance(target_s, config_.max_s);
    return std::abs(mean + deviation * random.normal());
}

double DeviceModel::kelvins(Moment moment) const
{
    const double reference = config_.temperature ? config_.temperature->reference_k : 300.0;
    return moment.temperature_k > 0.0 ? moment.temperature_k : reference;
}

double DeviceModel::age(Moment moment) const
{
    if (!config_.temperature || config_.temperature->retention_ev == 0.0)
        return moment.time_s;
    const auto& t = *config_.temperature;
    return moment.time_s * std::exp(t.retention_ev / boltzmann_ev * (1.0 / t.reference_k - 1.0 / kelvins(moment)));
}

double DeviceModel::drift_log(Moment moment) const
{
    return config_.drift ? std::log1p(age(moment) / config_.drift->time_zero_s) : 0.0;
}

DeviceModel::Shift DeviceModel::relaxation(Moment moment) const
{
    if (!config_.relaxation)
        return {};
    const double t = age(moment);
    return {config_.relaxation->mean_us.at(t) * to_siemens,
            std::max(0.0, config_.relaxation->deviation_us.at(t)) * to_siemens};
}

double DeviceModel::retention_sigma(double target_s, Moment moment) const
{
    if (!config_.retention)
        return 0.0;
    const RetentionConfig& r = *config_.retention;
    const double own = programming_sigma(target_s), t = age(moment);
    double variance = 0.0, at = r.from_s;
    for (const RetentionPoint& point : r.points) {
        const double sigma = sigma_scale_ * point.sigma_us.at_conductance(target_s, config_.max_s) * to_siemens;
        const double grown = std::max(0.0, sigma * sigma - own * own);
        if (t < point.time_s) {
            const double share = t > at ? std::log(t / at) / std::log(point.time_s / at) : 0.0;
            return std::sqrt(std::lerp(variance, grown, share));
        }
        variance = grown;
        at = point.time_s;
    }
    return std::sqrt(variance);
}

double DeviceModel::thermal_factor(Moment moment) const
{
    if (!config_.temperature || config_.temperature->conductance_ev == 0.0)
        return 1.0;
    const auto& t = *config_.temperature;
    return std::exp(t.conductance_ev / boltzmann_ev * (1.0 / t.reference_k - 1.0 / kelvins(moment)));
}

NoiseVariance DeviceModel::read_noise(double now_s, double programmed_s, Moment moment, double operation_s) const
{
    if (!config_.read_noise)
        return {};
    const ReadNoiseConfig& noise = *config_.read_noise;
    const double read = noise.read_time_s;
    const double amplitude = noise.scale == NoiseScale::relative
                                 ? now_s * noise.amplitude.at_conductance(programmed_s, config_.max_s)
                                 : noise.amplitude.at_conductance(now_s, config_.max_s) * to_siemens;
    const double band = std::max(0.0, std::log((moment.time_s + noise.time_zero_s + read) / (2.0 * read)));
    const double upper = std::clamp(std::log(std::max(operation_s, 2.0 * read) / (2.0 * read)), 0.0, band);
    const double power = amplitude * amplitude;
    return {power * (band - upper), power * upper + noise.white_s * noise.white_s};
}

double DeviceModel::thermal_noise_variance(Moment moment) const
{
    const auto& m = config_.mismatch;
    if (!m || m->capacitor_f <= 0.0)
        return 0.0;
    // Charge on a unit capacitor has variance kTC; relative to the charge C·V of a cell that is on.
    const double unit = config_.max_s * config_.max_s;
    return unit * boltzmann_j * kelvins(moment) / (m->capacitor_f * m->supply_v * m->supply_v);
}

std::unique_ptr<CellLaw> DeviceModel::cell_law() const
{
    if (!config_.iv || config_.iv->law == IvLaw::linear)
        return nullptr;
    const IvConfig& iv = *config_.iv;
    if (iv.law == IvLaw::sinh)
        return std::make_unique<SinhCell>(iv.a_per_v);
    const double square[4] = {iv.square[0], iv.square[1], iv.square[2], iv.square[3]};
    const double cube[3] = {iv.cube[0], iv.cube[1], iv.cube[2]};
    return std::make_unique<CubicCell>(square, cube);
}

} // namespace imc::devices
