// imcsim import, eval and export from outside: output, exit status, no half files.

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/cli/process.h"
#include "workloads/graph.h"
#include "workloads/npy.h"
#include "workloads/read/onnx_reader.h"
#include "workloads/write/onnx_writer.h"

using namespace imc;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

namespace
{

struct NetworkCommands : ::testing::Test {
    test::TemporaryDirectory work;
    std::string lenet = (fs::path(IMC_SOURCE_DIR) / "configs" / "networks" / "lenet5.json").string();

    std::string path(const std::string& name) const { return (work.path() / name).string(); }
    std::string image(std::int64_t count)
    {
        write_npy(path("x.npy"), Value(Shape{count, 1, 28, 28}, TensorData(ElementType::uint8, count * 784)));
        return path("x.npy");
    }
};

TEST_F(NetworkCommands, ImportPrintsWhatTheSchemaPromises)
{
    const test::Ended ended = test::imcsim({"import", lenet, "--json"});
    ASSERT_EQ(ended.status, 0) << ended.err;
    const auto report = nlohmann::json::parse(ended.out);
    EXPECT_EQ(report.at("macs"), 416520);
    EXPECT_EQ(report.at("parameters"), 61706);
    EXPECT_EQ(report.at("stored_parameters"), 61706);
    EXPECT_EQ(report.at("layers").size(), 5u);
    EXPECT_EQ(
        report.at("layers")[0],
        nlohmann::json::parse(
            R"({"name": "conv1", "op": "Conv", "macs": 117600, "parameters": 156, "output_shape": [1, 6, 28, 28]})"));
    EXPECT_TRUE(report.at("unsupported").empty());
}

TEST_F(NetworkCommands, ImportListsWhatIsNotSupportedAndExitsWithOne)
{
    // A one-node ONNX model by hand: x → NonZero → y.
    const std::string node = std::string("\x0a\x01x\x12\x01y\x1a\x04") + "what" + "\x22\x07" + "NonZero";
    const auto field = [](char key, const std::string& bytes) {
        return std::string{key, static_cast<char>(bytes.size())} + bytes;
    };
    const std::string dim("\x0a\x02\x08\x03", 4), type = field('\x0a', std::string("\x08\x01", 2) + field('\x12', dim));
    const auto value = [&](const std::string& name) { return field('\x0a', name) + field('\x12', type); };
    const std::string graph = field('\x0a', node) + field('\x5a', value("x")) + field('\x62', value("y"));
    write_file(path("odd.onnx"),
               std::string("\x08\x07", 2) + field('\x3a', graph) + field('\x42', std::string("\x10\x0d", 2)));
    const test::Ended ended = test::imcsim({"import", path("odd.onnx"), "--json"});
    EXPECT_EQ(ended.status, 1) << ended.err;
    const auto report = nlohmann::json::parse(ended.out);
    ASSERT_EQ(report.at("unsupported").size(), 1u);
    EXPECT_EQ(report.at("unsupported")[0].at("node"), "what");
    EXPECT_EQ(report.at("unsupported")[0].at("op"), "NonZero");
    const test::Ended eval = test::imcsim({"eval", path("odd.onnx"), "--input", image(1)});
    EXPECT_EQ(eval.status, 2);
    EXPECT_THAT(eval.err, HasSubstr("node 'what' (NonZero)"));
}

/// What --out writes is what --json prints, and a network for every command.
TEST_F(NetworkCommands, ImportWritesANetworkThatRunsToTheSameBytes)
{
    const fs::path configs = fs::path(IMC_SOURCE_DIR) / "configs";
    const std::string digits = (configs / "networks" / "lenet5_digits.onnx").string();
    const test::Ended import = test::imcsim({"import", digits, "--json", "--out", path("g.json")});
    ASSERT_EQ(import.status, 0) << import.err;
    const auto report = nlohmann::json::parse(import.out), graph = nlohmann::json::parse(read_file(path("g.json")));
    for (const char* key : {"name", "macs", "parameters", "stored_parameters", "layers", "unsupported"})
        EXPECT_EQ(graph.at(key), report.at(key)) << key;
    EXPECT_EQ(test::imcsim({"check", path("g.json")}).out, path("g.json") + ": network, good\n");
    EXPECT_EQ(test::imcsim({"import", path("g.json"), "--json"}).out, import.out);

    std::vector<std::string> results;
    for (const std::string& network : {digits, path("g.json")}) {
        const test::Ended run = test::imcsim({"run", (configs / "experiments" / "lenet5_digits_pcm.json").string(),
                                              "--quiet", "--out", path("out"), "--set", "network=" + network, "--set",
                                              "accuracy.images=2", "--set", "accuracy.instances=1"});
        ASSERT_EQ(run.status, 0) << run.err;
        results.push_back(read_file(path("out/result.json")));
    }
    EXPECT_EQ(results[0], results[1]);
}

TEST_F(NetworkCommands, EvalRunsAsManyImagesAsThereAre)
{
    ASSERT_EQ(test::imcsim({"export", lenet, "--weights", "random", "--out", path("l.onnx")}).status, 0);
    const test::Ended ended = test::imcsim({"eval", path("l.onnx"), "--input", image(3), "--out", path("y.npy")});
    ASSERT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(nlohmann::json::parse(ended.out).at("outputs")[0].at("top1").size(), 3u);
    EXPECT_EQ(read_npy(path("y.npy")).shape, Shape({3, 10}));
}

TEST_F(NetworkCommands, EvalSaysWhatItMisses)
{
    const test::Ended weights = test::imcsim({"eval", lenet, "--input", image(1)});
    EXPECT_EQ(weights.status, 2);
    EXPECT_THAT(weights.err, HasSubstr("the weight 'conv1.weight' has no data"));
    write_npy(path("odd.npy"), Value(Shape{1, 3, 28, 28}, TensorData(ElementType::float32, 3 * 784)));
    const test::Ended shape = test::imcsim({"eval", lenet, "--weights", "random", "--input", path("odd.npy")});
    EXPECT_EQ(shape.status, 2);
    EXPECT_THAT(shape.err, HasSubstr("has the shape [1, 3, 28, 28], expected [1, 1, 28, 28]"));
    const test::Ended none = test::imcsim({"eval", lenet, "--weights", "random"});
    EXPECT_EQ(none.status, 2);
    EXPECT_THAT(none.err, HasSubstr("input 'image'"));
    const test::Ended calibration =
        test::imcsim({"eval", lenet, "--weights", "random", "--input", image(1), "--integer"});
    EXPECT_EQ(calibration.status, 2);
    EXPECT_THAT(calibration.err, HasSubstr("--calibrate"));
}

TEST_F(NetworkCommands, ExportLeavesNoHalfFile)
{
    test::Command command{
        {test::imcsim_path().string(), "export", lenet, "--weights", "random", "--out", path("half.onnx")}};
    command.file_size_limit = 50'000; // the model needs 250 kB
    EXPECT_EQ(test::run(command).status, 1);
    EXPECT_TRUE(fs::is_empty(work.path()));
    EXPECT_EQ(test::imcsim({"export", lenet, "--out", "/nonexistent/x.onnx"}).status, 2);
    EXPECT_EQ(test::imcsim({"import", lenet, "--out", "/nonexistent/g.json"}).status, 2);
}

} // namespace
