#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/cli/process.h"

namespace imc::test
{

/// The result.json of `imcsim run FILE --out OUT` with these --set, and these traces if any.
inline nlohmann::json run_file(const std::filesystem::path& out, const std::filesystem::path& file,
                               const std::vector<std::string>& changes, const std::string& trace = "")
{
    std::vector<std::string> words{"run", file.string(), "--quiet", "--out", out.string()};
    for (const std::string& change : changes)
        words.insert(words.end(), {"--set", change});
    if (!trace.empty())
        words.insert(words.end(), {"--trace", trace});
    const Ended ended = imcsim(words);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return nlohmann::json::parse(read_file(out / "result.json"));
}

} // namespace imc::test
