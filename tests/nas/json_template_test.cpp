#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nas/evaluators/json_template.h"
#include "sim/base/errors.h"

using namespace imc;
using namespace imc::nas;
using testing::HasSubstr;
using testing::StartsWith;

namespace
{

using Json = nlohmann::ordered_json;

/// width: 1 … 64; cell[0], cell[1]: conv, pool or skip; extra exists where cell[1] is conv.
const Space& space()
{
    static const Space s([] {
        VariableConfig width, cell, extra;
        width.name = "width";
        width.kind = Kind::integer;
        width.low = 1;
        width.high = 64;
        cell.name = "cell";
        cell.kind = Kind::categorical;
        cell.count = 2;
        cell.options = {"conv", "pool", "skip"};
        extra.name = "extra";
        extra.kind = Kind::real;
        extra.when = "cell[1] == 'conv'";
        return std::vector{width, cell, extra};
    }());
    return s;
}

Json filled(const char* text, const char* candidate = R"({"width":8,"cell[0]":"conv","cell[1]":"skip"})")
{
    return Json::parse(JsonTemplate(text, "t.json", space()).fill(space().parse(nlohmann::json::parse(candidate))));
}

std::string refusal(const char* text)
{
    try {
        filled(text);
    } catch (const ConfigError& e) {
        return e.what();
    }
    return "accepted";
}

TEST(JsonTemplate, PutsNumbersAndTextsInTheirPlaces)
{
    EXPECT_EQ(
        filled(
            R"({"a": "{width}", "b": "{2 * width + 0.5}", "c": "{cell[0]}", "d": "w{width}_{cell[1]}", "e": [1, true, null]})"),
        Json::parse(R"({"a": 8, "b": 16.5, "c": "conv", "d": "w8_skip", "e": [1, true, null]})"));
}

TEST(JsonTemplate, RepeatsAndSplicesLists)
{
    EXPECT_EQ(filled(R"([0, {"$for": {"i": "width / 4"}, "$do": ["{i}", {"op": "{cell[i]}"}]}, 9])"),
              Json::parse(R"([0, 0, {"op": "conv"}, 1, {"op": "skip"}, 9])"));
    EXPECT_EQ(filled(R"([{"$for": {"i": 2}, "$do": {"$for": {"j": "i + 1"}, "$do": "{10 * i + j}"}}])"),
              Json::parse("[0, 10, 11]"));
    EXPECT_EQ(filled(R"([{"$for": {"i": 0}, "$do": 1}])"), Json::parse("[]"));
    EXPECT_EQ(filled(R"([[1, 2], {"x": [3]}])"), Json::parse(R"([[1, 2], {"x": [3]}])")) << "lists that stand there";
}

TEST(JsonTemplate, ChoosesByConditionAndByText)
{
    EXPECT_EQ(filled(R"({"a": {"$if": "width > 7", "$then": 1, "$else": 2}, "b": {"$if": "width > 8", "$then": 1}})"),
              Json::parse(R"({"a": 1})"));
    EXPECT_EQ(filled(R"([{"$case": "cell[1]", "$of": {"conv": 1, "pool": 2, "skip": []}}, 7])"), Json::parse("[7]"));
    EXPECT_EQ(filled(R"({"$case": "width / 4", "$of": {"1": "a", "2": "b"}})"), Json("b"));
    EXPECT_EQ(filled(R"([{"$if": "extra > 0.2", "$then": 1, "$else": 2}])"), Json::parse("[2]")) << "inactive";
}

TEST(JsonTemplate, NamesAndDefinitions)
{
    EXPECT_EQ(filled(R"({"$let": {"a": "width * 2", "b": "a + 1", "c": "cell[0]"}, "$do": ["{b}", "{c}"]})"),
              Json::parse(R"([17, "conv"])"));
    EXPECT_EQ(
        filled(
            R"({"$define": {"pair": ["{n}", "{n + width}"]}, "x": [{"$use": "pair", "n": 3}, {"$use": "pair", "n": "width"}]})"),
        Json::parse(R"({"x": [3, 11, 8, 16]})"));
    EXPECT_THAT(refusal(R"({"$define": {"d": "{i}"}, "x": {"$let": {"i": 1}, "$do": {"$use": "d"}}})"),
                StartsWith("t.json: $define.d: 'i', column 1: unknown name 'i'"))
        << "a definition sees its own names only";
}

/// Also in branches that the candidate at hand does not take.
TEST(JsonTemplate, RefusesWhatCannotWorkWithThePlace)
{
    EXPECT_THAT(refusal(R"({"l": [{"$if": "width < 0", "$then": "{wdth}"}]})"),
                AllOf(StartsWith("t.json: l[0].$then: "), HasSubstr("did you mean 'width'?")));
    EXPECT_THAT(refusal(R"({"$case": "cell[0]", "$of": {"conv": 1, "pool": 2}})"),
                StartsWith("t.json: $of: has no branch 'skip'"));
    EXPECT_THAT(refusal(R"({"$case": "cell[0]", "$of": {"conv": 1, "pool": 2, "skip": 3, "pol": 4}})"),
                AllOf(StartsWith("t.json: $of.pol: "), HasSubstr("did you mean 'pool'?")));
    EXPECT_THAT(refusal(R"([{"$for": {"i": 3}, "$do": "{cell[i]}"}])"), HasSubstr("unknown name 'cell[i]'"));
    EXPECT_THAT(refusal(R"({"$use": "a"})"), StartsWith("t.json: $use: $define has no 'a'"));
    EXPECT_THAT(refusal(R"({"$define": {"a": {"$use": "a"}}, "x": {"$use": "a"}})"), HasSubstr("'a' uses itself"));
    EXPECT_THAT(refusal(R"({"$iff": 1})"), AllOf(StartsWith("t.json: $iff: "), HasSubstr("did you mean '$if'?")));
    EXPECT_THAT(refusal(R"({"a": "{width"})"), StartsWith("t.json: a: a '{' is not closed"));
    EXPECT_THAT(refusal(R"([{"$for": {"i": "width / 3"}, "$do": 1}])"), HasSubstr("whole number"));
    EXPECT_THAT(refusal(R"({"a": "{extra}"})"), HasSubstr("has no value for this candidate"));
}

} // namespace
