#pragma once

#include <string>
#include <vector>

namespace imc::test
{

/// One text file of the project.
struct SourceFile {
    std::string path; ///< from the repository root, with forward slashes
    std::vector<std::string> lines;

    bool is_header() const { return path.ends_with(".h"); }
    bool is_cpp() const { return path.ends_with(".h") || path.ends_with(".cpp"); }
    bool is_test() const { return path.starts_with("tests/"); }
    bool is_below(const std::string& folder) const { return path.starts_with(folder + "/"); }
};

/// An #include line: the name and whether it was in quotes.
struct Include {
    std::string name;
    bool quoted = false;
    std::size_t line = 0;
};

/// The sources, scripts and build files of the project, in order of path; generated folders are left out.
const std::vector<SourceFile>& source_tree();

std::vector<Include> includes_of(const SourceFile& file);

} // namespace imc::test
