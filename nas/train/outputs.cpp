#include "nas/train/outputs.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "sim/base/version.h"
#include "workloads/execute/execute.h"
#include "workloads/network.h"
#include "workloads/transform/fold_batch_norm.h"
#include "workloads/transform/fuse_qdq.h"
#include "workloads/write/onnx_writer.h"

namespace imc::training
{

namespace
{

using nlohmann::ordered_json;

ordered_json number(double v) { return std::isfinite(v) ? ordered_json(v) : ordered_json(nullptr); }

const char* mode_name(Mode mode)
{
    return mode == Mode::floating ? "float" : mode == Mode::quantised ? "quantised" : "noise_aware";
}

std::string history_csv(const TrainConfig& config, const TrainingState& state)
{
    std::string text = "stage,epoch,training_loss,validation_top1\n";
    for (const EpochRecord& r : state.history)
        text += fmt::format("{},{},{:.6f},{}\n", config.stages[static_cast<std::size_t>(r.stage)].name, r.epoch + 1,
                            r.loss, std::isfinite(r.validation) ? fmt::format("{:.4f}", r.validation) : "");
    return text;
}

} // namespace

void export_stage(const std::filesystem::path& file, const Graph& graph, const StageConfig& stage,
                  const QuantisationPlan& plan, const Parameters& parameters)
{
    const Graph trained = with_parameters(graph, parameters);
    if (stage.mode == Mode::floating)
        write_onnx(file, fold_batch_norm(trained));
    else
        write_onnx(file, quantise(trained, learnt_ranges(trained, plan, parameters), plan.options));
}

double golden_accuracy(const std::filesystem::path& network, const DataSet& data)
{
    const Graph graph = fuse_qdq(load_network(network));
    const Shape& in = graph.tensor(graph.inputs[0]).shape;
    const std::int64_t batch = in[0];
    std::int64_t right = 0, seen = 0;
    for (; seen + batch <= data.size(); seen += batch) {
        const std::vector<Value> out = execute(graph, std::vector{Value(in, data.batch(seen, batch).data)});
        const std::int64_t classes = out[0].elements() / batch;
        for (std::int64_t i = 0; i < batch; ++i) {
            std::int64_t best = 0;
            for (std::int64_t c = 1; c < classes; ++c)
                if (out[0].data->real(i * classes + c) > out[0].data->real(i * classes + best))
                    best = c;
            right += best == data.labels[static_cast<std::size_t>(seen + i)] ? 1 : 0;
        }
    }
    return seen ? static_cast<double>(right) / static_cast<double>(seen) : std::nan("");
}

std::vector<StageResult> write_outputs(const TrainConfig& config, const std::filesystem::path& out, const Graph& graph,
                                       const TrainingData& data, const TrainingState& state)
{
    ordered_json stages = ordered_json::array();
    std::vector<StageResult> results;
    for (std::size_t i = 0; i < config.stages.size(); ++i) {
        const StageConfig& stage = config.stages[i];
        StageResult r{stage.name, out / (stage.name + ".onnx"), 0, std::nan(""), 0};
        for (const EpochRecord& epoch : state.history)
            if (epoch.stage == static_cast<std::int64_t>(i)) {
                ++r.epochs;
                const bool better = !(epoch.validation <= r.validation);
                r.validation = stage.patience > 0 && !better ? r.validation : epoch.validation;
            }
        r.test = golden_accuracy(r.file, data.test);
        ordered_json row = {
            {"name", stage.name}, {"mode", mode_name(stage.mode)},           {"file", r.file.filename().string()},
            {"epochs", r.epochs}, {"validation_top1", number(r.validation)}, {"test_top1", number(r.test)}};
        if (stage.mode != Mode::floating) {
            row["weight_bits"] = stage.weight_bits;
            row["activation_bits"] = stage.activation_bits;
        }
        stages.push_back(std::move(row));
        results.push_back(std::move(r));
    }
    const ordered_json result = {
        {"schema", "imcsim.training_result/1"},
        {"name", config.name},
        {"network", {{"name", graph.name}, {"macs", macs(graph)}, {"parameters", parameters(graph)}}},
        {"data",
         {{"name", data.train.name},
          {"training_items", data.training.size()},
          {"validation_items", data.validation.size()},
          {"test_items", data.test.size()}}},
        {"stages", std::move(stages)},
        {"seed", config.seed},
        {"simulator", {{"version", version()}}}};
    write_file(out / "history.csv", history_csv(config, state));
    write_file(out / "timing.json", ordered_json{{"cpu_s", state.cpu_s}}.dump(2) + "\n");
    write_file(out / "training.json", result.dump(2) + "\n");
    return results;
}

} // namespace imc::training
