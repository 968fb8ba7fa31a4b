#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/version.h"
#include "tests/cli/process.h"

using namespace imc::test;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

namespace
{

TEST(Shipped, EveryConfigurationIsGood)
{
    std::vector<std::string> words = {"check"};
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(IMC_SOURCE_DIR) / "configs"))
        if (const auto folder = entry.path().parent_path().filename(); // imcsim nas has two of its own
            entry.path().extension() == ".json" && folder != "studies" && folder != "training")
            words.push_back(entry.path());
    ASSERT_GT(words.size(), 10u);
    const Ended ended = imcsim(words);
    EXPECT_EQ(ended.status, 0) << ended.err;
}

TEST(Shipped, InstallationRunsFromItsPrefix)
{
    const TemporaryDirectory prefix;
    const Ended installed = run({.words = {IMC_CMAKE_COMMAND, "--install", IMC_BINARY_DIR, "--prefix", prefix.path()}});
    ASSERT_EQ(installed.status, 0) << installed.err;
    const Ended version = run({.words = {prefix / "bin/imcsim", "--version"}});
    EXPECT_EQ(version.out, std::string("imcsim ") + imc::version() + "\n") << version.err;
    const fs::path network = prefix / "share/imcsim/configs/networks/lenet5.json";
    const Ended import = run({.words = {prefix / "bin/imcsim", "import", network}});
    EXPECT_EQ(import.status, 0) << import.err;
    EXPECT_THAT(import.out, HasSubstr("MACs"));
}

} // namespace
