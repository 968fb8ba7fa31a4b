#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include "sim/run/run.h"

namespace imc::test
{

std::filesystem::path chip_data(const std::string& file);          ///< tests/chip/data/FILE
std::filesystem::path shipped_experiment(const std::string& name); ///< configs/experiments/NAME.json

/// An experiment with changes as `imcsim run --set` takes them.
run::Experiment load_experiment(const std::filesystem::path& file, const std::vector<std::string>& assignments = {});

/// Maps and simulates; one call per process.
run::Result simulate(const run::Experiment& experiment);

} // namespace imc::test
