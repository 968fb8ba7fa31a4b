#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/trace/writers.h"
#include "sim/cli/report/charts.h"
#include "sim/cli/report/page.h"
#include "sim/cli/report/svg.h"
#include "tests/cli/process.h"

using namespace imc::cli;
using imc::test::imcsim;
using imc::test::TemporaryDirectory;
using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

namespace
{

nlohmann::json sample(double energy_j)
{
    return {{"schema", "imcsim.result/1"},
            {"network", {{"name", "net & <friends>"}, {"macs", 1000}}},
            {"chip", {{"tiles", 4}, {"area_mm2", 1.5}, {"array_utilization", 0.5}}},
            {"cycles", 2000},
            {"clock_hz", 1e9},
            {"latency_s", 2e-6},
            {"energy_j", energy_j},
            {"energy_by_component_j",
             {{"adc", {{"dynamic", energy_j * 0.75}, {"write", 0.0}, {"leakage", energy_j * 0.25}}}}},
            {"area_by_component_mm2", {{"adc", 1.5}}},
            {"layers",
             {{{"name", "conv1"}, {"op", "Conv"}, {"start_cycle", 0}, {"end_cycle", 1500}, {"energy_j", energy_j}}}},
            {"cost_models",
             {{{"component", "adc"},
               {"event", "conversion"},
               {"unit_energy_j", 1.25e-12},
               {"model", "sar"},
               {"citation", "some <paper>"}}}},
            {"warnings", {"watch \"this\""}},
            {"accuracy", nullptr}};
}

void store(const fs::path& directory, const nlohmann::json& result)
{
    fs::create_directories(directory);
    imc::write_file(directory / "result.json", result.dump());
}

/// Whether every element that opens also closes, in order: enough to know that a page is put together well.
bool is_balanced(const std::string& html)
{
    static const std::regex tag(R"(<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*?(/?)>)");
    std::vector<std::string> open;
    for (std::sregex_iterator it(html.begin(), html.end(), tag), end; it != end; ++it) {
        const std::string name = (*it)[2];
        if ((*it)[3] == "/" || name == "meta")
            continue;
        if ((*it)[1] != "/") {
            open.push_back(name);
        } else {
            if (open.empty() || open.back() != name)
                return false;
            open.pop_back();
        }
    }
    return open.empty();
}

TEST(Report, ShowsFiguresPicturesAndWarningsOfARun)
{
    const TemporaryDirectory dir;
    store(dir / "first", sample(1.25e-6));
    const auto ended = imcsim({"report", dir / "first"});
    ASSERT_EQ(ended.status, 0) << ended.err;
    const std::string html = imc::read_file(dir / "first" / "report.html");
    for (const char* part : {"1.25 µJ", "net &amp; &lt;friends&gt;", "watch &quot;this&quot;", "1.25 pJ",
                             "some &lt;paper&gt;", "conv1", "1.5 mm²", "50.0 %", "no trace.csv"})
        EXPECT_THAT(html, HasSubstr(part));
    EXPECT_THAT(html, Not(HasSubstr("Top-1"))) << "a run without accuracy has no such row";
    EXPECT_TRUE(is_balanced(html));
}

TEST(Report, NeedsNothingOutsideItself)
{
    const TemporaryDirectory dir;
    store(dir / "a", sample(1e-6));
    const auto ended = imcsim({"report", dir / "a", "--out", "-"});
    std::string html = ended.out;
    const std::string name_space = "http://www.w3.org/2000/svg";
    for (std::size_t at; (at = html.find(name_space)) != std::string::npos;)
        html.erase(at, name_space.size());
    for (const char* outside : {"http:", "https:", "src=", "href=", "@import", "url("})
        EXPECT_THAT(html, Not(HasSubstr(outside)));
    EXPECT_EQ(dir.content().size(), 2u) << "with --out - nothing is written";
}

TEST(Report, ComparesLaterRunsWithTheFirst)
{
    const TemporaryDirectory dir;
    store(dir / "a", sample(1e-6));
    store(dir / "b", sample(2e-6));
    const auto ended = imcsim({"report", dir / "a", dir / "b", "--out", dir / "both.html"});
    ASSERT_EQ(ended.status, 0) << ended.err;
    const std::string html = imc::read_file(dir / "both.html");
    EXPECT_THAT(html, HasSubstr("2 µJ<small>×2</small>"));
    EXPECT_TRUE(is_balanced(html));
}

TEST(Report, GroupsDigitsAndSaysNothingOfWhatIsEqual)
{
    const TemporaryDirectory dir;
    auto a = sample(1e-6);
    a["network"]["macs"] = 40551040;
    store(dir / "a", a);
    store(dir / "b", a);
    const auto ended = imcsim({"report", dir / "a", dir / "b", "--out", "-"});
    EXPECT_THAT(ended.out, HasSubstr("<td>40,551,040</td><td>40,551,040</td>"));
    EXPECT_THAT(ended.out, HasSubstr("<td>2,000</td>"));
    EXPECT_THAT(ended.out, Not(HasSubstr("×1<")));
}

TEST(Charts, LabelsThatAreTooLongKeepTheirEnds)
{
    const std::string name = "/features/stage4/block2/downsample/conv/Conv";
    for (const std::string& chart :
         {stacked_bars("t", {"a"}, {{name, {1.0}}}, "J"), gantt("t", {{name, 0, 1, ""}}, "s")})
        EXPECT_THAT(chart, HasSubstr("…/stage4/block2/downsample/conv/Conv</text>"));
}

TEST(Charts, LegendsNameWhatIsThere)
{
    const std::string chart = stacked_bars("t", {"dynamic", "write", "leakage"}, {{"x", {1.0, 0.0, 2.0}}}, "J");
    EXPECT_THAT(chart, HasSubstr(">dynamic<"));
    EXPECT_THAT(chart, HasSubstr(">leakage<"));
    EXPECT_THAT(chart, Not(HasSubstr("write")));
}

TEST(Report, FoldsPowerFromTheEnergyTrace)
{
    const TemporaryDirectory dir;
    constexpr imc::Femtoseconds us = 1'000'000'000;
    imc::trace::Trace trace;
    trace.attach(imc::trace::make_energy_csv_writer(dir / "trace.csv", us));
    imc::trace::Booking booking;
    booking.event = trace.name("a, \"b\"");
    booking.end = 4 * us;
    booking.energy = imc::Energy::from_joules(4e-6); // 1 W throughout
    trace.booking(booking);
    booking.start = 2 * us;
    booking.end = 3 * us;
    booking.energy = imc::Energy::from_joules(3e-6); // 3 W more in one bin
    trace.booking(booking);
    trace.finish(4 * us);
    const auto power = read_power(dir / "trace.csv", 100);
    ASSERT_EQ(power.size(), 8u);
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_NEAR(power[2 * i].second, i == 2 ? 4.0 : 1.0, 1e-9);
    // Coarser than the bins, the energy under the curve stays the same.
    double joules = 0;
    const auto coarse = read_power(dir / "trace.csv", 3);
    for (std::size_t i = 0; i + 1 < coarse.size(); i += 2)
        joules += coarse[i].second * (coarse[i + 1].first - coarse[i].first);
    EXPECT_NEAR(joules, 7e-6, 1e-15);
}

TEST(Report, RefusesWhatIsNoResultWithStatus2)
{
    const TemporaryDirectory dir;
    EXPECT_EQ(imcsim({"report", dir / "missing"}).status, 2);
    EXPECT_EQ(imcsim({"report"}).status, 2);
    const char* const bad[] = {"",
                               "{",
                               "[]",
                               "{}",
                               "null",
                               R"({"schema": "imcsim.result/2"})",
                               R"({"schema": "imcsim.result/1", "energy_j": "much"})",
                               R"({"schema": "imcsim.result/1", "layers": [1]})"};
    for (const char* text : bad) {
        fs::create_directories(dir / "bad");
        imc::write_file(dir / "bad" / "result.json", text);
        const auto ended = imcsim({"report", dir / "bad"});
        EXPECT_EQ(ended.status, 2) << text << ended.err;
        EXPECT_THAT(ended.err, HasSubstr("result.json"));
    }
    store(dir / "good", sample(1e-6));
    imc::write_file(dir / "good" / "trace.csv", "time,power\n1,2\n");
    EXPECT_EQ(imcsim({"report", dir / "good"}).status, 2);
}

TEST(Charts, WriteNumbersWithPrefixes)
{
    EXPECT_EQ(with_prefix(1.2544e-6, "J"), "1.254 µJ");
    EXPECT_EQ(with_prefix(0, "J"), "0 J");
    EXPECT_EQ(with_prefix(999.99e-6, "s"), "1 ms");
    EXPECT_EQ(with_prefix(-2.5e9, "Hz"), "-2.5 GHz");
    EXPECT_EQ(with_prefix(65.8, "W"), "65.8 W");
    EXPECT_EQ(with_prefix(1e-24, "J"), "0.001 zJ");
    EXPECT_EQ(with_prefix(NAN, "J"), "–");
}

TEST(Charts, TicksAreRoundAndCoverTheRange)
{
    EXPECT_EQ(ticks(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
    EXPECT_EQ(ticks(3, 3, 5), (std::vector<double>{3}));
    for (const double high : {1e-12, 0.7, 3.0, 999.0, 1.7e9}) {
        const auto t = ticks(0, high, 6);
        EXPECT_GE(t.back(), high * (1 - 1e-9));
        EXPECT_LE(t.size(), 9u);
        EXPECT_EQ(t.front(), 0);
    }
}

TEST(Charts, SurviveNothingZeroAndNotANumber)
{
    for (const std::string& svg :
         {stacked_bars("t", {"a", "b"}, {}, "J"), stacked_bars("t", {"a"}, {{"x", {NAN}}, {"y", {-1}}}, "J"),
          gantt("t", {}, "s"), gantt("t", {{"x", NAN, NAN, ""}}, "s"), line_chart("t", {}, {}),
          line_chart("t", {}, {{"s", {{NAN, 1}, {2, INFINITY}}, {}}}), line_chart("t", {}, {{"s", {{5, 5}}, {}}})}) {
        EXPECT_TRUE(is_balanced(svg));
        EXPECT_THAT(svg, Not(HasSubstr("nan")));
        EXPECT_THAT(svg, Not(HasSubstr("inf")));
    }
}

/// The lengths of a chart's bars.
std::vector<double> bar_lengths(std::string svg)
{
    std::smatch match;
    std::vector<double> widths;
    const std::regex rectangle(R"r(<rect x="150[^>]*? width="([0-9.]+)")r");
    while (std::regex_search(svg, match, rectangle)) {
        widths.push_back(std::stod(match[1]));
        svg = match.suffix();
    }
    return widths;
}

TEST(Charts, BarsAreInProportion)
{
    const std::vector<double> widths = bar_lengths(stacked_bars("t", {"a"}, {{"x", {1.0}}, {"y", {4.0}}}, "J"));
    ASSERT_EQ(widths.size(), 2u);
    EXPECT_NEAR(widths[1] / widths[0], 4.0, 1e-2);
}

TEST(Charts, ChartsToBeComparedShareOneAxis)
{
    const std::vector<double> alone = bar_lengths(stacked_bars("t", {"a"}, {{"x", {2.0}}}, "J"));
    const std::vector<double> beside = bar_lengths(stacked_bars("t", {"a"}, {{"x", {2.0}}}, "J", 8.0));
    ASSERT_EQ(alone.size(), 1u);
    ASSERT_EQ(beside.size(), 1u);
    EXPECT_NEAR(alone[0] / beside[0], 4.0, 1e-2);
    EXPECT_EQ(gantt("t", {{"x", 0, 1, ""}}, "s", 0.5), gantt("t", {{"x", 0, 1, ""}}, "s"));
}

} // namespace
