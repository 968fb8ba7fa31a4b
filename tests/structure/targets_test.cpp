#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/structure/source_tree.h"

using namespace imc::test;
namespace fs = std::filesystem;

namespace
{

std::string read_all(const fs::path& file)
{
    std::ifstream stream(file);
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

/// What the build compiles, from the repository root.
std::set<std::string> compiled_sources()
{
    std::set<std::string> sources;
    const auto database = nlohmann::json::parse(read_all(fs::path(IMC_BINARY_DIR) / "compile_commands.json"));
    for (const auto& entry : database) {
        const fs::path file = fs::path(entry.at("directory").get<std::string>()) / entry.at("file").get<std::string>();
        sources.insert(file.lexically_normal().lexically_relative(IMC_SOURCE_DIR).generic_string());
    }
    return sources;
}

/// Whether a CMakeLists.txt in the file's folder or above names it: for what only some builds compile.
bool named_in_a_build_file(const std::string& path)
{
    const fs::path root = IMC_SOURCE_DIR;
    for (fs::path folder = fs::path(path).parent_path();; folder = folder.parent_path()) {
        const std::string name = fs::path(path).lexically_relative(folder).generic_string();
        if (read_all(root / folder / "CMakeLists.txt").find(name) != std::string::npos)
            return true;
        if (folder.empty())
            return false;
    }
}

TEST(Targets, EverySourceIsCompiled)
{
    const std::set<std::string> compiled = compiled_sources();
    ASSERT_GT(compiled.size(), 10u);
    for (const SourceFile& file : source_tree()) {
        if (!file.path.ends_with(".cpp"))
            continue;
        EXPECT_TRUE(compiled.contains(file.path) || named_in_a_build_file(file.path))
            << file.path << " is in no target";
    }
    EXPECT_FALSE(named_in_a_build_file("sim/base/no_such_source.cpp"));
}

/// The first cells of the rows of README's folder map.
std::set<std::string> folder_map()
{
    const std::string readme = read_all(fs::path(IMC_SOURCE_DIR) / "README.md");
    const std::size_t start = readme.find("## Folders");
    if (start == std::string::npos)
        return {};
    const std::string section = readme.substr(start, readme.find("\n## ", start + 1) - start);
    std::set<std::string> folders;
    const std::regex row(R"(\n\| `([^`]+)` \|)");
    for (std::sregex_iterator match(section.begin(), section.end(), row), end; match != end; ++match)
        folders.insert((*match)[1]);
    return folders;
}

TEST(Readme, FolderMapNamesFoldersThatExist)
{
    const auto folders = folder_map();
    EXPECT_GE(folders.size(), 10u);
    for (const std::string& folder : folders)
        EXPECT_TRUE(fs::is_directory(fs::path(IMC_SOURCE_DIR) / folder)) << folder;
}

TEST(Readme, FolderMapHasEveryFolderWithSources)
{
    const auto folders = folder_map();
    for (const SourceFile& file : source_tree()) {
        const fs::path folder = fs::path(file.path).parent_path();
        bool listed = folder.empty() || folder.begin()->string().starts_with(".");
        for (fs::path f = folder; !f.empty(); f = f.parent_path())
            listed = listed || folders.contains(f.generic_string());
        EXPECT_TRUE(listed) << file.path << " lies in a folder that README.md does not explain";
    }
}

} // namespace
