#include "sim/base/cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"

using namespace imc;
using namespace imc::cli;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace
{

struct Sample {
    std::string first;
    std::vector<std::string> rest, set;
    std::filesystem::path out;
    std::int64_t jobs = 2;
    double rate = 0.5;
    bool quiet = false;

    bool parse(const std::vector<std::string>& words)
    {
        Options options("sample", "FIRST [REST]...", "A sample.");
        options.argument("FIRST", first);
        options.arguments("REST", rest, 0);
        options.values("set", set, "PATH=VALUE", "assign");
        options.value("out", out, "DIR", "where to");
        options.value("jobs", jobs, "N", "how many");
        options.value("rate", rate, "R", "how fast");
        options.flag("quiet", quiet, "say less");
        return options.parse(words);
    }
    std::string fault(const std::vector<std::string>& words)
    {
        try {
            parse(words);
        } catch (const ConfigError& e) {
            return e.what();
        }
        return "none";
    }
};

TEST(Options, FillTheVariablesAndKeepDefaults)
{
    Sample s;
    EXPECT_TRUE(s.parse({"--set", "a.b[0]=x=y", "one", "--out", "a b", "two", "--set=c=1", "--quiet", "three"}));
    EXPECT_EQ(s.first, "one");
    EXPECT_THAT(s.rest, ElementsAre("two", "three"));
    EXPECT_THAT(s.set, ElementsAre("a.b[0]=x=y", "c=1"));
    EXPECT_EQ(s.out, "a b");
    EXPECT_EQ(s.jobs, 2);
    EXPECT_TRUE(s.quiet);
}

TEST(Options, TakeWordsAfterTwoDashesAsArguments)
{
    Sample s;
    EXPECT_TRUE(s.parse({"--", "--quiet"}));
    EXPECT_EQ(s.first, "--quiet");
    EXPECT_FALSE(s.quiet);
}

TEST(Options, NameTheFaultAndWhereHelpIs)
{
    EXPECT_THAT(Sample().fault({}), HasSubstr("FIRST is missing (imcsim sample --help explains)"));
    EXPECT_THAT(Sample().fault({"x", "--jbos", "3"}), HasSubstr("unknown option '--jbos', did you mean '--jobs'?"));
    EXPECT_THAT(Sample().fault({"x", "--jobs"}), HasSubstr("--jobs"));
    EXPECT_THAT(Sample().fault({"x", "--jobs", "2.7"}), HasSubstr("2.7"));
    EXPECT_THAT(Sample().fault({"x", "--jobs", "99999999999999999999"}), HasSubstr("99999999999999999999"));
    EXPECT_THAT(Sample().fault({"x", "--rate", "fast"}), HasSubstr("fast"));
    EXPECT_THAT(Sample().fault({"x", "--out"}), HasSubstr("--out"));
    EXPECT_THAT(Sample().fault({"x", "--out", "a", "--out", "b"}), HasSubstr("--out"));
    EXPECT_THAT(Sample().fault({"x", "--quiet=1"}), HasSubstr("--quiet"));
    EXPECT_THAT(Sample().fault({"x", "--qui"}), HasSubstr("unknown option '--qui'"));
    EXPECT_THAT(Sample().fault({"x", "-q"}), HasSubstr("-q"));
    EXPECT_THAT(Sample().fault({"x", "--nothing"}), HasSubstr("imcsim sample --help explains"));
}

TEST(Options, RefuseSurplusArguments)
{
    std::string only;
    Options options("one", "X", "One argument.");
    options.argument("X", only);
    const std::vector<std::string> words = {"a", "b"};
    EXPECT_THROW(options.parse(words), ConfigError);
}

TEST(Options, SplitListsAtCommas)
{
    EXPECT_THAT(split_commas("a,b,,c,"), ElementsAre("a", "b", "c"));
    EXPECT_TRUE(split_commas("").empty());
}

} // namespace
