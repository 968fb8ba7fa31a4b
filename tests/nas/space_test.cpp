#include "nas/space/space.h"

#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nas/space/count.h"
#include "sim/base/config/document.h"

using namespace imc;
using namespace imc::nas;

namespace
{

struct Study {
    std::vector<VariableConfig> variables;
    void fields(config::Visitor& v) { v.list("variables", variables, "variables"); }
};

std::vector<VariableConfig> variables(const std::string& list)
{
    return config::Document::parse("{\"variables\":" + list + "}", "s.json").read<Study>().variables;
}

void require(Space& space, const std::string& text)
{
    space.constrain(Expression::parse(text, [&](std::string_view n) { return space.symbol(n); }));
}

const char* const network = R"([
    {"name":"layers","type":"integer","low":1,"high":4},
    {"name":"type","type":"categorical","options":["conv","attention"]},
    {"name":"kernel","type":"ordinal","values":[1,3,5],"when":"type == 'conv'"},
    {"name":"heads","type":"ordinal","values":[2,4,8,16],"when":"type == 'attention'"},
    {"name":"dilation","type":"integer","low":1,"high":3,"when":"kernel > 1"},
    {"name":"skip","type":"categorical","options":["no","yes"],"when":"layers >= 3"},
    {"name":"order","type":"permutation","options":["a","b","c"]}
])";

TEST(Space, CountsConditionalCandidatesExactly)
{
    const Space space(variables(network));
    // layers and skip: 2 + 2·2 = 6; conv: 1 + 2·3 = 7 kernels; attention: 4; orders: 6.
    EXPECT_EQ(count(space).text(), std::to_string(6 * (7 + 4) * 6));
    std::set<std::string> seen;
    EXPECT_TRUE(
        for_each_candidate(space, 1'000'000, [&](const Candidate& c) { return seen.insert(space.text(c)).second; }));
    EXPECT_EQ(seen.size(), 396u);
}

TEST(Space, CountsWhatConstraintsLeave)
{
    Space space(variables(network));
    require(space, "layers * heads <= 16");
    require(space, "order[0] != 'b' || kernel == 1");
    std::size_t enumerated = 0;
    Space free(variables(network));
    for_each_candidate(free, 1'000'000, [&](const Candidate& c) {
        enumerated += space.admissible(c);
        return true;
    });
    EXPECT_EQ(count(space).text(), std::to_string(enumerated));
    std::size_t visited = 0;
    for_each_candidate(space, 1'000'000, [&](const Candidate&) { return ++visited > 0; });
    EXPECT_EQ(visited, enumerated);
}

TEST(Space, CountsSpacesFarTooLargeToEnumerate)
{
    const Space space(variables(R"([{"name":"x","type":"integer","low":0,"high":9,"count":100},
        {"name":"mode","type":"categorical","options":["a","b"]},
        {"name":"y","type":"integer","low":1,"high":4,"count":50,"when":"mode == 'b'"}])"));
    BigInteger expected =
        boost::multiprecision::pow(BigInteger(10), 100) * (1 + boost::multiprecision::pow(BigInteger(4), 50));
    EXPECT_EQ(count(space).text(), expected.str());
}

TEST(Space, CallsASpaceWithRealsInfinite)
{
    const Space space(
        variables(R"([{"name":"x","type":"real","count":3},{"name":"n","type":"integer","low":1,"high":2}])"));
    EXPECT_EQ(count(space).text(), "infinite (3 real variables)");
}

TEST(Space, SamplesOnlyWhatExists)
{
    const Space space(variables(network));
    RandomStream random(1, "test");
    std::set<std::string> seen;
    for (int i = 0; i < 20000; ++i) {
        const Candidate c = space.sample(random);
        seen.insert(space.text(c));
    }
    EXPECT_EQ(seen.size(), 396u); // every candidate, and nothing else
}

TEST(Space, ReadsBackWhatItWrites)
{
    const Space space(variables(network));
    RandomStream random(7, "test");
    for (int i = 0; i < 200; ++i) {
        const Candidate c = space.sample(random);
        EXPECT_EQ(space.text(space.parse(nlohmann::json::parse(space.text(c)))), space.text(c));
    }
    EXPECT_THROW(space.parse(nlohmann::json::parse(R"({"kernle":3})")), std::invalid_argument);
    EXPECT_THROW(space.parse(nlohmann::json::parse(R"({"type":"pool"})")), std::invalid_argument);
}

TEST(Space, MapsValuesToTheUnitIntervalAndBack)
{
    const Space space(variables(R"([{"name":"a","type":"real","low":1e-6,"high":1,"scale":"log"},
        {"name":"b","type":"integer","low":1,"high":1024,"scale":"log"},{"name":"c","type":"integer","low":-3,"high":5},
        {"name":"d","type":"ordinal","values":[8,2,16]}])"));
    const auto& v = space.variables();
    EXPECT_NEAR(v[0].from_unit(0.5), 1e-3, 1e-15);
    EXPECT_NEAR(v[0].to_unit(1e-3), 0.5, 1e-12);
    for (std::size_t i = 1; i < 4; ++i)
        for (std::uint64_t k = 0; k < v[i].cardinality(); ++k)
            EXPECT_EQ(v[i].from_unit(v[i].to_unit(v[i].value(k))), v[i].value(k)) << v[i].name << " " << k;
    EXPECT_EQ(v[2].from_unit(0.0), -3);
    EXPECT_EQ(v[2].from_unit(1.0), 5);
}

TEST(Repair, LeavesNoViolatedConstraintAndChangesLittle)
{
    Space space(variables(R"([{"name":"rows","type":"ordinal","values":[64,128,256,512]},
        {"name":"columns","type":"ordinal","values":[64,128,256,512]},{"name":"adcs","type":"integer","low":1,"high":64},
        {"name":"share","type":"real","low":0,"high":1},{"name":"rest","type":"real","low":0,"high":1}])"));
    require(space, "rows * columns <= 32768");
    require(space, "columns % adcs == 0");
    require(space, "share + rest <= 0.7");
    RandomStream random(3, "test");
    for (int i = 0; i < 500; ++i) {
        Candidate c = space.sample(random);
        const Candidate before = c;
        ASSERT_TRUE(repair(space, c, random));
        ASSERT_TRUE(space.admissible(c)) << space.text(c);
        if (space.admissible(before)) {
            EXPECT_EQ(c, before);
        }
    }
    // A real value moves to the border, not beyond.
    Candidate c = {64, 64, 1, 0.9, 0.3};
    ASSERT_TRUE(repair(space, c, random));
    EXPECT_NEAR(c[3] + c[4], 0.7, 1e-6);
}

TEST(Repair, SaysWhenNothingCanSatisfyTheConstraints)
{
    Space space(variables(R"([{"name":"x","type":"integer","low":0,"high":5},{"name":"y","type":"real"}])"));
    require(space, "x + y >= 20");
    RandomStream random(3, "test");
    Candidate c = space.sample(random);
    EXPECT_FALSE(repair(space, c, random));
}

TEST(Variables, RefuseEmptyRangesAndKeysOfOtherKindsByName)
{
    const auto error = [](const std::string& list) -> std::string {
        try {
            Space space(variables(list));
        } catch (const std::exception& e) {
            return e.what();
        }
        return "accepted";
    };
    EXPECT_EQ(error(R"([{"name":"x","type":"real","low":2,"high":1}])"),
              "s.json: variables[0].low: the range is empty: low is 2, high is 1");
    EXPECT_EQ(error(R"([{"name":"x","type":"categorical"}])"), "s.json: variables[0].options: needs at least one text");
    EXPECT_EQ(error(R"([{"name":"x","type":"ordinal","values":[1,2],"low":1}])"),
              "s.json: variables[0].low: belongs to integer and real variables only");
    EXPECT_EQ(error(R"([{"name":"x","type":"categorical","options":["a"],"scale":"log"}])"),
              "s.json: variables[0].scale: belongs to integer and real variables only");
    EXPECT_EQ(error(R"([{"name":"x","type":"integer"},{"name":"x","type":"real"}])"),
              "variables[1].name: 'x' is already a variable");
    EXPECT_EQ(error(R"([{"name":"kernel","type":"real","when":"kernel_size > 1"}])"),
              "variables[0].when: 'kernel_size > 1', column 1: unknown name 'kernel_size'");
}

} // namespace
