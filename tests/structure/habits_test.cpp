#include <filesystem>
#include <functional>
#include <regex>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/structure/source_tree.h"

using namespace imc::test;
namespace fs = std::filesystem;

namespace
{

/// Expects that no line of the files chosen matches the pattern; says where one does.
void expect_no_line(const std::string& pattern, const char* why, const std::function<bool(const SourceFile&)>& chosen)
{
    const std::regex regex(pattern);
    std::size_t files = 0;
    for (const SourceFile& file : source_tree()) {
        if (!chosen(file))
            continue;
        ++files;
        for (std::size_t i = 0; i < file.lines.size(); ++i)
            EXPECT_FALSE(std::regex_search(file.lines[i], regex))
                << fmt::format("{}:{}: {}\n  {}", file.path, i + 1, why, file.lines[i]);
    }
    EXPECT_GT(files, 10u) << "no files were looked at";
}

bool below_the_programs(const SourceFile& file)
{
    return file.is_cpp() && !file.is_test() && !file.is_below("sim/base/cli") && !file.is_below("sim/cli") &&
           !file.is_below("nas/cli");
}

TEST(Habits, NoFileIsLongerThan400Lines)
{
    for (const SourceFile& file : source_tree())
        EXPECT_LE(file.lines.size(), 400u) << file.path;
}

TEST(Habits, EveryHeaderIsIncludedOnce)
{
    for (const SourceFile& file : source_tree())
        if (file.is_header()) {
            ASSERT_FALSE(file.lines.empty()) << file.path;
            EXPECT_EQ(file.lines[0], "#pragma once") << file.path;
        }
}

TEST(Habits, HeadersOpenNoNamespaces)
{
    expect_no_line(R"(^\s*using\s+namespace\b)", "a header opens a namespace for all who include it",
                   [](const SourceFile& f) { return f.is_header(); });
}

TEST(Habits, ASourceIncludesItsOwnHeaderFirst)
{
    for (const SourceFile& file : source_tree()) {
        if (!file.path.ends_with(".cpp") || file.is_test())
            continue;
        const std::string header = file.path.substr(0, file.path.size() - 3) + "h";
        const auto includes = includes_of(file);
        if (fs::exists(fs::path(IMC_SOURCE_DIR) / header) && !includes.empty()) {
            EXPECT_EQ(includes[0].name, header) << file.path;
        }
    }
}

TEST(Habits, OnlyTheProgramsPrintAndExit)
{
    expect_no_line(R"(std::c(out|err|log)\b|\b(f|v|vf)?printf\s*\(|\bf?puts\s*\(|\bfmt::print\b)",
                   "modules do not print", below_the_programs);
    expect_no_line(R"((^|[^_\w.:>])(std::)?(_?exit|quick_exit|abort)\s*\()", "only main decides the exit status",
                   [](const SourceFile& f) {
                       // A forked worker leaves by _exit, which is not the program's end.
                       return below_the_programs(f) && f.path.find("worker") == std::string::npos;
                   });
}

TEST(Habits, RandomNumbersComeFromNamedStreams)
{
    expect_no_line(R"(_distribution\s*[<(]|std::random_device|std::mt19937|\bs?rand\s*\()",
                   "results would depend on the standard library",
                   [](const SourceFile& f) { return f.is_cpp() && !f.is_below("tests/structure"); });
}

TEST(Habits, NothingIsMarkedAsUnfinished)
{
    // The words are put together here so that this file does not find itself.
    expect_no_line(std::string(R"(\b(TO)") + "DO|FIX" + "ME|XX" + R"(X)\b)", "finish it, or refuse the input",
                   [](const SourceFile&) { return true; });
}

TEST(Habits, FileNamesAreSnakeCase)
{
    const std::regex name(R"([a-z0-9_]+\.(h|cpp|py|sh))");
    for (const SourceFile& file : source_tree())
        if (file.is_cpp() || file.path.ends_with(".py") || file.path.ends_with(".sh")) {
            EXPECT_TRUE(std::regex_match(fs::path(file.path).filename().string(), name)) << file.path;
        }
}

} // namespace
