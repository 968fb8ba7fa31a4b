#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "nas/train/train_config.h"

namespace imc::training
{

struct Progress {
    std::string stage;
    std::int64_t epoch = 0, epochs = 0; ///< of the stage
    double share = 0.0;                 ///< of all steps of all stages that are done
    double left_s = 0.0;                ///< at the speed so far
    double loss = 0.0;                  ///< mean over the epoch so far
    double validation = 0.0;            ///< at the end of an epoch; NaN before
    bool end_of_epoch = false;
};

struct TrainOptions {
    std::filesystem::path out;
    bool resume = false;
    std::function<void(const Progress&)> progress; ///< after every step
};

struct StageResult {
    std::string name;
    std::filesystem::path file; ///< the exported network
    std::int64_t epochs = 0;    ///< run
    double validation = 0.0;    ///< as trained: libtorch, without errors of cells
    double test = 0.0;          ///< of the exported file by the golden executor; NaN without test items
};

/// Reads everything that a training names and trains nothing. Throws ConfigError for what cannot be trained.
void check(const TrainConfig& config);

/// Trains stage after stage and writes to `out`: NAME.onnx per stage (float, or QDQ), history.csv, training.json,
/// timing.json, resolved.json, and checkpoint.bin on the way. A training that was killed goes on with `resume` and
/// arrives at the same weights (same binary, host and thread count).
/// Throws ConfigError for what cannot be trained, RunError if the loss is no number any more.
std::vector<StageResult> train(const TrainConfig& config, const TrainOptions& options);

} // namespace imc::training
