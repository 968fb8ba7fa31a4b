#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
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
        if (const auto folder = entry.path().parent_path().filename(); // see below
            entry.path().extension() == ".json" && folder != "studies" && folder != "training")
            words.push_back(entry.path());
    ASSERT_GT(words.size(), 10u);
    const Ended ended = imcsim(words);
    EXPECT_EQ(ended.status, 0) << ended.err;
}

/// A study or a training, and what it needs beside the configurations.
struct Foreign {
    const char* file;
    const char* program;
    const char* data;
};

class ShippedForOtherPrograms : public ::testing::TestWithParam<Foreign>
{
};

TEST_P(ShippedForOtherPrograms, IsGood)
{
    const fs::path root = IMC_SOURCE_DIR;
    if (!fs::exists(fs::path(IMC_BINARY_DIR) / "bin" / GetParam().program))
        GTEST_SKIP() << "this build has no " << GetParam().program;
    // The files say where their data are, relative to themselves.
    if (*GetParam().data && !fs::exists(root / ".." / "shared" / GetParam().data))
        GTEST_SKIP() << "REFERENCE " << GetParam().data << " is not beside the checkout";
    const Ended ended = imcsim({"check", "--json", (root / "configs" / GetParam().file).string()});
    EXPECT_EQ(ended.status, 0) << ended.out;
    EXPECT_THAT(ended.out, HasSubstr(GetParam().program == std::string("imcsim-nas") ? "study" : "training"));
}

INSTANTIATE_TEST_SUITE_P(Files, ShippedForOtherPrograms,
                         ::testing::Values(Foreign{"training/lenet5_digits.json", "imcsim-nas-train", ""},
                                           Foreign{"training/cnn_cifar10.json", "imcsim-nas-train", "data/cifar10"},
                                           Foreign{"training/cnn_cifar10_pcm.json", "imcsim-nas-train", "data/cifar10"},
                                           Foreign{"studies/zdt1.json", "imcsim-nas", ""},
                                           Foreign{"studies/constr.json", "imcsim-nas", ""},
                                           Foreign{"studies/branches.json", "imcsim-nas", ""},
                                           Foreign{"studies/mixed.json", "imcsim-nas", ""},
                                           Foreign{"studies/command.json", "imcsim-nas", ""},
                                           Foreign{"studies/lenet5_chip.json", "imcsim-nas", ""},
                                           Foreign{"studies/macro_table.json", "imcsim-nas", "data/nas"},
                                           Foreign{"studies/cora_table.json", "imcsim-nas", "data/nas"},
                                           Foreign{"studies/macro_chip.json", "imcsim-nas", "data/nas"}),
                         [](const auto& instance) { return fs::path(instance.param.file).stem().string(); });

TEST(Shipped, ATrainingThatCannotBeIsRefusedWithItsKey)
{
    if (!fs::exists(fs::path(IMC_BINARY_DIR) / "bin/imcsim-nas-train"))
        GTEST_SKIP() << "this build has no imcsim-nas-train";
    const TemporaryDirectory dir;
    imc::write_file(dir / "t.json", R"({"schema": "imcsim.training/1", "network": "none.json",
        "data": {"kind": "digits", "test_seed": 1}, "stages": [{"name": "float"}]})");
    const Ended ended = imcsim({"check", dir / "t.json"});
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, HasSubstr("imcsim check: " + (dir / "t.json").string() + ": data.test_seed: "));
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
