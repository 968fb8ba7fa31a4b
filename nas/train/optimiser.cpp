#include "nas/train/optimiser.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace imc::training
{

namespace
{

at::Tensor& moment(TrainingState& state, const std::string& name, const at::Tensor& like)
{
    return state.moments.try_emplace(name, at::zeros_like(like)).first->second;
}

void follow(TrainingState& state, const StageConfig& stage, double rate, const std::string& name, at::Tensor& weight)
{
    const at::Tensor gradient = weight.grad();
    if (!gradient.defined())
        return;
    at::Tensor w = weight.detach(); // shares its numbers
    const double decay = w.dim() >= 2 ? stage.weight_decay : 0.0;
    at::Tensor& first = moment(state, "first " + name, w);
    if (stage.optimiser == Optimiser::sgd) {
        first.mul_(stage.momentum).add_(gradient);
        if (decay > 0)
            first.add_(w, decay);
        w.add_(first, -rate);
    } else {
        constexpr double second_decay = 0.999, epsilon = 1e-8;
        at::Tensor& second = moment(state, "second " + name, w);
        first.mul_(stage.momentum).add_(gradient, 1.0 - stage.momentum);
        second.mul_(second_decay).addcmul_(gradient, gradient, 1.0 - second_decay);
        const auto t = static_cast<double>(state.stage_step + 1);
        const at::Tensor root = (second / (1.0 - std::pow(second_decay, t))).sqrt_().add_(epsilon);
        if (decay > 0)
            w.mul_(1.0 - rate * decay);
        w.addcdiv_(first, root, -rate / (1.0 - std::pow(stage.momentum, t)));
    }
    weight.mutable_grad().reset();
}

/// Kernels and matrices kept within so many deviations of each channel's weights.
void clip(at::Tensor& weight, double sigmas)
{
    at::Tensor w = weight.detach();
    if (w.dim() < 2)
        return;
    const double limit = sigmas * w.std(false).item<double>();
    w.clamp_(-limit, limit);
}

} // namespace

double rate_at(const StageConfig& stage, std::int64_t step, std::int64_t steps)
{
    const double share = static_cast<double>(step) / static_cast<double>(steps);
    const double rise =
        stage.warmup_share > share ? (share + 1.0 / static_cast<double>(steps)) / stage.warmup_share : 1.0;
    return stage.learning_rate * std::min(rise, 1.0) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
}

void step(TrainingState& state, const StageConfig& stage, double rate)
{
    for (auto& [name, weight] : state.parameters.weights) {
        follow(state, stage, rate, name, weight);
        if (stage.clip_sigma > 0)
            clip(weight, stage.clip_sigma);
    }
    for (auto& [name, range] : state.parameters.ranges)
        if (range.requires_grad()) {
            follow(state, stage, rate, "step of " + name, range);
            range.detach().clamp_min_(1e-8);
        }
}

} // namespace imc::training
