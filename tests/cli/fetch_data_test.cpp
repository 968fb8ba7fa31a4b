#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "tests/cli/process.h"

using namespace imc::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

namespace
{

const std::string script = (fs::path(IMC_SOURCE_DIR) / "scripts" / "fetch_data.sh").string();

/// Fetches from a mirror in a directory of its own.
class FetchData : public ::testing::Test
{
protected:
    TemporaryDirectory dir, mirror;

    void SetUp() override
    {
        fs::create_directories(mirror / "mnist");
        for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                 "t10k-labels-idx1-ubyte"}) {
            imc::write_file(mirror / ("mnist/" + std::string(name)), std::string("content of ") + name);
            shell("gzip -n " + (mirror / ("mnist/" + std::string(name))).string());
        }
        shell("cd " + mirror.path().string() +
              " && for f in mnist/*; do echo mnist $(basename $f) $(md5sum < $f | cut -c1-32); done > sums");
    }
    static std::string shell(const std::string& line) { return run({{"/bin/bash", "-c", line}}).out; }
    Ended fetch(const std::vector<std::string>& words, const std::string& sums = "")
    {
        std::vector<std::string> all = {script, "--into", (dir / "data").string()};
        all.insert(all.end(), words.begin(), words.end());
        std::map<std::string, std::string> environment = {{"IMCSIM_DATA_MIRROR", "file://" + mirror.path().string()}};
        if (!sums.empty())
            environment["IMCSIM_DATA_SUMS"] = sums;
        return run({all, dir.path(), environment});
    }
};

} // namespace

TEST_F(FetchData, TakesFilesWithTheRightCheckSumsAndKeepsThem)
{
    const Ended first = fetch({"mnist"}, mirror / "sums");
    ASSERT_EQ(first.status, 0) << first.err;
    EXPECT_EQ(imc::read_file(dir / "data/mnist/t10k-labels-idx1-ubyte"), "content of t10k-labels-idx1-ubyte");
    fs::remove_all(mirror / "mnist");
    EXPECT_EQ(fetch({"mnist"}, mirror / "sums").status, 0) << "nothing is left to get";
}

TEST_F(FetchData, RefusesOtherContentAndLeavesNothing)
{
    const Ended ended = fetch({"mnist"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, HasSubstr("check sum"));
    EXPECT_THAT(dir.content(), IsEmpty());
}

TEST_F(FetchData, SaysWhatToDoWhereNothingCanBeHad)
{
    const Ended ended = fetch({"cifar10"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, HasSubstr("Without a network"));
    EXPECT_THAT(dir.content(), IsEmpty());
}

TEST_F(FetchData, RefusesUnknownSets)
{
    EXPECT_EQ(fetch({"imagenet"}).status, 2);
    EXPECT_EQ(fetch({}).status, 2);
}
