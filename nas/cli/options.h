#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace imc::nas
{

/// The command line of imcsim-nas. Throws ConfigError for what it does not know.
struct Options {
    std::string command;
    std::filesystem::path study;
    std::filesystem::path out; ///< default: the study's name beside the working directory, with ".nas"
    bool resume = false;
    bool quiet = false;
    bool json = false;
    bool front = false;
    bool help = false;
    std::size_t workers = 0; ///< 0 = as the study says
    double cpu_budget_s = 0; ///< 0 = none
    std::string format = "csv";
    std::filesystem::path to;
    std::filesystem::path experiments;
    std::vector<std::string> sets;

    static Options parse(std::span<const std::string> arguments);
};

extern const char* const usage;

} // namespace imc::nas
