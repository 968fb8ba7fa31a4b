#pragma once

#include <memory>

#include "devices/crossbar/cell_law.h"
#include "devices/device_config.h"
#include "sim/base/random.h"

namespace imc::devices
{

/// Time since programming ended and temperature at which cells are looked at.
struct Moment {
    double time_s = 0.0;
    double temperature_k = 0.0; ///< 0: the device's reference temperature
};

/// Variances in S². `slow` is frozen over one hold time, `fast` is new in every operation.
struct NoiseVariance {
    double slow = 0.0;
    double fast = 0.0;
    double total() const { return slow + fast; }
};

/// The physics of one cell, from a parameter set; conductances in siemens, times in seconds. Stateless.
class DeviceModel
{
public:
    explicit DeviceModel(DeviceConfig config);

    const DeviceConfig& config() const { return config_; }
    double min_s() const { return config_.min_s; }
    double max_s() const { return config_.max_s; }

    /// σ of the programmed conductance over its target; 0 without a programming section.
    double programming_sigma(double target_s) const;
    /// max(0, N(target, σ)).
    double programmed(double target_s, double sigma_s, RandomStream& random) const;

    /// |N(mean, deviation)| of the drift exponent for a target; drawn once per device and programming.
    double drift_exponent(double target_s, RandomStream& random) const;
    /// ln((t + t₀)/t₀), 0 without drift; the conductance is multiplied by e^(−ν·this).
    double drift_log(Moment moment) const;

    struct Shift {
        double mean_s = 0.0, deviation_s = 0.0;
    };
    /// Relaxation since programming; the device's own standard normal multiplies the deviation.
    Shift relaxation(Moment moment) const;

    /// σ by which the programming error has grown since, for a target (added in variance); 0 without retention.
    double retention_sigma(double target_s, Moment moment) const;

    /// Factor on every conductance relative to the reference temperature.
    double thermal_factor(Moment moment) const;

    /// Variance of the read noise of a cell with conductance `now_s` that was programmed to `programmed_s`.
    /// 1/f noise from above 1/(2·read time) down to the age of the device; its share above 1/operation_s is
    /// fast, and so is white noise. operation_s of at most two read times (or 0) puts all 1/f noise into `slow`.
    NoiseVariance read_noise(double now_s, double programmed_s, Moment moment, double operation_s = 0.0) const;
    /// Charge domain: variance per cell of a column from kT/C of the unit capacitor, whatever the input.
    double thermal_noise_variance(Moment moment) const;

    /// Relative σ between cells as made: threshold mismatch α·σ_Vth/V_ov (derivative of the α-power law, Sakurai &
    /// Newton, JSSC 25(2), 1990) and capacitor mismatch.
    double mismatch_sigma() const { return mismatch_; }

    /// Current over voltage; nullptr if linear.
    std::unique_ptr<CellLaw> cell_law() const;

private:
    double age(Moment moment) const;
    double kelvins(Moment moment) const;

    DeviceConfig config_;
    double mismatch_ = 0.0;
    double sigma_scale_ = 1.0;
};

} // namespace imc::devices
