#include "tests/structure/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

namespace imc::test
{

namespace fs = std::filesystem;

namespace
{

bool is_source(const fs::path& file)
{
    const std::string extension = file.extension();
    return extension == ".h" || extension == ".cpp" || extension == ".py" || extension == ".sh" ||
           extension == ".cmake" || file.filename() == "CMakeLists.txt";
}

std::vector<SourceFile> read_tree()
{
    const fs::path root = IMC_SOURCE_DIR;
    std::vector<SourceFile> files;
    for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
        const std::string name = entry->path().filename();
        if (entry->is_directory() && (name.starts_with("build") || name == ".git" || name == "out")) {
            entry.disable_recursion_pending();
            continue;
        }
        if (!entry->is_regular_file() || !is_source(entry->path()))
            continue;
        SourceFile file{entry->path().lexically_relative(root).generic_string(), {}};
        std::ifstream stream(entry->path());
        for (std::string line; std::getline(stream, line);)
            file.lines.push_back(line);
        files.push_back(std::move(file));
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

} // namespace

const std::vector<SourceFile>& source_tree()
{
    static const std::vector<SourceFile> files = read_tree();
    return files;
}

std::vector<Include> includes_of(const SourceFile& file)
{
    static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
    std::vector<Include> includes;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        std::smatch match;
        if (std::regex_match(file.lines[i], match, pattern))
            includes.push_back({match[2], match[1] == "\"", i + 1});
    }
    return includes;
}

} // namespace imc::test
