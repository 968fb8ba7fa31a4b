#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "sim/base/cli/options.h"
#include "sim/base/config/document.h"

namespace imc::cli
{

/// What a command that computes one case was asked.
struct CaseArguments {
    std::filesystem::path file;
    config::Document document; ///< the case, with --set applied
    std::filesystem::path out; ///< where the answer goes; empty: standard output
};

/// Reads CASE.json, --set and --out beside whatever else `options` declares. Nothing if only help was asked for (and
/// printed). Throws as Options::parse() and Document::load().
std::optional<CaseArguments> read_case(Options& options, std::span<const std::string> args);

} // namespace imc::cli
