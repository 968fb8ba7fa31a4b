#pragma once

#include "nas/train/train_config.h"
#include "nas/train/training_state.h"

namespace imc::training
{

/// Learning rate of a step: a half cosine from the stage's rate to 0 (Loshchilov & Hutter, ICLR 2017, eq. 5), which is
/// approached in a straight line at first.
double rate_at(const StageConfig& stage, std::int64_t step, std::int64_t steps);

/// One step along the gradients that the parameters hold, which are cleared. SGD: v ← momentum·v + g, w ← w − rate·v.
/// Adam (Kingma & Ba, ICLR 2015, algorithm 1) with decay apart from the gradient (Loshchilov & Hutter, ICLR 2019).
/// Decay acts on tensors of two or more axes. Steps of activations' grids stay positive.
void step(TrainingState& state, const StageConfig& stage, double rate);

} // namespace imc::training
