#pragma once

#include "nas/train/fake_quantise.h"
#include "nas/train/trainer.h"
#include "nas/train/training_data.h"
#include "nas/train/training_state.h"

namespace imc::training
{

/// Writes the network of a stage as ONNX: float with batch norm folded, or QDQ on the plan's grids.
void export_stage(const std::filesystem::path& file, const Graph& graph, const StageConfig& stage,
                  const QuantisationPlan& plan, const Parameters& parameters);

/// Share of the items whose class an exported network finds, by the golden executor (QDQ: in integers).
double golden_accuracy(const std::filesystem::path& network, const DataSet& data);

/// After the last stage: looks at the test items, writes training.json, history.csv and timing.json.
std::vector<StageResult> write_outputs(const TrainConfig& config, const std::filesystem::path& out, const Graph& graph,
                                       const TrainingData& data, const TrainingState& state);

} // namespace imc::training
