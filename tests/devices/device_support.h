#pragma once

#include <cmath>
#include <filesystem>
#include <memory>
#include <numbers>
#include <string>

#include "devices/device_case.h"
#include "devices/device_model.h"
#include "sim/base/config/document.h"

namespace imc::test
{

inline devices::DeviceConfig shipped_device(const std::string& name)
{
    return config::Document::load(std::filesystem::path(IMC_SOURCE_DIR) / "configs" / "devices" / (name + ".json"))
        .read<devices::DeviceConfig>();
}

inline std::shared_ptr<const devices::DeviceModel> shipped_model(const std::string& name)
{
    return std::make_shared<const devices::DeviceModel>(shipped_device(name));
}

inline double density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi); }
inline double cumulative(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

struct Moments {
    double mean, std;
};

/// max(0, N(mean, sigma)).
inline Moments clamped_normal(double mean, double sigma)
{
    if (sigma == 0.0)
        return {std::max(0.0, mean), 0.0};
    const double a = mean / sigma;
    const double first = mean * cumulative(a) + sigma * density(a);
    const double second = (mean * mean + sigma * sigma) * cumulative(a) + mean * sigma * density(a);
    return {first, std::sqrt(std::max(0.0, second - first * first))};
}

/// E and σ of exp(−l·|N(mean, sigma)|).
inline Moments drifted(double mean, double sigma, double l)
{
    const auto expectation = [&](double k) {
        const double shift = 0.5 * k * k * sigma * sigma;
        return std::exp(-k * mean + shift) * cumulative(mean / sigma - k * sigma) +
               std::exp(k * mean + shift) * cumulative(-mean / sigma - k * sigma);
    };
    const double first = expectation(l);
    return {first, std::sqrt(expectation(2.0 * l) - first * first)};
}

} // namespace imc::test
