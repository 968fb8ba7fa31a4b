#include "devices/crossbar/case.h"

#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/config/csv.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "tests/cli/process.h"
#include "tests/support/shared.h"

using namespace imc;
using devices::CrossbarCase;
using testing::HasSubstr;

namespace
{

CrossbarCase parse(const std::string& text) { return config::Document::parse(text, "case.json").read<CrossbarCase>(); }

void expect_fault(const std::string& text, const std::string& part)
{
    try {
        parse(text);
        ADD_FAILURE() << "accepted " << text;
    } catch (const ConfigError& error) {
        EXPECT_THAT(error.what(), HasSubstr(part)) << text;
    }
}

} // namespace

TEST(CrossbarCase, TakesInlineTablesInTheirUnits)
{
    const CrossbarCase c =
        parse(R"({"conductance_siemens": [[1e-5, 2e-5], [3e-5, 4e-5]], "voltage_v": [[1, 0], [0.5, 0.5]],
        "wire_resistance_ohm": 0, "source_resistance_ohm": 0, "sense_resistance_ohm": 0, "access_resistance_ohm": 0,
        "cell": {"iv": "linear"}})");
    const Matrix<double> current = c.solve();
    ASSERT_EQ(current.rows(), 2u);
    EXPECT_DOUBLE_EQ(current(0, 0), 1e-5);
    EXPECT_DOUBLE_EQ(current(0, 1), 2e-5);
    EXPECT_DOUBLE_EQ(current(1, 0), 2e-5);
    EXPECT_DOUBLE_EQ(current(1, 1), 3e-5);
}

TEST(CrossbarCase, GateDriveSwitchesRows)
{
    const CrossbarCase c = parse(R"({"conductance_siemens": [[1e-5], [3e-5]], "input_drive": "gate",
        "read_voltage_v": 0.1, "active_rows": [[1, 0], [1, 1], [0, 0]]})");
    const Matrix<double> current = c.solve();
    EXPECT_DOUBLE_EQ(current(0, 0), 1e-6);
    EXPECT_DOUBLE_EQ(current(1, 0), 4e-6);
    EXPECT_EQ(current(2, 0), 0.0);
}

TEST(CrossbarCase, FaultsNameTheirPlace)
{
    expect_fault(R"({"voltage_v": [[1]]})", "conductance_siemens");
    expect_fault(R"({"conductance_siemens": [], "voltage_v": [[1]]})", "no cells");
    expect_fault(R"({"conductance_siemens": [[]], "voltage_v": [[1]]})", "no cells");
    expect_fault(R"({"conductance_siemens": [[1, 2], [3]], "voltage_v": [[1, 1]]})", "conductance_siemens[1]: has 1");
    expect_fault(R"({"conductance_siemens": [[1], [-2]], "voltage_v": [[1, 1]]})", "conductance_siemens[1][0]");
    expect_fault(R"({"conductance_siemens": [[1], ["x"]], "voltage_v": [[1, 1]]})", "conductance_siemens[1][0]");
    expect_fault(R"({"conductance_siemens": [[1], [null]], "voltage_v": [[1, 1]]})", "conductance_siemens[1][0]");
    expect_fault(R"({"conductance_siemens": [1], "voltage_v": [[1]]})", "conductance_siemens[0]");
    expect_fault(R"({"conductance_siemens": [[1]]})", "voltage_v");
    expect_fault(R"({"conductance_siemens": [[1], [1]], "voltage_v": [[1]]})", "the array has 2 rows");
    expect_fault(R"({"conductance_siemens": [[1]], "voltage_v": [[1]], "cell": {"iv": "sinh"}})", "cell.a_per_v");
    expect_fault(R"({"conductance_siemens": [[1]], "voltage_v": [[1]], "cell": {"iv": "cubic"}})", "cell.iv");
    expect_fault(R"({"conductance_siemens": [[1]], "voltage_v": [[1]], "wire_resistance_ohm": -1})",
                 "wire_resistance_ohm");
    expect_fault(R"({"conductance_siemens": [[1]], "voltage_v": [[1]], "wire_resistence_ohm": 1})",
                 "did you mean 'wire_resistance_ohm'");
    expect_fault(R"({"conductance_siemens": [[1]], "input_drive": "gate", "active_rows": [[0.5]]})",
                 "active_rows[0][0]");
    expect_fault(R"({"conductance_siemens": [[1]], "input_drive": "gate", "active_rows": [[1]],
        "source_resistance_ohm": 5})",
                 "source_resistance_ohm");
    expect_fault(R"({"conductance_siemens": [[1]], "input_drive": "gate", "voltage_v": [[1]]})", "active_rows");
}

TEST(Csv, ReadsNumbersAndNamesWhatIsNone)
{
    EXPECT_THAT(config::parse_csv("# note\n1, 2e-3\r\n\n-4,5\n", "t.csv"),
                testing::ElementsAre(testing::ElementsAre(1, 2e-3), testing::ElementsAre(-4, 5)));
    for (const auto& [text, part] : {std::pair("1,nan", "t.csv: line 1, column 2"),
                                     {"1,2\n3", "t.csv: line 2: has 1"},
                                     {"1,\n", "column 2"},
                                     {"1;2", "column 1"},
                                     {"inf", "column 1"}}) {
        try {
            config::parse_csv(text, "t.csv");
            ADD_FAILURE() << "accepted " << text;
        } catch (const ConfigError& error) {
            EXPECT_THAT(error.what(), HasSubstr(part));
        }
    }
}

TEST(CrossbarCommand, SolvesAReferenceArrayFromFiles)
{
    IMC_SHARED_OR_SKIP(folder, "reference/crossbar");
    const test::TemporaryDirectory here;
    std::filesystem::copy(folder / "G_16.csv", here / "G.csv");
    std::ifstream in(folder / "1t1r_16.json");
    const nlohmann::json c = nlohmann::json::parse(in)[8];
    ASSERT_EQ(c["V"], "bin");
    ASSERT_EQ(c["G"], "rand");
    std::ifstream bits(folder / "Vbin_16.json");
    std::string volts(std::istreambuf_iterator<char>(bits), {});
    std::ofstream(here / "V.csv") << volts.substr(1, volts.find(']') - 1) << "\n";
    std::ofstream(here / "case.json") << nlohmann::json{
        {"conductance_siemens", "G.csv"},  {"voltage_v", "V.csv"},
        {"wire_resistance_ohm", c["Rw"]},  {"source_resistance_ohm", c["Rs"]},
        {"sense_resistance_ohm", c["Rl"]}, {"access_resistance_ohm", c["Rt"]},
        {"cell", {{"iv", "linear"}}}};
    const test::Ended ended = test::imcsim({"crossbar", (here / "case.json").string()});
    ASSERT_EQ(ended.status, 0) << ended.err;
    const auto current = nlohmann::json::parse(ended.out)["current_a"];
    ASSERT_EQ(current.size(), 1u);
    for (std::size_t j = 0; j < 16; ++j) {
        const double want = c["I_spice"][j];
        EXPECT_NEAR(current[0][j].get<double>(), want, 1e-9 * want);
    }
}

TEST(CrossbarCommand, ReportsBadInputAndFailedIterationsByTheirStatus)
{
    const test::TemporaryDirectory here;
    std::ofstream(here / "G.csv") << "1e-5,2e-5\n3e-5,oops\n";
    std::ofstream(here / "bad.json") << R"({"conductance_siemens": "G.csv", "voltage_v": [[1, 1]]})";
    const test::Ended bad = test::imcsim({"crossbar", (here / "bad.json").string()});
    EXPECT_EQ(bad.status, 2);
    EXPECT_THAT(bad.err, HasSubstr("line 2, column 2"));
    std::ofstream(here / "hard.json") << R"({"conductance_siemens": [[1e-5]], "voltage_v": [[1]],
        "wire_resistance_ohm": 1, "source_resistance_ohm": 1000, "cell": {"iv": "sinh", "a_per_v": 10},
        "newton_iterations": 1})";
    const test::Ended hard = test::imcsim({"crossbar", (here / "hard.json").string()});
    EXPECT_EQ(hard.status, 1);
    EXPECT_THAT(hard.err, HasSubstr("no convergence"));
    EXPECT_THAT(hard.out, testing::IsEmpty());
}
