#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace imc::nas
{

/// A CSV file: a header line, then rows with as many fields. Fields may be quoted (RFC 4180).
struct Csv {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;

    /// Throws ConfigError naming file and line.
    static Csv load(const std::filesystem::path& file);
};

} // namespace imc::nas
