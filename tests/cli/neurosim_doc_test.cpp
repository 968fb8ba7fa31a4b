// The comparison with NeuroSim that the documentation prints is what the shipped comparisons give.

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/cli/process.h"

using namespace imc;
using imc::test::imcsim;
using imc::test::TemporaryDirectory;
using nlohmann::json;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

namespace
{

std::string documentation() { return read_file(fs::path(IMC_SOURCE_DIR) / "docs/neurosim.md"); }

json result_of(const std::string& comparison)
{
    const TemporaryDirectory dir;
    const fs::path file = fs::path(IMC_SOURCE_DIR) / "configs/comparisons" / ("neurosim_" + comparison + ".json");
    const auto ended = imcsim({"run", file.string(), "--quiet", "--out", (dir / "run").string()});
    EXPECT_EQ(ended.status, 0) << ended.err;
    return json::parse(read_file(dir / "run" / "result.json"));
}

double dynamic_uj(const json& result)
{
    double sum = 0.0;
    for (const auto& component : result["energy_by_component_j"])
        sum += component["dynamic"].get<double>();
    return sum * 1e6;
}

TEST(NeuroSimComparison, PrintsEnergyEfficiencyAndIntervalOfVgg8)
{
    const std::string text = documentation();
    for (const auto& [cell, energy, efficiency] : {std::tuple{"sram", 36.2, 33.7}, std::tuple{"rram", 34.1, 35.9}}) {
        const json r = result_of(std::string("vgg8_cifar10_") + cell);
        const double uj = dynamic_uj(r), tops_per_w = r["tops_per_w"].get<double>();
        EXPECT_THAT(text, HasSubstr(fmt::format("| {} | {:.1f} | {:.2f} |", energy, uj, uj / energy))) << cell;
        EXPECT_THAT(text,
                    HasSubstr(fmt::format("| {} | {:.1f} | {:.2f} |", efficiency, tops_per_w, tops_per_w / efficiency)))
            << cell;
        const double us = r["interval_cycles"].get<double>() / r["clock_hz"].get<double>() * 1e6;
        EXPECT_THAT(text, HasSubstr(fmt::format(
                              "| interval, µs, every layer once | VGG-8 | SRAM, RRAM | 133, 130 | {:.0f} |", us)));
    }
}

TEST(NeuroSimComparison, PrintsWhatEachComponentsEventCosts)
{
    const std::string text = documentation();
    const json r = result_of("vgg8_cifar10_sram");
    const auto unit = [&](const char* component, const char* event) {
        for (const auto& line : r["ledger"])
            if (line["component"] == component && line["event"] == event)
                return line["unit_energy_j"].get<double>() * 1e15;
        ADD_FAILURE() << component << " has no event " << event;
        return 0.0;
    };
    const auto share = [&](std::initializer_list<const char*> components) {
        double sum = 0.0;
        for (const char* c : components)
            sum += r["energy_by_component_j"][c]["dynamic"].get<double>() * 1e6;
        return 100.0 * sum / dynamic_uj(r);
    };
    const auto row = [](const char* component, double percent, const char* event, double fj) {
        return fmt::format("| {} | {:.0f} % | {} | {:.1f} fJ |", component, percent, event, fj);
    };
    EXPECT_THAT(text, HasSubstr(row("converters", share({"adc"}), "conversion of 5 bits", unit("adc", "conversion"))));
    EXPECT_THAT(text, HasSubstr(row("shift-and-add", share({"shift_add"}), "addition", unit("shift_add", "add"))));
    // Half of the 128 cells of a column move.
    EXPECT_THAT(text, HasSubstr(row("cells and bit lines", share({"array"}), "one column, one read",
                                    64 * unit("array", "cell_read"))));
    EXPECT_THAT(text, HasSubstr(row("word lines", share({"dac"}), "one line, one input bit", unit("dac", "drive"))));
    EXPECT_THAT(text, HasSubstr(row("tile bus, core bus", share({"tile_bus", "core_bus"}), "bit over 1 mm",
                                    unit("tile_bus", "bit"))));
    EXPECT_THAT(text, HasSubstr(fmt::format("| tile network | {:.0f} % | 256 bits over 1 mm | {:.1f} pJ |",
                                            share({"noc"}), unit("noc", "flit_hop") / 1e3)));
    EXPECT_THAT(text, HasSubstr(fmt::format("| buffers | {:.0f} % | 256 bits | {:.1f} pJ |", share({"buffer"}),
                                            unit("buffer", "read") / 1e3)));
}

} // namespace
