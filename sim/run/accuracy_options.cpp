#include "sim/run/accuracy_options.h"

#include <cmath>

#include <fmt/format.h>

#include "workloads/data/data_set.h"

namespace imc::run
{

namespace
{

constexpr config::Choice<DataKind> kinds[] = {
    {"digits", DataKind::digits, "drawn digits, 1 x 28 x 28; no file is needed"},
    {"cifar10", DataKind::cifar10, "CIFAR-10, binary version: data_batch_1.bin to _5.bin, test_batch.bin"},
    {"idx", DataKind::idx, "the MNIST family, decompressed: train-images-idx3-ubyte, t10k-images-idx3-ubyte, …"},
    {"csv", DataKind::csv, "train.csv and test.csv: a header line, a column 'label', the others features"},
    {"citation", DataKind::citation, "nodes of a citation graph by their features: nodes.csv, features.csv, edges.csv"},
};
constexpr config::Choice<Split> splits[] = {{"test", Split::test, "items that no training and no calibration has seen"},
                                            {"train", Split::train, "items of the training set"}};
constexpr config::Choice<WeightSource> sources[] = {
    {"file", WeightSource::file, "the network's own"},
    {"random", WeightSource::random, "drawn from the seed where the file has none"}};

constexpr config::Choice<devices::Compensation> compensations[] = {
    {"none", devices::Compensation::none, "no drift compensation"},
    {"global", devices::Compensation::global, "one digital factor per array"},
    {"column", devices::Compensation::column, "one digital factor per converted column"}};

/// What takes part, one key each.
struct EffectOptions {
    values::Imperfections& on;
    void fields(config::Visitor& v)
    {
        v.boolean("programming", on.cells.programming, "error of writing");
        v.boolean("relaxation", on.cells.relaxation, "relaxation and retention");
        v.boolean("drift", on.cells.drift, "drift");
        v.boolean("read_noise", on.cells.read_noise, "slow and fast read noise");
        v.boolean("stuck_at", on.cells.stuck_at, "stuck cells and endurance");
        v.boolean("mismatch", on.cells.mismatch, "mismatch of SRAM cells");
        v.boolean("columns", on.cells.columns, "gain and offset of columns");
        v.boolean("wires", on.wires, "IR drop, if the macro has wires");
        v.boolean("converters", on.converters, "steps, limits, noise and errors of converters");
    }
};

} // namespace

void DataOptions::fields(config::Visitor& v)
{
    v.choice("dataset", kind, kinds, "labelled items");
    v.path("path", folder, "folder of the data set's files; none for digits");
    v.choice("split", split, splits, "which of them");
    v.integer("first", first, {0, 1 << 30}, unit::none, "first item");
    v.integer("images", images, {1, 1 << 24}, unit::none, "items");
    v.reals("mean", mean, {-1e6, 1e6}, unit::none, "subtracted per channel (pixels are 0 to 1); empty: nothing");
    v.reals("deviation", deviation, {1e-9, 1e6}, unit::none, "divided by per channel, after the mean; empty: nothing");
    v.integer("calibration_images", calibration_images, {1, 1 << 20}, unit::none,
              "items of the training set that ranges of activations and converters are taken from");
}

void DataOptions::check(const config::Place& place) const
{
    if (kind == DataKind::digits && !folder.empty())
        place.fail("path", "digits are drawn: no path, or another dataset");
    if (kind == DataKind::digits && images + 2 * calibration_images > most_digits)
        place.fail("images", fmt::format("{} digits are too many to draw, with those for calibration; the most are {}",
                                         images, most_digits - 2 * calibration_images));
    if (kind != DataKind::digits && folder.empty())
        place.fail("path", "missing: the folder of the data set's files");
    if (mean.size() != deviation.size() && !mean.empty() && !deviation.empty())
        place.fail("deviation",
                   fmt::format("must have as many values as mean, {}, got {}", mean.size(), deviation.size()));
}

void AccuracyOptions::fields(config::Visitor& v)
{
    data.fields(v);
    v.choice("weights", weights, sources, "where weights come from");
    v.boolean("per_channel", per_channel, "a float network's weights get a scale per output channel, else per layer");
    v.real("percentile", percentile, {50.1, 100.0}, unit::none,
           "share of a float network's activations that its integers cover");
    v.integer("instances", instances, {1, 10000}, unit::none, "chips programmed, each with its own devices");
    v.reals("times_s", times_s, {0.0, 1e12}, unit::seconds, "times since programming at which images are run");
    v.choice("compensation", compensation, compensations,
             "digital factors that undo the mean drift, measured before the images of each time");
    v.integer("hold_images", hold_images, {1, 1 << 24}, unit::none,
              "images between two draws of the slow part of read noise");
    v.path("device", device, "device statistics in place of those that the chip's cells name");
    EffectOptions effects{imperfections};
    v.section("effects", effects, "what takes part");
    v.integer("snr_vectors", snr_vectors, {0, 1 << 20}, unit::none,
              "vectors per layer over which the parts of the error are measured; 0: they are not");
    v.path("cache", cache, "folder where arrays' transfer matrices (IR drop) are kept by content; none: not kept");
    v.integer("instance_seed", instance_seed, {-1, std::int64_t{1} << 53}, unit::none,
              "of the devices; -1: from the seed");
    v.integer("read_seed", read_seed, {-1, std::int64_t{1} << 53}, unit::none, "of read noise; -1: from the seed");
}

void AccuracyOptions::check(const config::Place& place) const
{
    data.check(place);
    if (times_s.empty())
        place.fail("times_s", "must have at least one time");
    for (std::size_t i = 1; i < times_s.size(); ++i)
        if (!(times_s[i] > times_s[i - 1]))
            place.fail("times_s", fmt::format("must ascend, got {} after {}", times_s[i], times_s[i - 1]));
}

} // namespace imc::run
