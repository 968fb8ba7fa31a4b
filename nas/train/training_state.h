#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "nas/train/tensors.h"

namespace imc::training
{

/// One epoch as history.csv lists it.
struct EpochRecord {
    std::int64_t stage = 0, epoch = 0;
    double loss = 0.0;       ///< mean over the epoch's training items
    double validation = 0.0; ///< share of validation items whose class was found; NaN without any
};

/// All that a training is, between two steps: what it needs to go on as if it had not been stopped.
struct TrainingState {
    std::int64_t stage = 0;
    std::int64_t epoch = 0;    ///< in the stage
    std::int64_t position = 0; ///< items of the epoch that are done
    std::int64_t step = 0;     ///< over all stages; names random draws
    std::int64_t stage_step = 0;
    double loss = 0.0;  ///< sum over the epoch's items so far
    double best = -1.0; ///< validation of the best epoch of the stage
    std::int64_t best_epoch = -1;
    double cpu_s = 0.0;
    bool started = false; ///< whether the stage's ranges have been taken
    std::vector<EpochRecord> history;

    Parameters parameters;
    Parameters best_parameters;                ///< of the best epoch, if the stage keeps it
    std::map<std::string, at::Tensor> moments; ///< the optimiser's, by "first NAME" and "second NAME"
    std::map<std::string, at::Tensor> ranges;  ///< calibrated: lowest and highest value by tensor
};

/// Writes the state so that the file is either the old or the new one. `identity`: the resolved configuration.
void write_checkpoint(const std::filesystem::path& file, const TrainingState& state, const std::string& identity);
/// Throws ConfigError if the file is no checkpoint, is cut off, or belongs to another configuration.
TrainingState read_checkpoint(const std::filesystem::path& file, const std::string& identity);

} // namespace imc::training
