#include "nas/space/expression.h"

#include <cmath>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace imc::nas;
using testing::HasSubstr;

namespace
{

const std::vector<std::string> devices = {"sram", "rram", "pcm"};

/// x = slot 0, y = slot 1, device = slot 2.
std::optional<Symbol> names(std::string_view name)
{
    if (name == "x")
        return Symbol{0, nullptr};
    if (name == "y" || name == "layers[0].energy_j")
        return Symbol{1, nullptr};
    if (name == "device")
        return Symbol{2, &devices};
    return std::nullopt;
}

double value(const std::string& text, std::vector<double> values = {2, 3, 1})
{
    return Expression::parse(text, names).evaluate(values);
}

std::string error(const std::string& text)
{
    try {
        Expression::parse(text, names);
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return "accepted";
}

const double nothing = std::nan("");

TEST(Expression, BindsOperatorsAsMathematicsDoes)
{
    EXPECT_EQ(value("1 + 2 * 3 - 4 / 2"), 5);
    EXPECT_EQ(value("2 * x ^ y"), 16);
    EXPECT_EQ(value("-x ^ 2"), -4);
    EXPECT_EQ(value("2 ^ -1"), 0.5);
    EXPECT_EQ(value("2 ^ 3 ^ 2"), 512);
    EXPECT_EQ(value("10 - 3 - 2"), 5);
    EXPECT_EQ(value("(x + y) * 2 % 7"), 3);
    EXPECT_EQ(value("1 < 2 && 3 < 2 || x == 2"), 1);
    EXPECT_EQ(value("!(x > y) && x != y"), 1);
    EXPECT_EQ(value("1e-3*1000"), 1);
}

TEST(Expression, KnowsItsFunctions)
{
    EXPECT_EQ(value("max(x, y, 7) + min(x, y)"), 9);
    EXPECT_EQ(value("log2(8) + log10(100) + sqrt(16) + abs(-1)"), 10);
    EXPECT_EQ(value("ceil(1.2) + floor(1.8) + round(1.5)"), 5);
    EXPECT_EQ(value("if(x < y, 10, 20)"), 10);
    EXPECT_EQ(value("layers[0].energy_j"), 3);
}

TEST(Expression, ComparesCategoricalVariablesWithTheirTextsOnly)
{
    EXPECT_EQ(value("device == \"rram\""), 1);
    EXPECT_EQ(value("'pcm' != device"), 1);
    EXPECT_THAT(error("device == \"rrram\""), HasSubstr("did you mean 'rram'?"));
    EXPECT_THAT(error("device + 1"), HasSubstr("categorical"));
    EXPECT_THAT(error("x == \"rram\""), HasSubstr("can only be compared with a categorical"));
}

TEST(Expression, LeavesComparisonsWithInactiveVariablesUndefined)
{
    const std::vector<double> values = {2, nothing, nothing};
    EXPECT_TRUE(std::isnan(value("y > 1", values)));
    EXPECT_EQ(value("y > 1 && x > 5", values), 0);
    EXPECT_EQ(value("y > 1 || x < 5", values), 1);
    EXPECT_TRUE(std::isnan(value("y > 1 && x < 5", values)));
    EXPECT_TRUE(std::isnan(value("device == 'rram'", values)));
    EXPECT_EQ(value("active(y)", values), 0);
    EXPECT_EQ(value("active(x)", values), 1);
    EXPECT_EQ(Expression::parse("y > 1", names).violation(values), 0);
}

TEST(Expression, MeasuresHowFarAConstraintIsFromHolding)
{
    const auto violation = [](const std::string& text, std::vector<double> v) {
        return Expression::parse(text, names).violation(v);
    };
    EXPECT_EQ(violation("x * y <= 4", {2, 3, 0}), 2);
    EXPECT_EQ(violation("x * y <= 6", {2, 3, 0}), 0);
    EXPECT_EQ(violation("x >= 5 && y >= 5", {2, 3, 0}), 5);
    EXPECT_EQ(violation("x >= 5 || y >= 5", {2, 3, 0}), 2);
    EXPECT_GT(violation("x < 2", {2, 3, 0}), 0);
}

TEST(Expression, SaysWhereItIsWrong)
{
    EXPECT_EQ(error("x + z"), "'x + z', column 5: unknown name 'z'");
    EXPECT_EQ(error("x +"), "'x +', column 4: ends where a value was expected");
    EXPECT_THAT(error("mix(x, y)"), HasSubstr("column 1: unknown function 'mix', did you mean 'min'?"));
    EXPECT_THAT(error("x y"), HasSubstr("column 3: did not expect 'y'"));
    EXPECT_THAT(error("if(x)"), HasSubstr("takes 3 arguments, got 1"));
    EXPECT_THAT(error("device == 'ab"), HasSubstr("not closed"));
    EXPECT_THAT(error(std::string(100000, '(')), HasSubstr("nested too deeply"));
    EXPECT_THAT(error(std::string(100000, '-')), HasSubstr("nested too deeply"));
}

} // namespace
