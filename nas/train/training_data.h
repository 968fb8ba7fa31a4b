#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nas/train/train_config.h"
#include "workloads/data/data_set.h"

namespace imc::training
{

/// The items of a training, split: validation items are drawn from the training's by the seed and never trained with;
/// test items come from other files (digits: another seed).
struct TrainingData {
    DataSet train, test;                            ///< test is empty if no test is asked for
    std::vector<std::int64_t> training, validation; ///< indices into train, each ascending
};

/// Throws ConfigError if files cannot be read or training and test items differ in kind.
TrainingData load_data(const DataConfig& config, std::uint64_t seed);

/// `indices` in the order of an epoch. Depends on seed, stage and epoch alone.
std::vector<std::int64_t> order_of_epoch(std::vector<std::int64_t> indices, std::uint64_t seed, std::uint64_t stage,
                                         std::uint64_t epoch);

/// Items as float32, one after another; bytes become [0, 1]. Item i of the batch is changed as the stream of `draw`
/// + i says; without `augment` not at all. Only items of rank 3 (channels, rows, columns) can be changed.
std::vector<float> gather(const DataSet& data, std::span<const std::int64_t> indices, const AugmentConfig* augment,
                          std::uint64_t seed, std::uint64_t draw);

} // namespace imc::training
