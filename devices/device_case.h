#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "devices/device_config.h"

namespace imc::devices
{

enum class Initial { target, programmed };

/// One device alone, as `imcsim device` takes it: the distribution of its conductance for each target and
/// time, over independently made, programmed and read devices.
struct DeviceCase {
    DeviceConfig device;
    std::vector<double> target_s;
    std::vector<double> time_s{0.0};
    /// `target`: programming ended exactly at the target, unless "programming" is among the effects;
    /// `programmed`: with the device's programming error, whether listed or not.
    Initial initial = Initial::target;
    /// programming, relaxation, drift, read_noise, stuck_at, mismatch; "all" for whatever the device has. An empty
    /// list leaves the device as it was programmed.
    std::vector<std::string> effects{"all"};
    std::int64_t samples = 1000000;
    std::uint64_t seed = 1;
    double temperature_k = 0.0; ///< 0: the device's reference temperature

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

struct DevicePoint {
    double target_s, time_s, mean_s, std_s;
};

/// One point per target and time, targets outermost. A point's numbers do not depend on which others are asked
/// for: its stream is named by target and time.
std::vector<DevicePoint> sample(const DeviceCase& device_case);

} // namespace imc::devices
