// ONNX's backend node tests: every case whose operators are all supported must be equal, within ONNX's own
// tolerance (relative 1e-3, absolute 1e-7; integers exactly).

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "workloads/execute/execute.h"
#include "workloads/lower/build.h"
#include "workloads/lower/context.h"
#include "workloads/read/onnx_reader.h"
#include "workloads/write/onnx_writer.h"

using namespace imc;
namespace fs = std::filesystem;

namespace
{

/// Cases whose operator is supported but not this use of it, with the words the refusal must contain.
const std::map<std::string, std::string> refused{
    {"batchnorm_epsilon_training_mode", "training mode"},
    {"batchnorm_example_training_mode", "training mode"},
    {"training_dropout", "training mode"},
    {"training_dropout_default", "training mode"},
    {"training_dropout_default_mask", "training mode"},
    {"training_dropout_mask", "training mode"},
    {"training_dropout_zero_ratio", "training mode"},
    {"training_dropout_zero_ratio_mask", "training mode"},
    {"resize_tf_crop_and_resize", "interpolation mode"},
};

/// Cases whose data contradict the standard or themselves.
const std::map<std::string, std::string> defective{
    {"cast_FLOAT_to_BFLOAT16", "the expected values are truncated; casts round half to even"},
    {"castlike_FLOAT_to_BFLOAT16_expanded", "declares 'like' as [3, 4] and gives [1]"},
    {"castlike_BFLOAT16_to_FLOAT_expanded", "declares 'like' as [3, 4] and gives [1]"},
};

/// Interpolating resizes are not supported: all cases of these names are refused by mode.
bool interpolates(const std::string& name)
{
    return name.starts_with("resize_") &&
           (name.find("linear") != std::string::npos || name.find("cubic") != std::string::npos);
}

/// The tests store bfloat16 values as uint16; `declared` is what the model says.
Value load(const fs::path& file, std::optional<ElementType> declared)
{
    Value value = parse_tensor_proto(read_file(file), file.string());
    if (declared == ElementType::bfloat16 && value.type() == ElementType::uint16) {
        TensorData data(ElementType::bfloat16, value.elements());
        std::ranges::copy(value.data->bytes(), data.bytes().begin());
        return {value.shape, std::move(data)};
    }
    return value;
}

/// Operands that shapes depend on must be known when the graph is built; the tests give them as inputs.
std::set<std::string> shape_operands(const Model& model)
{
    static const std::map<std::string, std::vector<std::size_t>> slots{
        {"Reshape", {1}},    {"Slice", {1, 2, 3, 4}},  {"Expand", {1}},      {"Pad", {1, 2}},    {"Resize", {1, 2, 3}},
        {"Upsample", {1}},   {"Split", {1}},           {"Squeeze", {1}},     {"Unsqueeze", {1}}, {"ReduceSum", {1}},
        {"Dropout", {1, 2}}, {"ConstantOfShape", {0}}, {"Range", {0, 1, 2}},
    };
    std::set<std::string> names;
    for (const ModelNode& node : model.nodes)
        if (const auto it = slots.find(node.op); it != slots.end())
            for (const std::size_t i : it->second)
                if (i < node.inputs.size())
                    names.insert(node.inputs[i]);
    return names;
}

::testing::AssertionResult same(const Value& got, const Value& expected)
{
    if (!(got.shape == expected.shape) || got.type() != expected.type())
        return ::testing::AssertionFailure() << name(got.type()) << " " << got.shape.text() << " instead of "
                                             << name(expected.type()) << " " << expected.shape.text();
    for (std::int64_t i = 0; i < got.elements(); ++i) {
        const double g = got.data->real(i), e = expected.data->real(i);
        const bool equal = is_floating(got.type()) ? g == e || std::abs(g - e) <= 1e-7 + 1e-3 * std::abs(e) ||
                                                         (std::isnan(g) && std::isnan(e))
                                                   : got.data->integer(i) == expected.data->integer(i);
        if (!equal)
            return ::testing::AssertionFailure() << "element " << i << " is " << g << " instead of " << e;
    }
    return ::testing::AssertionSuccess();
}

struct Outcome {
    bool ran = false;
    std::string refusal;
};

/// The graph written as ONNX and read again gives the same values, bit for bit.
void check_export(const Graph& graph, const std::vector<Value>& inputs, const std::vector<Value>& outputs,
                  const std::string& name)
{
    if (graph.nodes().empty()) // folded to a constant: nothing to run
        return;
    ImportOptions options;
    options.allow_empty_tensors = true;
    for (const TensorId t : graph.inputs)
        options.inputs.push_back(graph.tensor(t).name);
    const Import again = build_graph(parse_onnx(onnx_bytes(graph), name, {}), options);
    ASSERT_TRUE(again.unsupported.empty()) << name << ": " << again.unsupported[0].why;
    const std::vector<Value> values = execute(again.graph, inputs);
    ASSERT_EQ(values.size(), outputs.size()) << name;
    for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_TRUE(values[i].shape == outputs[i].shape && values[i].type() == outputs[i].type() &&
                    std::ranges::equal(values[i].data->bytes(), outputs[i].data->bytes()))
            << name << " differs after export";
}

Outcome run_case(const fs::path& folder)
{
    const Model model = read_onnx(folder / "model.onnx");
    const fs::path data = folder / "test_data_set_0";
    std::map<std::string, Value> given;
    for (std::size_t i = 0; i < model.inputs.size(); ++i)
        given[model.inputs[i].name] = load(data / ("input_" + std::to_string(i) + ".pb"), model.inputs[i].type);
    ImportOptions options;
    options.allow_empty_tensors = true;
    const std::set<std::string> shapes = shape_operands(model);
    for (const ModelValue& v : model.inputs)
        if (shapes.contains(v.name))
            options.fixed[v.name] = given[v.name];
        else
            options.inputs.push_back(v.name);
    const Import import = build_graph(model, options);
    if (!import.unsupported.empty())
        return {false, import.unsupported[0].why};
    std::vector<Value> inputs;
    for (const TensorId t : import.graph.inputs)
        inputs.push_back(given.at(import.graph.tensor(t).name));
    const std::vector<Value> outputs = execute(import.graph, inputs);
    check_export(import.graph, inputs, outputs, folder.filename().string());
    for (std::size_t i = 0; i < outputs.size(); ++i)
        EXPECT_TRUE(same(outputs[i], load(data / ("output_" + std::to_string(i) + ".pb"), model.outputs[i].type)))
            << folder.filename() << " output " << i;
    EXPECT_EQ(outputs.size(), model.outputs.size()) << folder.filename();
    return {true, {}};
}

bool all_operators_known(const fs::path& model_file, std::set<std::string>& operators)
{
    Model model;
    try {
        model = read_onnx(model_file);
    } catch (const ConfigError&) {
        return false;
    }
    // Strings, sequences and optionals are outside of what a network here can be.
    for (const auto* values : {&model.inputs, &model.outputs})
        for (const ModelValue& v : *values)
            if (!v.type)
                return false;
    for (const ModelNode& node : model.nodes) {
        if (!node.domain.empty() || !lower::find_operator(node.op))
            return false;
        operators.insert(node.op);
    }
    return true;
}

TEST(OnnxBackendNodeTests, AllCasesOfTheSupportedOperatorsAreEqual)
{
    const fs::path root = fs::path(IMC_ONNX_TEST_DATA) / "node";
    ASSERT_TRUE(fs::exists(root)) << root << " was not generated: python3-onnx is needed";
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(root))
        folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());

    int ran = 0, refusals = 0;
    std::set<std::string> covered;
    for (const fs::path& folder : folders) {
        const std::string name = folder.filename().string().substr(5); // test_
        std::set<std::string> operators;
        if (const auto it = defective.find(name); it != defective.end()) {
            std::cout << "  left out: " << name << ": " << it->second << "\n";
            continue;
        }
        if (!all_operators_known(folder / "model.onnx", operators))
            continue;
        try {
            const Outcome outcome = run_case(folder);
            const auto expected = refused.find(name);
            if (outcome.ran) {
                EXPECT_EQ(expected, refused.end()) << name << " ran, a refusal was expected";
                covered.insert(operators.begin(), operators.end());
                std::cout << "  equal: " << name << "\n";
                ++ran;
            } else {
                const std::string words = expected != refused.end() ? expected->second : "interpolation mode";
                EXPECT_TRUE(expected != refused.end() || interpolates(name)) << name << ": " << outcome.refusal;
                EXPECT_NE(outcome.refusal.find(words), std::string::npos) << name << ": " << outcome.refusal;
                ++refusals;
            }
        } catch (const std::exception& e) {
            ADD_FAILURE() << name << ": " << e.what();
        }
    }
    std::cout << ran << " cases equal, " << refusals << " refused by design\n";
    EXPECT_GE(ran, 461);
    // Operators that ONNX has no node test for are tested elsewhere; everything else must have been covered.
    const std::set<std::string> without_cases{"Range"};
    for (const lower::Operator& o : lower::operators())
        EXPECT_TRUE(covered.contains(o.name) || without_cases.contains(o.name)) << o.name << " was covered by no case";
}

} // namespace
