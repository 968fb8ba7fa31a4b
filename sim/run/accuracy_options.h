#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "devices/compensation.h"
#include "sim/base/config/visitor.h"
#include "sim/values/imperfections.h"

/// The section `accuracy` of an experiment: values through the chip's arrays.
namespace imc::run
{

enum class DataKind { digits, cifar10, idx, csv, citation };
enum class Split { test, train };

/// Labelled items of a public data set, of files, or drawn.
struct DataOptions {
    DataKind kind = DataKind::digits;
    std::filesystem::path folder; ///< with the files under their usual names (data.h)
    Split split = Split::test;
    std::int64_t first = 0;
    std::int64_t images = 100;
    std::vector<double> mean, deviation; ///< per channel, of what the network was trained with; empty: none
    std::int64_t calibration_images = 32;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

enum class WeightSource {
    file,   ///< the network's own
    random, ///< drawn where the file has none
};

struct AccuracyOptions {
    DataOptions data;
    WeightSource weights = WeightSource::file;
    bool per_channel = true;   ///< quantisation of a float network: a weight scale per output channel
    double percentile = 100.0; ///< of its activations within their range
    std::int64_t instances = 1;
    std::vector<double> times_s{0.0};
    devices::Compensation compensation = devices::Compensation::none;
    std::int64_t hold_images = 1; ///< images between two draws of the slow read noise
    std::filesystem::path device; ///< in place of the one that the chip's cells name
    values::Imperfections imperfections;
    std::int64_t snr_vectors = 64; ///< per layer's group of arrays; 0: parts of the error are not measured
    std::filesystem::path cache;   ///< folder of what networks are solved for; empty: none
    std::int64_t instance_seed = -1;
    std::int64_t read_seed = -1; ///< negative: the experiment's seed
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

} // namespace imc::run
