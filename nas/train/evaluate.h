#pragma once

#include <span>

#include "nas/train/torch_network.h"
#include "nas/train/training_data.h"
#include "nas/train/training_state.h"

namespace imc::training
{

/// Of libtorch and the BLAS under it.
void set_threads(int threads);

/// Throws ConfigError if the network takes other items, or gives fewer classes, than the data have.
void check_fit(const Graph& graph, const TrainingData& data);

/// Items shaped as the network takes them.
at::Tensor batch_tensor(const Graph& graph, const DataSet& data, std::span<const std::int64_t> indices,
                        const AugmentConfig* augment, std::uint64_t seed, std::uint64_t draw);
at::Tensor labels_tensor(const DataSet& data, std::span<const std::int64_t> indices);

/// Share of the items whose class has the largest output; NaN if there are none.
double accuracy(const TorchNetwork& network, const DataSet& data, std::span<const std::int64_t> indices,
                Parameters& parameters, const Pass& pass);

/// What the activations of training items span, by tensor.
std::map<std::string, at::Tensor> calibrated_ranges(const Graph& graph, const TrainingData& data,
                                                    const StageConfig& stage);
/// The grids of a stage whose ranges have been taken.
QuantisationPlan plan_of(const Graph& graph, const StageConfig& stage, TrainingState& state);

} // namespace imc::training
