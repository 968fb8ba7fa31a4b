#include "nas/train/train_config.h"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/config/describe.h"
#include "sim/base/config/document.h"
#include "workloads/data/data_set.h"

namespace imc::training
{

namespace
{

using config::Presence;

constexpr const char* schema_name = "imcsim.training/1";

constexpr config::Choice<DataKind> data_kinds[] = {
    {"digits", DataKind::digits, "drawn digits, 1 x 28 x 28; no file is needed"},
    {"cifar10", DataKind::cifar10, "CIFAR-10, binary version"},
    {"idx", DataKind::idx, "the MNIST family's format, decompressed"},
    {"csv", DataKind::csv, "a header line, then one item per line"},
};
constexpr config::Choice<Mode> modes[] = {
    {"float", Mode::floating, "single precision"},
    {"quantised", Mode::quantised, "weights and activations rounded to the grids of the exported network"},
    {"noise_aware", Mode::noise_aware, "quantised, and weights with the errors of a chip's cells, new in every step"},
};
constexpr config::Choice<Optimiser> optimisers[] = {
    {"sgd", Optimiser::sgd, "stochastic gradient descent with momentum"},
    {"adam", Optimiser::adam, "Adam, weight decay apart from the gradient"},
};

} // namespace

void DataConfig::fields(config::Visitor& v)
{
    v.choice("kind", kind, data_kinds, "format", Presence::required);
    v.path("folder", folder, "where the files are");
    v.texts("train", train, "files to train with, in the folder");
    v.texts("train_labels", train_labels, "idx: their labels");
    v.texts("test", test, "files that are looked at once, when all is trained");
    v.texts("test_labels", test_labels, "idx: their labels");
    v.text("label", label, "csv: column of class numbers");
    v.integer("train_items", train_items, {0, 1'000'000'000}, unit::none,
              "the first so many of the training items; 0: all; digits: how many are drawn");
    v.integer("test_items", test_items, {0, 1'000'000'000}, unit::none, "the same for the test items");
    v.integer("train_seed", train_seed, {0, std::int64_t{1} << 53}, unit::none, "digits: what training draws");
    v.integer("test_seed", test_seed, {0, std::int64_t{1} << 53}, unit::none, "digits: what the test draws");
    v.real("validation_share", validation_share, {0, 0.9}, unit::none,
           "of the training items, kept apart to choose epochs by");
}

void DataConfig::check(const config::Place& place) const
{
    if (kind == DataKind::digits) {
        if (!train.empty() || !test.empty())
            place.fail(train.empty() ? "test" : "train", "digits are drawn and have no files");
        const std::pair<const char*, std::int64_t> counts[] = {{"train_items", train_items},
                                                               {"test_items", test_items}};
        for (const auto& [key, items] : counts)
            if (items > most_digits)
                place.fail(key, fmt::format("{} digits are too many to draw, the most are {}", items, most_digits));
        if (train_seed == test_seed)
            place.fail("test_seed",
                       fmt::format("{} is the training's seed as well; test images must be others", test_seed));
        return;
    }
    if (train.empty())
        place.fail("train", "names no file");
    for (const std::string& file : test)
        if (std::set<std::string>(train.begin(), train.end()).contains(file))
            place.fail("test", fmt::format("'{}' is trained with as well", file));
    const bool labelled = kind == DataKind::idx;
    if (train_labels.size() != (labelled ? train.size() : 0))
        place.fail("train_labels", labelled ? "must name one file for each of train" : "only idx has them apart");
    if (test_labels.size() != (labelled ? test.size() : 0))
        place.fail("test_labels", labelled ? "must name one file for each of test" : "only idx has them apart");
}

void AugmentConfig::fields(config::Visitor& v)
{
    v.boolean("flip", flip, "exchange left and right, every other time");
    v.integer("crop", crop, {0, 64}, unit::none, "move by up to so many pixels, zeros coming in");
}

void NoiseConfig::fields(config::Visitor& v)
{
    v.section("macro", macro, "whose cells hold the weights; cell.device names their statistics", Presence::required);
    v.real("time_s", time_s, {0, 1e12}, unit::seconds, "since programming, at which the weights are read");
    v.real("factor", factor, {0, 100}, unit::none, "on the deviation of the weights' errors");
    v.integer("samples", samples, {100, 1'000'000}, unit::none, "cells drawn per level to know its error");
}

void NoiseConfig::check(const config::Place& place) const
{
    if (macro.cell.device.empty())
        place.fail("macro.cell.device", "is needed: the statistics of the cells' errors");
}

void StageConfig::fields(config::Visitor& v)
{
    v.text("name", name, "of the exported file", Presence::required);
    v.choice("mode", mode, modes, "what the weights go through");
    v.integer("epochs", epochs, {0, 100000}, unit::none, "passes over the training items; 0: only quantise");
    v.choice("optimiser", optimiser, optimisers, "how weights follow gradients");
    v.real("learning_rate", learning_rate, {0, 100}, unit::none, "at the start; a half cosine to 0 over the stage");
    v.real("warmup_share", warmup_share, {0, 1}, unit::none, "of the stage's steps, over which the rate rises");
    v.real("momentum", momentum, {0, 0.9999}, unit::none, "adam: decay of the gradients' mean");
    v.real("weight_decay", weight_decay, {0, 1}, unit::none, "pull towards 0 on matrices and kernels");
    v.integer("patience", patience, {0, 100000}, unit::none,
              "stop after so many epochs without a better validation, and keep the best epoch; 0: keep the last");
    v.real("clip_sigma", clip_sigma, {0, 100}, unit::none,
           "weights are kept within so many deviations of their channel; 0: they are not");
    v.integer("weight_bits", weight_bits, {2, 8}, unit::bits, "of the exported integers");
    v.integer("activation_bits", activation_bits, {2, 8}, unit::bits, "of the exported integers");
    v.integer("calibration_items", calibration_items, {1, 100000}, unit::none,
              "training items that the first ranges of activations are taken from");
    v.real("percentile", percentile, {50.001, 100}, unit::none, "share of the values within those ranges");
    v.section("noise", noise, "noise_aware: the cells");
}

void StageConfig::check(const config::Place& place) const
{
    if (name.empty() || name.find('/') != std::string::npos)
        place.fail("name", fmt::format("'{}' cannot name a file", name));
    if (mode == Mode::noise_aware && !noise)
        place.fail("noise", "a noise_aware stage needs it");
    if (mode != Mode::noise_aware && noise)
        place.fail("noise", "only a noise_aware stage has it");
}

void TrainConfig::fields(config::Visitor& v)
{
    v.text("schema", schema, schema_name, Presence::required);
    v.text("name", name, "what the training is called");
    v.path("network", network, "ONNX or JSON; weights that it has are where training starts", Presence::required);
    v.integer("seed", seed, {0, std::int64_t{1} << 53}, unit::none, "of first weights, order, augmentation and noise");
    v.integer("threads", threads, {1, 256}, unit::none, "processors; the same weights only for the same number");
    v.integer("batch", batch, {1, 65536}, unit::none, "items per step");
    v.real("checkpoint_s", checkpoint_s, {0.1, 1e6}, unit::seconds, "between checkpoints, for --resume");
    v.boolean("batch_norm", batch_norm,
              "float stages: normalise behind every convolution that is not; part of the weights in what is exported");
    v.section("data", data, "what is learnt", Presence::required);
    v.section("augment", augment, "changes of training images");
    v.list("stages", stages, "one after another, each from the weights of the one before", Presence::required);
}

void TrainConfig::check(const config::Place& place) const
{
    if (schema != schema_name)
        place.fail("schema", fmt::format("must be \"{}\", got \"{}\"", schema_name, schema));
    if (stages.empty())
        place.fail("stages", "a training needs at least one stage");
    std::set<std::string> names;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        if (!names.insert(stages[i].name).second)
            place.fail(fmt::format("stages[{}].name", i), fmt::format("'{}' is taken", stages[i].name));
        if (i > 0 && stages[i].mode == Mode::floating && stages[i - 1].mode != Mode::floating)
            place.fail(fmt::format("stages[{}].mode", i), "a float stage cannot follow a quantised one");
        if (stages[i].patience > 0 && data.validation_share == 0)
            place.fail(fmt::format("stages[{}].patience", i), "needs data.validation_share above 0");
    }
}

TrainConfig load_training(const std::filesystem::path& file, const std::vector<std::string>& sets)
{
    auto document = config::Document::load(file);
    for (const std::string& set : sets)
        document.set(set);
    return document.read<TrainConfig>();
}

std::string resolved(TrainConfig config) { return config::dump(config::fields_of(config)).dump(2) + "\n"; }

std::string describe_training()
{
    TrainConfig config;
    config.stages.emplace_back();
    return config::markdown(config::fields_of(config));
}

} // namespace imc::training
