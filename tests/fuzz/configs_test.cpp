// Damaged trainings, network templates and accuracy sections: each is refused with a message or used.

#include <cstdlib>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nas/evaluators/json_template.h"
#include "nas/train/train_config.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/random.h"
#include "sim/run/run.h"
#include "tests/fuzz/readers.h"

using namespace imc;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace
{

const fs::path root = IMC_SOURCE_DIR;

/// How often each is damaged; more with IMC_FUZZ_ROUNDS.
int rounds(int usual)
{
    const char* wanted = std::getenv("IMC_FUZZ_ROUNDS");
    return wanted ? std::atoi(wanted) : usual;
}

void collect(Json& value, std::vector<Json*>& places)
{
    places.push_back(&value);
    if (value.is_structured())
        for (Json& inner : value)
            collect(inner, places);
}

Json nested(std::size_t depth)
{
    Json value = 1;
    for (std::size_t i = 0; i < depth; ++i)
        value = i % 2 == 0 ? Json::array({value}) : Json{{"a", value}};
    return value;
}

/// What somebody or something might write in the place of a value.
Json odd_value(RandomStream& random)
{
    static const Json values = {nullptr,
                                true,
                                -1,
                                0,
                                1,
                                2,
                                7,
                                0.5,
                                -0.0,
                                1e-320,
                                1e308,
                                -1e308,
                                std::int64_t{1} << 53,
                                std::numeric_limits<std::int64_t>::min(),
                                std::numeric_limits<std::int64_t>::max(),
                                std::numeric_limits<std::uint64_t>::max(),
                                "",
                                " ",
                                "{",
                                "}",
                                "{{}}",
                                "{}",
                                "{i}",
                                "{1/0}",
                                "{block[9]}",
                                "{block[-1]}",
                                "{block[1e30]}",
                                "{2^2^2^2^2^2}",
                                "nan",
                                "\xc3\xa4",
                                ".",
                                "..",
                                "/dev/null",
                                Json::array(),
                                Json::object(),
                                Json::array({1, 2, 3}),
                                Json{{"$for", {{"i", 3}}}, {"$do", Json::array({"{i}"})}},
                                Json{{"$use", "block"}},
                                Json{{"$let", {{"i", "i + 1"}}}, {"$do", "{i}"}}};
    const std::uint64_t which = random.below(values.size() + 2);
    if (which == values.size())
        return std::string(1 + random.below(5000), 'x');
    return which > values.size() ? nested(1 + random.below(400)) : values[which];
}

Json damaged(Json document, RandomStream& random)
{
    for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
        std::vector<Json*> places;
        collect(document, places);
        Json& place = *places[random.below(places.size())];
        const Json other = *places[random.below(places.size())];
        switch (random.below(6)) {
        case 0: // a key or an item is gone
            if (place.is_structured() && !place.empty()) {
                const auto it = std::next(place.begin(), static_cast<std::ptrdiff_t>(random.below(place.size())));
                place.erase(it);
            }
            break;
        case 1: // there is one too many
            if (place.is_array())
                place.push_back(other);
            else if (place.is_object())
                place["other"] = other;
            break;
        case 2: // something from elsewhere
            place = other;
            break;
        case 3: // another number
            if (place.is_number_integer())
                place = static_cast<std::int64_t>(place.get<std::uint64_t>() + random.below(7) - 3); // may wrap
            else if (place.is_number())
                place = place.get<double>() * (4 * random.uniform() - 1);
            break;
        default:
            place = odd_value(random);
        }
    }
    return document;
}

template <class Use> void expect_refused_or_used(const Json& good, const std::string& name, int times, Use use)
{
    RandomStream random(11, name);
    int used = 0;
    for (int i = 0; i < times; ++i) {
        const std::string text = damaged(good, random).dump(-1, ' ', false, Json::error_handler_t::replace);
        try {
            use(text);
            ++used;
        } catch (const ConfigError& e) {
            ASSERT_STRNE(e.what(), "") << text;
        } catch (const RunError& e) {
            ASSERT_STRNE(e.what(), "") << text;
        } catch (const std::exception& e) {
            FAIL() << "round " << i << ": " << e.what() << "\n" << text;
        }
    }
    EXPECT_GT(used, 0) << "nothing was ever good: the damage is too great to tell anything";
}

TEST(DamagedConfigurations, TrainingsAreRefusedOrReadBackTheSame)
{
    for (const char* file : {"lenet5_digits", "cnn_cifar10", "cnn_cifar10_pcm"}) {
        const fs::path path = root / "configs/training" / (std::string(file) + ".json");
        expect_refused_or_used(Json::parse(read_file(path)), file, rounds(300), [&](const std::string& text) {
            const auto config = config::Document::parse(text, path).read<training::TrainConfig>();
            const std::string resolved = training::resolved(config);
            const auto again = config::Document::parse(resolved, "/resolved.json").read<training::TrainConfig>();
            EXPECT_EQ(training::resolved(again), resolved) << text;
        });
    }
}

TEST(DamagedConfigurations, NetworkTemplatesAreRefusedOrFilledWithWhatIsRefusedOrRead)
{
    nas::VariableConfig block;
    block.name = "block";
    block.kind = nas::Kind::categorical;
    block.count = 8;
    block.options = {"0", "1", "2"};
    const nas::Space space(std::vector{block});
    const Json good = Json::parse(read_file(root / "configs/studies/macro_network.json"));
    expect_refused_or_used(good, "template", rounds(300), [&](const std::string& text) {
        const nas::JsonTemplate filled(text, "t.json", space);
        for (double value = 0; value < 3; ++value)
            fuzz::read_json_bytes(filled.fill(nas::Candidate(8, value)));
    });
}

TEST(DamagedConfigurations, AccuracySectionsAreRefusedOrMeasured)
{
    const fs::path network = fs::temp_directory_path() / ("imcsim_fuzz_" + std::to_string(getpid()) + ".json");
    write_file(network, R"({"schema": "imcsim.network/1", "input": {"shape": [1, 1, 28, 28]}, "layers": [
        {"op": "conv", "filters": 2, "kernel": [5], "stride": [4], "activation": "relu"}, {"op": "flatten"},
        {"op": "dense", "units": 10}]})");
    const Json accuracy = {{"dataset", "digits"},
                           {"split", "test"},
                           {"first", 3},
                           {"images", 2},
                           {"mean", {0.1}},
                           {"deviation", {0.9}},
                           {"calibration_images", 2},
                           {"weights", "random"},
                           {"per_channel", false},
                           {"percentile", 99},
                           {"instances", 2},
                           {"times_s", {1, 3600}},
                           {"compensation", "column"},
                           {"hold_images", 1},
                           {"device", (root / "configs/devices/pcm_nandakumar.json").string()},
                           {"effects", {{"programming", true}, {"wires", false}, {"converters", true}}},
                           {"snr_vectors", 4},
                           {"instance_seed", 5},
                           {"read_seed", -1}};
    expect_refused_or_used(accuracy, "accuracy", rounds(120), [&](const std::string& text) {
        const std::string whole = R"({"schema": "imcsim.experiment/1", "network": ")" + network.string() +
                                  R"(", "chip": ")" + (root / "configs/chips/hermes_pcm.json").string() +
                                  R"(", "accuracy": )" + text + "}";
        auto experiment = config::Document::parse(whole, "/fuzz.json").read<run::Experiment>();
        if (!experiment.accuracy)
            return;
        run::AccuracyOptions& a = *experiment.accuracy;
        if (a.data.images > 8 || a.instances > 8 || a.data.calibration_images > 64 || a.snr_vectors > 64)
            return; // good, but it would take its time
        a.cache.clear();
        run::Mapped mapped = run::map_experiment(experiment);
        run::compute_values(experiment, mapped);
        for (const run::AccuracyAt& at : mapped.values->accuracy.times) {
            EXPECT_GE(at.top1_worst, 0.0) << text;
            EXPECT_LE(at.low95, at.top1_mean) << text;
            EXPECT_GE(at.high95, at.top1_mean) << text;
        }
    });
    fs::remove(network);
}

} // namespace
