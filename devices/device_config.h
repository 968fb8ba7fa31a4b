#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "devices/curve.h"
#include "sim/base/config/visitor.h"

/// A device as data: which effects it has, their parameters, and where each was published. Files in
/// configs/devices; the equations are in device_model.h.
namespace imc::devices
{

enum class Technology { rram, pcm, sram, other };
enum class ProgrammingMode { statistical, pulse };
enum class NoiseScale { relative, absolute };
enum class IvLaw { linear, sinh, cubic };

/// Raw steps for write-and-verify.
struct PulseConfig {
    double step = 0.01;           ///< mean step of one pulse / max conductance
    double device_spread = 0.0;   ///< relative σ of a device's mean step
    double cycle_spread = 0.0;    ///< relative σ of a pulse's step
    double saturation_up = 0.0;   ///< a step up shrinks by this share at the top of the range
    double saturation_down = 0.0; ///< a step down shrinks by this share at the bottom
    double tolerance_s = 0.0;     ///< accepted error; 0: half a mean step
    double verify_sigma_s = 0.0;  ///< error of a verify read
    int max_iterations = 30;      ///< verify reads at most
    int max_pulses_per_iteration = 1;
    std::string source;
    void fields(config::Visitor& v);
};

struct ProgrammingConfig {
    ProgrammingMode mode = ProgrammingMode::statistical;
    std::optional<Curve> sigma_us; ///< residual after write-verify over the target
    double reference_max_s = 0.0;  ///< sigma scales with max / this; 0: it does not
    std::optional<PulseConfig> pulse;
    std::string source;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// G(t) = G·((t + t₀)/t₀)^−ν, ν = |N(mean, deviation)| once per device, both over the target.
struct DriftConfig {
    double time_zero_s = 1.0;
    Curve mean, deviation;
    std::string source;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// G(t) = G + N(mean(t), deviation(t)), one draw per device for all times.
struct RelaxationConfig {
    Curve mean_us, deviation_us;
    std::string source;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// Residual error at a later time, the one of programming included.
struct RetentionPoint {
    double time_s = 0.0;
    Curve sigma_us; ///< over the target
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// The error of programming grows: the variance beyond programming's own rises from 0 at `from_s` through the points,
/// linearly in ln t between them, and stays from the last on. One draw per device for all times.
struct RetentionConfig {
    double from_s = 1.0;
    std::vector<RetentionPoint> points;
    std::string source;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// σ² = A²·ln((t + t₀ + t_read)/(2·t_read)) + white²; A = G·amplitude(G_programmed) or amplitude(G) in µS.
struct ReadNoiseConfig {
    NoiseScale scale = NoiseScale::relative;
    Curve amplitude;
    double read_time_s = 250e-9;
    double time_zero_s = 0.0;
    double white_s = 0.0;
    std::string source;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

struct IvConfig {
    IvLaw law = IvLaw::linear;
    double a_per_v = 0.0;
    std::vector<double> square, cube; ///< polynomials of log10 G [S], descending powers
    double max_v = 0.0;
    std::string source;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

struct FaultConfig {
    double stuck_low = 0.0;
    double stuck_high = 0.0;
    std::string source;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

struct WriteConfig {
    double set_energy_j = 0.0, reset_energy_j = 0.0, verify_energy_j = 0.0;
    double set_time_s = 0.0, reset_time_s = 0.0, verify_time_s = 0.0;
    double endurance = 0.0; ///< pulses until a cell is stuck low; 0: not limited
    std::string source;
    void fields(config::Visitor& v);
};

struct TemperatureConfig {
    double reference_k = 300.0;
    double conductance_ev = 0.0; ///< G ∝ exp(−E/kT)
    double retention_ev = 0.0;   ///< drift and relaxation run exp(E/k·(1/T_ref − 1/T)) times faster
    std::string source;
    void fields(config::Visitor& v);
};

/// Analog SRAM: cells differ by fabrication, columns by their read-out.
struct MismatchConfig {
    double threshold_sigma_v = 0.0, overdrive_v = 0.0, current_exponent = 1.0; ///< current domain
    double capacitor_f = 0.0, capacitor_sigma = 0.0, supply_v = 0.0;           ///< charge domain
    std::string source;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

struct ColumnConfig {
    bool calibrated = true;
    double gain_sigma = 0.0, offset_sigma = 0.0;                       ///< as made; offset / column full scale
    double calibrated_gain_sigma = 0.0, calibrated_offset_sigma = 0.0; ///< what calibration leaves
    std::string source;
    void fields(config::Visitor& v);
};

struct DeviceConfig {
    std::string name;
    Technology technology = Technology::rram;
    double min_s = 0.0, max_s = 0.0;
    std::string source;
    ProgrammingConfig programming;
    std::optional<DriftConfig> drift;
    std::optional<RelaxationConfig> relaxation;
    std::optional<RetentionConfig> retention;
    std::optional<ReadNoiseConfig> read_noise;
    std::optional<IvConfig> iv;
    std::optional<FaultConfig> faults;
    std::optional<WriteConfig> write;
    std::optional<TemperatureConfig> temperature;
    std::optional<MismatchConfig> mismatch;
    std::optional<ColumnConfig> columns;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

} // namespace imc::devices
