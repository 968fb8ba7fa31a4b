#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "arch/config/macro.h"
#include "sim/base/config/visitor.h"

/// A training as its file states it, schema imcsim.training/1.
namespace imc::training
{

enum class DataKind { digits, cifar10, idx, csv };

/// Labelled items. Training and validation items come from `train`, which is split; `test` is looked at once, last.
struct DataConfig {
    DataKind kind = DataKind::digits;
    std::vector<std::string> train, test;               ///< files, relative to `folder`
    std::vector<std::string> train_labels, test_labels; ///< idx: as many as there are files of images
    std::filesystem::path folder;
    std::string label = "label"; ///< csv: column of class numbers
    std::int64_t train_items = 0, test_items = 0;
    std::int64_t train_seed = 1, test_seed = 2; ///< digits
    double validation_share = 0.1;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// Copies of the training images as they might also have been taken.
struct AugmentConfig {
    bool flip = false;     ///< left and right exchanged, every other time
    std::int64_t crop = 0; ///< moved by up to so many pixels, zeros coming in

    void fields(config::Visitor& v);
};

enum class Mode {
    floating,    ///< as it is
    quantised,   ///< weights and activations on the grids that the exported network has
    noise_aware, ///< and weights as a chip's cells hold them, drawn anew in every step
};

/// The cells whose errors a noise-aware stage adds to the weights.
struct NoiseConfig {
    MacroConfig macro; ///< its cells, encoding and device
    double time_s = 1.0;
    double factor = 1.0;
    std::int64_t samples = 2000;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

enum class Optimiser { sgd, adam };

struct StageConfig {
    std::string name;
    Mode mode = Mode::floating;
    std::int64_t epochs = 1; ///< 0: nothing is trained, the network is only quantised
    Optimiser optimiser = Optimiser::sgd;
    double learning_rate = 0.05; ///< at the start; falls to 0 as a half cosine over the stage
    double warmup_share = 0.05;  ///< of the stage's steps, over which the rate rises to that
    double momentum = 0.9;       ///< adam: decay of the mean of gradients
    double weight_decay = 5e-4;  ///< on matrices and kernels only
    std::int64_t patience = 0;
    double clip_sigma = 0.0;
    std::int64_t weight_bits = 8, activation_bits = 8;
    std::int64_t calibration_items = 128;
    double percentile = 100.0;
    std::optional<NoiseConfig> noise;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

struct TrainConfig {
    std::string schema;
    std::string name;
    std::filesystem::path network;
    std::int64_t seed = 1;
    std::int64_t threads = 1;
    std::int64_t batch = 64;
    double checkpoint_s = 30.0;
    bool batch_norm = false;
    DataConfig data;
    AugmentConfig augment;
    std::vector<StageConfig> stages;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// Reads the file with --set changes. Throws ConfigError.
TrainConfig load_training(const std::filesystem::path& file, const std::vector<std::string>& sets);
/// The whole configuration with every default, as JSON text.
std::string resolved(TrainConfig config);
/// Every key with default, range, unit and meaning, as a Markdown table.
std::string describe_training();

} // namespace imc::training
