#include "devices/compensation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace imc::devices
{

namespace
{

std::vector<double> mean_magnitudes(const Matrix<double>& read)
{
    std::vector<double> sums(read.cols());
    for (std::size_t i = 0; i < read.rows(); ++i)
        for (std::size_t j = 0; j < read.cols(); ++j)
            sums[j] += std::abs(read(i, j)) / static_cast<double>(read.rows());
    return sums;
}

} // namespace

const char* name(Compensation kind)
{
    constexpr const char* names[] = {"none", "global", "column"};
    return names[static_cast<int>(kind)];
}

std::vector<double> compensation_factors(const Matrix<double>& before, const Matrix<double>& now, Compensation kind,
                                         double floor)
{
    if (before.rows() != now.rows() || before.cols() != now.cols() || before.empty())
        throw std::invalid_argument("drift compensation needs two read-outs of the same, non-empty array");
    std::vector<double> factors(before.cols(), 1.0);
    if (kind == Compensation::none)
        return factors;
    std::vector<double> old_mean = mean_magnitudes(before), new_mean = mean_magnitudes(now);
    if (kind == Compensation::global) {
        const auto columns = static_cast<double>(before.cols());
        std::ranges::fill(old_mean, std::accumulate(old_mean.begin(), old_mean.end(), 0.0) / columns);
        std::ranges::fill(new_mean, std::accumulate(new_mean.begin(), new_mean.end(), 0.0) / columns);
    }
    for (std::size_t j = 0; j < factors.size(); ++j)
        factors[j] = std::max(old_mean[j], floor) / std::max(new_mean[j], floor);
    return factors;
}

} // namespace imc::devices
