// Inputs that once crashed, hung or grew a reader, and systematic damage to good ones.

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "sim/base/random.h"
#include "tests/fuzz/readers.h"
#include "workloads/network.h"
#include "workloads/npy.h"
#include "workloads/read/json_reader.h"
#include "workloads/transform/quantise.h"
#include "workloads/transform/randomise.h"
#include "workloads/write/graph_writer.h"
#include "workloads/write/onnx_writer.h"

using namespace imc;
namespace fs = std::filesystem;

namespace
{

const fs::path root = IMC_SOURCE_DIR;

void read(const std::string& kind, const std::string& bytes)
{
    if (kind.ends_with(".onnx"))
        fuzz::read_onnx_bytes(bytes);
    else if (kind.ends_with(".json"))
        fuzz::read_json_bytes(bytes);
    else
        fuzz::read_npy_bytes(bytes);
}

/// A small network of each format, as bytes.
std::string sample(const std::string& kind)
{
    const fs::path lenet = root / "configs" / "networks" / "lenet5.json";
    if (kind == ".json")
        return read_file(lenet);
    if (kind == ".onnx")
        return onnx_bytes(load_network(lenet));
    if (kind == ".qdq.onnx") {
        const std::string tiny = R"({"schema": "imcsim.network/1", "input": {"shape": [1, 1, 6, 6]}, "layers": [
            {"op": "conv", "filters": 2, "kernel": [3], "activation": "relu"}, {"op": "max_pool", "kernel": [2]},
            {"op": "flatten"}, {"op": "dense", "units": 3}]})";
        const Graph graph = with_random_weights(build_graph(parse_json_network(tiny, "tiny.json")).graph, 1);
        TensorData pixels(ElementType::float32, 36);
        for (std::int64_t i = 0; i < 36; ++i)
            pixels.set_real(i, static_cast<double>(i) / 36);
        const std::vector<Value> image{Value(Shape{1, 1, 6, 6}, std::move(pixels))};
        return onnx_bytes(quantise(graph, calibrate(graph, std::span(&image, 1))));
    }
    if (kind == ".graph.json") // read as JSON
        return graph_text(graph_json(read_model(root / "configs" / "networks" / "lenet5.json")));
    return npy_bytes(Value::integers({1, 2, 3, 4, 5, 6}));
}

TEST(Readers, RefuseWhatFuzzingFound)
{
    int files = 0;
    for (const auto& entry : fs::directory_iterator(root / "tests" / "fuzz" / "found"))
        if (entry.path().extension() != ".md") {
            SCOPED_TRACE(entry.path().string());
            EXPECT_NO_THROW(read(entry.path().extension(), read_file(entry.path())));
            ++files;
        }
    EXPECT_GT(files, 0);
}

class Damage : public ::testing::TestWithParam<const char*>
{
};

TEST_P(Damage, CutOffAnywhereIsRefusedOrRead)
{
    const std::string bytes = sample(GetParam());
    for (std::size_t n = 0; n < bytes.size(); ++n)
        ASSERT_NO_THROW(read(GetParam(), bytes.substr(0, n))) << n;
}

TEST_P(Damage, ChangedBytesAreRefusedOrRead)
{
    const std::string good = sample(GetParam());
    RandomStream random(7, GetParam());
    for (int i = 0; i < 1500; ++i) {
        std::string bytes = good;
        for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes)
            bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        ASSERT_NO_THROW(read(GetParam(), bytes)) << i;
    }
}

TEST_P(Damage, RandomBytesAreRefused)
{
    RandomStream random(8, GetParam());
    for (int i = 0; i < 1500; ++i) {
        std::string bytes(random.below(200), '\0');
        std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(random.below(256)); });
        ASSERT_NO_THROW(read(GetParam(), bytes)) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, Damage, ::testing::Values(".onnx", ".qdq.onnx", ".json", ".graph.json", ".npy"),
                         [](const auto& instance) {
                             const std::string kind = instance.param + 1;
                             return kind.substr(0, kind.find('.'));
                         });

} // namespace
