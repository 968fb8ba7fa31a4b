#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nas/train/train_config.h"

namespace imc::training
{

/// The errors that a chip's cells give to integer weights, as mean and deviation for every value, in units of the
/// integers' step. Known by drawing cells of every level from the device model (programming, drift, relaxation, read
/// noise) and adding what the encoding's planes and pairs make of them; the mean drift of all weights together, which
/// any digital scale removes, is taken out.
class WeightNoise
{
public:
    /// Throws ConfigError if the device cannot be read or does not fit the cell.
    WeightNoise(const NoiseConfig& config, int weight_bits, std::uint64_t seed);

    double mean(std::int64_t weight) const { return mean_[index(weight)]; }
    double deviation(std::int64_t weight) const { return deviation_[index(weight)]; }

    /// Adds one draw to each of `weights`, which hold integers. The draws are named by seed, tensor and step.
    void add_to(std::vector<double>& weights, std::uint64_t seed, const std::string& tensor, std::uint64_t step) const;

private:
    std::size_t index(std::int64_t weight) const { return static_cast<std::size_t>(weight + half_); }

    std::int64_t half_; ///< least weight is −half
    double factor_;
    std::vector<double> mean_, deviation_;
};

} // namespace imc::training
