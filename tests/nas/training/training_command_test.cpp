// imcsim nas train as its users meet it: accuracy, files, kills, refusals.

#include <csignal>

#include <nlohmann/json.hpp>

#include "sim/base/random.h"
#include "tests/nas/program.h"

using namespace imc::nas::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace
{

const std::string root = IMC_SOURCE_DIR;

std::string small_training(const std::string& extra = "")
{
    return R"({"schema": "imcsim.training/1", "name": "test", "network": ")" + root +
           R"(/configs/networks/lenet5.json",
    "data": {"kind": "digits", "train_items": 700, "test_items": 100, "validation_share": 0.15},
    "batch": 32, "checkpoint_s": 0.1, "batch_norm": true, "augment": {"crop": 1},
    "stages": [
        {"name": "float", "mode": "float", "epochs": 2, "learning_rate": 0.03, "patience": 5},
        {"name": "int4", "mode": "quantised", "epochs": 1, "learning_rate": 0.001, "weight_bits": 4,
         "optimiser": "adam", "activation_bits": 6},
        {"name": "noisy", "mode": "noise_aware", "epochs": 1, "learning_rate": 0.003, "clip_sigma": 3,
         "noise": {"macro": {"family": "analog_column_converter", "encoding": "differential_analog",
                   "cell": {"technology": "pcm", "bits": 8, "on_conductance_us": 20, "on_off_ratio": 1000,
                            "device": ")" +
           root + R"(/configs/devices/pcm_nandakumar.json"}}}})" + extra + R"(
    ]})";
}

std::vector<std::string> arguments(const fs::path& file, const fs::path& out, std::vector<std::string> more = {})
{
    std::vector<std::string> all = {"train", file.string(), "--out", out.string(), "--quiet"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

json result_of(const fs::path& folder) { return json::parse(content(folder / "training.json")); }

TEST(TrainCommand, LearnsTheDigitsAndTheChipsTakeWhatItExports)
{
    const Scratch scratch;
    const Ended ended = run(scratch, arguments(root + "/configs/training/lenet5_digits.json", scratch / "d"));
    ASSERT_EQ(ended.code(), 0) << ended.err;
    for (const json& stage : result_of(scratch / "d").at("stages"))
        EXPECT_GE(stage.at("test_top1").get<double>(), 0.97) << stage;
    EXPECT_LT(json::parse(content(scratch / "d/timing.json")).at("cpu_s").get<double>(), 60.0);
    const std::string bits =
        std::string(IMC_BINARY_DIR) + "/bin/imcsim run " + root +
        "/configs/experiments/lenet5_pcm.json --quiet --set precision.weight_bits=4 --set network=" +
        (scratch / "d/int4.onnx").string() + " --out " + (scratch / "run").string() +
        R"( --set 'accuracy={"dataset": "digits", "images": 200, "snr_vectors": 0,
                                 "effects": {"converters": false}}' > )" +
        (scratch / "log").string() + " 2>&1";
    ASSERT_EQ(std::system(bits.c_str()), 0) << content(scratch / "log");
    const json accuracy = json::parse(content(scratch / "run/result.json")).at("accuracy");
    EXPECT_GE(accuracy.at("golden_top1").get<double>(), 0.97);
    EXPECT_EQ(accuracy.at("top1_mean"), accuracy.at("golden_top1")) << "ideal cells of four bits";
    for (const char* chip : {"rram", "pcm", "sram"})
        for (const char* stage : {"float", "int8", "int4"}) {
            const std::string command =
                std::string(IMC_BINARY_DIR) + "/bin/imcsim run " + root + "/configs/experiments/lenet5_" + chip +
                ".json --quiet --set network=" + (scratch / "d").string() + "/" + stage + ".onnx --out " +
                (scratch / "run").string() + " > " + (scratch / "log").string() + " 2>&1";
            EXPECT_EQ(std::system(command.c_str()), 0) << content(scratch / "log");
            EXPECT_EQ(json::parse(content(scratch / "run/result.json")).at("network").at("macs"), 416520);
        }
}

TEST(TrainCommand, AKilledTrainingArrivesAtTheSameWeights)
{
    const Scratch scratch;
    const fs::path file = scratch.write("t.json", small_training());
    ASSERT_EQ(run(scratch, arguments(file, scratch / "whole")).code(), 0) << content(scratch / "err");
    imc::RandomStream random(static_cast<std::uint64_t>(::getpid()), "kills");
    int kills = 0;
    for (;; ++kills) {
        ASSERT_LT(kills, 200) << "it never ends";
        const pid_t child = start(scratch, arguments(file, scratch / "parts", {"--resume"}));
        ::usleep(static_cast<useconds_t>(200'000 + random.below(500'000) + static_cast<unsigned>(kills) * 100'000));
        ::kill(child, SIGKILL);
        const Ended ended = finish(scratch, child);
        if (ended.code() == 0)
            break;
        ASSERT_TRUE(WIFSIGNALED(ended.status)) << ended.err;
    }
    EXPECT_GT(kills, 0) << "it was never killed";
    for (const char* name : {"float.onnx", "int4.onnx", "noisy.onnx", "history.csv", "training.json"})
        EXPECT_EQ(content(scratch / "whole" / name), content(scratch / "parts" / name)) << name;
}

TEST(TrainCommand, AFinishedTrainingResumedChangesNothing)
{
    const Scratch scratch;
    const fs::path file = scratch.write("t.json", small_training());
    ASSERT_EQ(run(scratch, arguments(file, scratch / "o")).code(), 0);
    const std::string before = content(scratch / "o/noisy.onnx");
    ASSERT_EQ(run(scratch, arguments(file, scratch / "o", {"--resume"})).code(), 0);
    EXPECT_EQ(content(scratch / "o/noisy.onnx"), before);
    const Ended other = run(scratch, arguments(file, scratch / "o", {"--resume", "--set", "seed=2"}));
    EXPECT_EQ(other.code(), 2);
    EXPECT_NE(other.err.find("other settings"), std::string::npos) << other.err;
}

TEST(TrainCommand, TheSeedsOfTrainingChangeWeightsAndNothingElse)
{
    const Scratch scratch;
    const fs::path file = scratch.write("t.json", small_training());
    ASSERT_EQ(run(scratch, arguments(file, scratch / "a", {"--set", "stages[0].epochs=1"})).code(), 0);
    ASSERT_EQ(run(scratch, arguments(file, scratch / "b", {"--set", "stages[0].epochs=1"})).code(), 0);
    ASSERT_EQ(run(scratch, arguments(file, scratch / "c", {"--set", "stages[0].epochs=1", "--set", "seed=7"})).code(),
              0);
    EXPECT_EQ(content(scratch / "a/noisy.onnx"), content(scratch / "b/noisy.onnx"));
    EXPECT_NE(content(scratch / "a/noisy.onnx"), content(scratch / "c/noisy.onnx"));
}

TEST(TrainCommand, ShippedTrainingsAreRead)
{
    const Scratch scratch;
    for (const auto& entry : fs::directory_iterator(root + "/configs/training")) {
        // The last check of all is of the stages: whatever else were wrong would be named instead.
        const Ended ended = run(scratch, arguments(entry.path(), scratch / "o", {"--set", "stages=[]"}));
        EXPECT_EQ(ended.code(), 2);
        EXPECT_NE(ended.err.find("at least one stage"), std::string::npos) << ended.err;
    }
}

struct Bad {
    const char* set;
    int code;
    const char* words;
};

TEST(TrainCommand, SaysWhatIsWrongWithAFile)
{
    const Scratch scratch;
    const fs::path file = scratch.write("t.json", small_training());
    const Bad cases[] = {
        {"network=nowhere.json", 2, "nowhere.json"},
        {"stages=[]", 2, "at least one stage"},
        {"stages[0].epochz=3", 2, "did you mean 'epochs'"},
        {"stages[0].epochs=-1", 2, "stages[0].epochs"},
        {"stages[1].weight_bits=9", 2, "[2, 8]"},
        {"stages[1].name=float", 2, "is taken"},
        {"stages[2]={\"name\": \"last\", \"mode\": \"float\"}", 2, "cannot follow"},
        {"data.test_seed=1", 2, "test images must be others"},
        {"data={\"kind\": \"cifar10\"}", 2, "names no file"},
        {"data={\"kind\": \"cifar10\", \"train\": [\"gone.bin\"]}", 2, "gone.bin"},
        {"data={\"kind\": \"cifar10\", \"train\": [\"a\"], \"test\": [\"a\"]}", 2, "trained with as well"},
        {"stages[2].noise=null", 2, "needs it"},
        {"stages[2].noise.macro.cell.device=gone.json", 2, "gone.json"},
        {"stages[2].noise.macro.cell.on_conductance_us=500", 2, "on_conductance_us"},
        {"stages[0].learning_rate=90", 1, "learning_rate"},
    };
    for (const Bad& bad : cases) {
        const Ended ended = run(scratch, arguments(file, scratch / "bad", {"--set", bad.set}));
        EXPECT_EQ(ended.code(), bad.code) << bad.set << "\n" << ended.err;
        EXPECT_NE(ended.err.find(bad.words), std::string::npos) << bad.set << "\n" << ended.err;
    }
    EXPECT_EQ(run(scratch, {"train"}).code(), 2);
    EXPECT_EQ(run(scratch, {"train", "--help"}).code(), 0);
    EXPECT_NE(run(scratch, {"train", "--describe"}).out.find("weight_bits"), std::string::npos);
}

} // namespace
