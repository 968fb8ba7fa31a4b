#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "sim/cli/types.h"
#include "tests/cli/process.h"

using namespace imc::test;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

namespace
{

TEST(Describe, ListsEveryTypeAndExplainsEach)
{
    const Ended list = imcsim({"describe"});
    EXPECT_EQ(list.status, 0);
    for (const imc::cli::Type& type : imc::cli::types()) {
        EXPECT_THAT(list.out, HasSubstr(std::string("  ") + type.name + " "));
        const Ended table = imcsim({"describe", type.name});
        EXPECT_EQ(table.status, 0) << table.err;
        EXPECT_THAT(table.out, HasSubstr("| key | type | default | range | unit | meaning |"));
        const Ended schema = imcsim({"describe", type.name, "--json-schema"});
        ASSERT_EQ(schema.status, 0) << schema.err;
        const auto json = nlohmann::json::parse(schema.out);
        EXPECT_EQ(json.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
        // The table and the schema come from one list: the outermost keys of one are in the other.
        EXPECT_FALSE(json.at("properties").empty());
        for (const auto& [key, value] : json.at("properties").items())
            EXPECT_TRUE(key == "$schema" || table.out.find("\n| `" + key + "`") != std::string::npos)
                << type.name << ": " << key;
    }
}

TEST(Describe, ComparesConverterModelsByBitsAndNode)
{
    const Ended costs = imcsim({"describe", "costs"});
    EXPECT_EQ(costs.status, 0);
    EXPECT_THAT(costs.out, HasSubstr("| isaac | 32 nm |"));
    EXPECT_THAT(costs.out, HasSubstr("1.28 GS/s"));
    EXPECT_NE(imcsim({"describe", "costs", "--rate-gsps", "0.1"}).out, costs.out);
}

TEST(Describe, RefusesWhatIsNotThere)
{
    const Ended ended = imcsim({"describe", "marco"});
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, HasSubstr("did you mean 'macro'?"));
    EXPECT_EQ(imcsim({"describe", "macro", "router"}).status, 2);
    EXPECT_EQ(imcsim({"describe", "--json-schema"}).status, 2);
    EXPECT_EQ(imcsim({"describe", "costs", "--rate-gsps", "-1"}).status, 2);
    EXPECT_EQ(imcsim({"describe", "costs", "--rate-gsps", "nan"}).status, 2);
    EXPECT_EQ(imcsim({"describe", "macro", "--out", "/no/such/place"}).status, 2);
}

class Check : public ::testing::Test
{
protected:
    TemporaryDirectory dir;
    fs::path file(const std::string& name, const std::string& text)
    {
        imc::write_file(dir / name, text);
        return dir / name;
    }
};

TEST_F(Check, AcceptsWhatIsGoodAndRunsNothing)
{
    const fs::path sweep = file("s.json", R"({"schema": "imcsim.sweep/1", "experiment": "e.json", "grid": ["a=[1]"]})");
    const fs::path router = file("r.json", R"({"pipeline": "minimal"})");
    const Ended ended = imcsim({"check", sweep, router});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(ended.out, sweep.string() + ": sweep, good\n" + router.string() + ": router, good\n");
    EXPECT_EQ(dir.content().size(), 2u);
}

TEST_F(Check, NamesTheFaultOfEveryBadFileAndGoesOn)
{
    const fs::path good = file("good.json", R"({"pipeline": "minimal"})");
    const fs::path bad = file("bad.json", R"({"pipeline": "minimla"})");
    const Ended ended = imcsim({"check", "--json", bad, good, dir / "missing.json"});
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, IsEmpty());
    const auto files = nlohmann::json::parse(ended.out).at("files");
    ASSERT_EQ(files.size(), 3u);
    EXPECT_EQ(files[0].at("type"), "router");
    EXPECT_FALSE(files[0].at("good"));
    EXPECT_THAT(files[0].at("error").get<std::string>(), HasSubstr("did you mean 'minimal'?"));
    EXPECT_TRUE(files[1].at("good"));
    EXPECT_THAT(files[2].at("error").get<std::string>(), HasSubstr("missing.json"));
    EXPECT_THAT(imcsim({"check", bad}).err, HasSubstr("imcsim check: " + bad.string() + ": pipeline"));
}

TEST_F(Check, RefusesWhatDoesNotSayWhatItIs)
{
    for (const char* text : {"", "{", "[1]", "null", "{}", R"({"schema": 3})", R"({"schema": "imcsim.sweeep/1"})",
                             "{\"a\": \"\xff\"}", "\x80", "{\"schema\": \"imcsim.sweep/1\"}"})
        EXPECT_EQ(imcsim({"check", file("x.json", text)}).status, 2) << text;
    EXPECT_THAT(imcsim({"check", file("x.json", R"({"schema": "imcsim.sweeep/1"})")}).err,
                HasSubstr("did you mean 'imcsim.sweep/1'?"));
    EXPECT_EQ(imcsim({"check", dir.path()}).status, 2);
    EXPECT_EQ(imcsim({"check"}).status, 2);
    std::string deep(100000, '[');
    EXPECT_EQ(imcsim({"check", file("deep.json", deep)}).status, 2);
    deep += std::string(100000, ']');
    EXPECT_EQ(imcsim({"check", file("deep.json", deep)}).status, 2);
}

} // namespace
