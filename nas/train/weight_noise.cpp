#include "nas/train/weight_noise.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "devices/programmed_array.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/base/random.h"
#include "sim/values/encoding.h"

namespace imc::training
{

namespace
{

struct Moments {
    double mean = 0.0, variance = 0.0;
};

/// Of the conductance of cells of one level, in levels above level 0's target.
Moments draw_level(const std::shared_ptr<const devices::DeviceModel>& device, double target_s, double zero_s,
                   double step_s, const NoiseConfig& config, std::uint64_t seed, std::uint64_t level)
{
    const auto samples = static_cast<std::size_t>(config.samples);
    devices::ProgrammedArray cells(device, 1, samples, seed, level);
    cells.program(Matrix<double>(1, samples, target_s));
    const devices::Moment moment{config.time_s, config.macro.temperature_k};
    Matrix<double> now = cells.read(moment);
    cells.add_slow_noise(now, moment, 0.0, 0);
    Moments m;
    for (const double g : now.flat())
        m.mean += (g - zero_s) / step_s / static_cast<double>(samples);
    for (const double g : now.flat()) {
        const double d = (g - zero_s) / step_s - m.mean;
        m.variance += d * d / static_cast<double>(samples - 1);
    }
    return m;
}

values::ArraySpec one_weight(const MacroConfig& macro, int weight_bits)
{
    values::ArraySpec spec;
    spec.rows = 1;
    spec.columns = 64;
    spec.cell_bits = macro.cell.bits;
    spec.merged_columns = macro.merged_columns;
    // Which columns are stored inverted depends on their neighbours; the errors are much the same.
    spec.encoding = macro.encoding == Encoding::biased_flip ? Encoding::biased : macro.encoding;
    spec.weight_bits = weight_bits;
    return spec;
}

} // namespace

WeightNoise::WeightNoise(const NoiseConfig& config, int weight_bits, std::uint64_t seed)
    : half_(std::int64_t{1} << (weight_bits - 1)), factor_(config.factor)
{
    const MacroConfig& macro = config.macro;
    const auto device = std::make_shared<const devices::DeviceModel>(
        config::Document::load(macro.cell.device).read<devices::DeviceConfig>());
    const double on = macro.cell.on_conductance_s, off = std::max(on / macro.cell.on_off_ratio, device->min_s());
    if (on > device->max_s() * (1 + 1e-9) || !(off < on))
        throw ConfigError("noise.macro.cell.on_conductance_us",
                          fmt::format("must be in ({:g}, {:g}], what {} reaches, got {:g}", off * 1e6,
                                      device->max_s() * 1e6, device->config().name, on * 1e6));
    const int top = (1 << macro.cell.bits) - 1;
    const double step = (on - off) / top;
    std::vector<Moments> levels;
    for (int level = 0; level <= top; ++level)
        levels.push_back(draw_level(device, std::min(off + step * level, device->max_s()), off, step, config, seed,
                                    static_cast<std::uint64_t>(level)));
    const values::ArraySpec spec = one_weight(macro, weight_bits);
    double with_weight = 0, of_weight = 0;
    for (std::int64_t w = -half_; w < half_; ++w) {
        const auto shown = static_cast<std::int32_t>(w == -half_ && spec.cell_bits >= weight_bits ? w + 1 : w);
        const values::EncodedArray e = values::encode(Matrix<std::int32_t>(1, 1, shown), spec);
        Moments m{-e.bias * e.scale, 0.0};
        for (std::size_t q = 0; q < e.planes.size(); ++q) {
            const double factor = e.planes[q].factor * e.scale;
            for (const values::ColumnPart& part : e.cells_of(q)) {
                const Moments& cell = levels[e.levels(0, part.column)];
                m.mean += factor * part.factor * cell.mean;
                m.variance += std::pow(factor * part.factor, 2) * cell.variance;
            }
        }
        mean_.push_back(m.mean);
        deviation_.push_back(std::sqrt(m.variance));
        with_weight += m.mean * static_cast<double>(w);
        of_weight += static_cast<double>(w * w);
    }
    const double gain = with_weight / of_weight;
    if (!(gain > 0.01))
        throw ConfigError("noise", fmt::format("the cells have forgotten their weights after {:g} s", config.time_s));
    for (std::size_t i = 0; i < mean_.size(); ++i) {
        mean_[i] = mean_[i] / gain - static_cast<double>(static_cast<std::int64_t>(i) - half_);
        deviation_[i] /= gain;
    }
}

void WeightNoise::add_to(std::vector<double>& weights, std::uint64_t seed, const std::string& tensor,
                         std::uint64_t step) const
{
    RandomStream random(seed, "weight noise of " + tensor, step);
    for (double& w : weights) {
        const std::size_t i = index(std::clamp(static_cast<std::int64_t>(w), -half_, half_ - 1));
        w += mean_[i] + factor_ * deviation_[i] * random.normal();
    }
}

} // namespace imc::training
