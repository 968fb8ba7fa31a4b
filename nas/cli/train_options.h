#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace imc::nas
{

/// The command line of imcsim-nas-train. Throws ConfigError for what it does not know.
struct TrainArguments {
    std::filesystem::path file;
    std::filesystem::path out; ///< default: the file's name in the working directory, with ".train"
    bool resume = false;
    bool quiet = false;
    bool help = false;
    bool describe = false;
    std::vector<std::string> sets;

    static TrainArguments parse(std::span<const std::string> arguments);
};

extern const char* const train_usage;

} // namespace imc::nas
