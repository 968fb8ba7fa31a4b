#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "arch/config/chip.h"
#include "sim/run/result.h"

namespace imc::cli
{

/// What is needed of a run's directory to price it again.
struct StoredRun {
    std::string name; ///< the directory as it was given
    ChipConfig chip;
    /// Filled: macs, tiles, cycles, clock, interval, latency, energy, ledger (without layers) and leakage.
    run::Result result;
};

/// The directories with a result.json among `words` and below those that have none, each of these in order of names.
/// Throws ConfigError naming a word below which there is none.
std::vector<std::filesystem::path> directories_of_runs(const std::vector<std::string>& words);

/// Reads resolved.json and result.json of a directory that `imcsim run --out` wrote. Throws ConfigError if it is
/// none, or if the result does not hold the counts behind its energy or they do not add up to it.
StoredRun read_stored_run(const std::filesystem::path& directory);

} // namespace imc::cli
