// Faulty networks: one message that names the file and the node, whatever is wrong.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "workloads/execute/execute.h"
#include "workloads/lower/build.h"
#include "workloads/network.h"
#include "workloads/npy.h"

using namespace imc;
using ::testing::AllOf;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

namespace
{

template <class F> std::string fault(F f)
{
    try {
        f();
    } catch (const ConfigError& e) {
        return e.what();
    } catch (const RunError& e) {
        return std::string("run error: ") + e.what();
    }
    return "no error";
}

/// input → conv (weights 4×2×3×3) → y, to be broken in one place.
struct MalformedModel : ::testing::Test {
    Model model;

    MalformedModel()
    {
        model.file = "bad.onnx";
        model.opset = 13;
        model.inputs = {{"x", ElementType::float32, std::vector<Dim>{{1, {}}, {2, {}}, {8, {}}, {8, {}}}}};
        model.constants["w"] = {ElementType::float32, Shape{4, 2, 3, 3}, nullptr};
        model.nodes = {{"conv", "Conv", "", {"x", "w"}, {"y"}, {}}};
        model.outputs = {{"y", std::nullopt, std::nullopt}};
    }
    std::string message() const
    {
        return fault([&] { build_graph(model); });
    }
};

TEST_F(MalformedModel, IsFineUntilBroken)
{
    EXPECT_EQ(message(), "no error");
    EXPECT_EQ(macs(build_graph(model).graph), 36 * 4 * 18);
}

TEST_F(MalformedModel, CyclesNameANodeOnThem)
{
    model.nodes.push_back({"forth", "Relu", "", {"b"}, {"a"}, {}});
    model.nodes.push_back({"back", "Relu", "", {"a"}, {"b"}, {}});
    EXPECT_THAT(message(), AllOf(HasSubstr("bad.onnx: node 'forth' (Relu)"), HasSubstr("cycle")));
}

TEST_F(MalformedModel, ValuesHaveOneProducer)
{
    model.nodes.push_back({"", "Relu", "", {"x"}, {"y"}, {}});
    EXPECT_THAT(message(), HasSubstr("node producing 'y' (Relu): produces 'y', which exists already"));
    model.nodes.back().outputs = {"w"};
    EXPECT_THAT(message(), HasSubstr("produces 'w', which exists already"));
    model.nodes.back() = {"r", "Relu", "", {"nowhere"}, {"z"}, {}};
    EXPECT_THAT(message(), HasSubstr("node 'r' (Relu): reads 'nowhere', which nothing produces"));
    model.nodes.pop_back();
    model.outputs[0].name = "z";
    EXPECT_THAT(message(), HasSubstr("output 'z' is produced by no node"));
}

TEST_F(MalformedModel, ShapesFitTogether)
{
    model.constants["w"].shape = Shape{4, 3, 3, 3};
    EXPECT_THAT(message(), HasSubstr("node 'conv' (Conv): weights [4, 3, 3, 3] in 1 groups"));
    model.constants["w"].shape = Shape{4, 2, 9, 9};
    EXPECT_THAT(message(), HasSubstr("a window of 9 does not fit an input of 8"));
    model.constants["w"].shape = Shape{4, 2, 3};
    EXPECT_THAT(message(), HasSubstr("operand 1 has the shape [4, 2, 3], its rank must be 4"));
    model.constants["w"].shape = Shape{4, 2, 3, 3};
    model.nodes[0].attributes["group"] = std::int64_t{0};
    EXPECT_THAT(message(), HasSubstr("in 0 groups"));
    model.nodes[0].attributes["group"] = std::string("1");
    EXPECT_THAT(message(), HasSubstr("attribute 'group' must be an integer"));
    model.nodes[0].attributes = {{"strides", std::vector<std::int64_t>{1, 0}}};
    EXPECT_THAT(message(), HasSubstr("attribute 'strides' has the entry 0"));
    model.nodes[0].attributes = {{"pads", std::vector<std::int64_t>{1, 1}}};
    EXPECT_THAT(message(), HasSubstr("attribute 'pads' has 2 entries, expected 4"));
    model.nodes[0].inputs.pop_back();
    EXPECT_THAT(message(), HasSubstr("operand 1 is missing"));
}

TEST_F(MalformedModel, SizesArePositiveAndDoNotOverflow)
{
    (*model.inputs[0].dims)[3].value = 0;
    EXPECT_THAT(message(), HasSubstr("'x' has the shape [1, 2, 8, 0]: no elements"));
    for (Dim& d : *model.inputs[0].dims)
        d.value = std::int64_t{1} << 39;
    EXPECT_THAT(message(), HasSubstr("is too large"));
    (*model.inputs[0].dims)[0].value = std::int64_t{1} << 60;
    EXPECT_THAT(message(), HasSubstr("is too large"));
}

TEST_F(MalformedModel, UnsupportedOperatorsAreListedByNodeNotThrown)
{
    model.nodes.push_back({"loop", "Loop", "", {"y"}, {"l"}, {}});
    model.nodes.push_back({"after", "Relu", "", {"l"}, {"m"}, {}});
    model.nodes.push_back({"custom", "Fused", "com.acme", {"m"}, {"n"}, {}});
    model.outputs[0].name = "n";
    const Import import = build_graph(model);
    ASSERT_EQ(import.unsupported.size(), 2u);
    EXPECT_EQ(import.unsupported[0].node, "loop");
    EXPECT_EQ(import.unsupported[0].op, "Loop");
    EXPECT_EQ(import.unsupported[1].node, "custom");
    EXPECT_THAT(import.unsupported[1].why, HasSubstr("com.acme"));
    EXPECT_EQ(layers(import.graph).size(), 1u) << "what is known is still counted";
}

TEST_F(MalformedModel, FreeDimensionsAreBoundByName)
{
    (*model.inputs[0].dims)[0] = {-1, "batch"};
    EXPECT_EQ(macs(build_graph(model).graph), 36 * 4 * 18);
    ImportOptions options;
    options.dimensions["batch"] = 5;
    const Graph graph = build_graph(model, options).graph;
    EXPECT_EQ(macs(graph), 5 * 36 * 4 * 18);
    EXPECT_EQ(graph.tensor(graph.outputs[0]).shape.dim(0).symbol, "batch");
}

TEST_F(MalformedModel, SmallFilesCannotAskForLargeConstants)
{
    TensorData dims(ElementType::int64, 2);
    dims.set_integer(0, 1 << 30);
    dims.set_integer(1, 1 << 10);
    model.constants["dims"] = {ElementType::int64, Shape{2}, std::make_shared<const TensorData>(std::move(dims))};
    model.nodes.push_back({"fill", "ConstantOfShape", "", {"dims"}, {"f"}, {}});
    const Import import = build_graph(model);
    ASSERT_EQ(import.unsupported.size(), 1u);
    EXPECT_THAT(import.unsupported[0].why, HasSubstr("elements"));
}

TEST(BatchNormFolding, KeepsWhatTheNetworkComputes)
{
    Model model;
    model.inputs = {{"x", ElementType::float32, std::vector<Dim>{{2, {}}, {3, {}}, {5, {}}, {5, {}}}}};
    model.outputs = {{"y", std::nullopt, std::nullopt}};
    const auto constant = [&](const std::string& name, const Shape& shape, double first, double step) {
        TensorData data(ElementType::float32, shape.elements());
        for (std::int64_t i = 0; i < data.elements(); ++i)
            data.set_real(i, first + step * static_cast<double>(i % 7) - 0.01 * static_cast<double>(i));
        model.constants[name] = {ElementType::float32, shape, std::make_shared<const TensorData>(std::move(data))};
    };
    constant("w", Shape{4, 3, 3, 3}, -0.4, 0.15);
    constant("b", Shape{4}, 0.1, 0.2);
    constant("scale", Shape{4}, 0.5, 0.3);
    constant("offset", Shape{4}, -0.2, 0.1);
    constant("mean", Shape{4}, 0.3, -0.2);
    constant("variance", Shape{4}, 0.8, 0.4);
    model.nodes = {{"conv", "Conv", "", {"x", "w", "b"}, {"c"}, {}},
                   {"norm", "BatchNormalization", "", {"c", "scale", "offset", "mean", "variance"}, {"y"}, {}}};
    ImportOptions apart;
    apart.fold_batch_norm = false;
    const Graph folded = build_graph(model).graph, plain = build_graph(model, apart).graph;
    EXPECT_EQ(folded.nodes().size(), 1u);
    EXPECT_EQ(plain.nodes().size(), 2u);
    EXPECT_EQ(folded.tensor(folded.outputs[0]).name, "y");
    TensorData image(ElementType::float32, 150);
    for (std::int64_t i = 0; i < 150; ++i)
        image.set_real(i, std::sin(static_cast<double>(i)));
    const std::vector<Value> input{Value(Shape{2, 3, 5, 5}, std::move(image))};
    const Value a = execute(folded, input)[0], b = execute(plain, input)[0];
    for (std::int64_t i = 0; i < a.elements(); ++i)
        EXPECT_NEAR(a.data->real(i), b.data->real(i), 1e-5);

    for (auto& [name, c] : model.constants) // shapes only: the structure is the same
        c.data = nullptr;
    const Graph shapes = build_graph(model).graph;
    EXPECT_EQ(shapes.nodes().size(), 1u);
    EXPECT_EQ(parameters(shapes), 4 * 27 + 4);
}

class Files : public ::testing::Test
{
protected:
    fs::path folder = fs::temp_directory_path() / "imcsim_malformed_test";
    void SetUp() override { fs::create_directories(folder); }
    void TearDown() override { fs::remove_all(folder); }
};

TEST_F(Files, ThatAreNoNetworksAreRefusedByName)
{
    write_file(folder / "empty.onnx", "");
    EXPECT_THAT(fault([&] { load_network(folder / "empty.onnx"); }), HasSubstr("empty.onnx: is empty"));
    write_file(folder / "text.onnx", "hello, this is no network at all");
    EXPECT_THAT(fault([&] { load_network(folder / "text.onnx"); }), HasSubstr("text.onnx: is not an ONNX model"));
    write_file(folder / "broken.json", "{\"schema\": ");
    EXPECT_THAT(fault([&] { load_network(folder / "broken.json"); }), HasSubstr("broken.json"));
    EXPECT_THAT(fault([&] { load_network(folder / "missing.onnx"); }), HasSubstr("missing.onnx"));
    EXPECT_THAT(fault([&] { load_network(folder); }), HasSubstr("imcsim_malformed_test"));
    // 3 GiB of nothing, sparse on the disk: refused without being read.
    std::ofstream(folder / "huge.onnx");
    fs::resize_file(folder / "huge.onnx", std::uintmax_t{3} << 30);
    EXPECT_THAT(fault([&] { load_network(folder / "huge.onnx"); }), HasSubstr("huge.onnx"));
}

/// They would have to go into results, which are JSON.
TEST_F(Files, NamesThatAreNotUtf8AreRefusedInNetworksAndReplacedInFiles)
{
    const fs::path networks = fs::path(IMC_SOURCE_DIR) / "configs" / "networks";
    std::string bytes = read_file(networks / "lenet5_digits.onnx");
    for (std::size_t at; (at = bytes.find("conv1")) != std::string::npos;)
        bytes.replace(at, 5,
                      "con\xFF"
                      "1");
    write_file(folder / "names.onnx", bytes);
    EXPECT_THAT(fault([&] { load_network(folder / "names.onnx"); }), HasSubstr("names.onnx: "));
    EXPECT_THAT(fault([&] { load_network(folder / "names.onnx"); }), HasSubstr("has a name that is not UTF-8"));
    fs::copy_file(networks / "lenet5_digits.onnx", folder / "caf\xE9.onnx");
    EXPECT_EQ(load_network(folder / "caf\xE9.onnx").name, "network");
}

TEST_F(Files, NumpyFilesSayWhatIsWrongWithThem)
{
    const std::string good = npy_bytes(Value::integers({1, 2, 3}));
    EXPECT_EQ(parse_npy(good, "x.npy").to_integers(), (std::vector<std::int64_t>{1, 2, 3}));
    const auto changed = [&](const std::string& from, const std::string& to) {
        std::string bytes = good;
        bytes.replace(bytes.find(from), from.size(), to);
        return fault([&] { parse_npy(bytes, "x.npy"); });
    };
    EXPECT_THAT(fault([&] { parse_npy(good.substr(0, 60), "x.npy"); }), HasSubstr("cut off in its header"));
    EXPECT_THAT(fault([&] { parse_npy(good + "!", "x.npy"); }),
                HasSubstr("has 25 bytes of data, its shape [3] needs 24"));
    EXPECT_THAT(changed("<i8", "<c8"), HasSubstr("element type '<c8'"));
    EXPECT_THAT(changed("False", "Maybe"), HasSubstr("fortran_order"));
    EXPECT_THAT(changed("descr", "dtype"), HasSubstr("key 'dtype'"));
    EXPECT_THAT(changed("NUMPY", "NUMPI"), HasSubstr("not a NumPy file"));
}

TEST_F(Files, NumpyBigEndianAndColumnMajorDataAreReordered)
{
    std::string bytes = npy_bytes(Value(Shape{2, 3}, Value::integers({1, 2, 3, 4, 5, 6}).data));
    bytes.replace(bytes.find("False"), 5, "True ");
    EXPECT_EQ(parse_npy(bytes, "x.npy").to_integers(), (std::vector<std::int64_t>{1, 3, 5, 2, 4, 6}));
    std::string big = npy_bytes(Value::integers({1, 2}));
    big.replace(big.find("<i8"), 3, ">i8");
    std::reverse(big.end() - 16, big.end() - 8);
    std::reverse(big.end() - 8, big.end());
    EXPECT_EQ(parse_npy(big, "x.npy").to_integers(), (std::vector<std::int64_t>{1, 2}));
}

} // namespace
