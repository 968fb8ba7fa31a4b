#include <gtest/gtest.h>

#include "arch/chip/inventory.h"
#include "tests/chip/support.h"

// ISAAC's Table I as `configs/chips/isaac_rram.json` has it: what the ratings add up to, and what power the blocks
// draw by their events alone when a tile works without a pause. Table I gives each block's power at the most a tile
// can ask of it, which no one layer asks of all: the input side is busiest when all 96 arrays take different inputs
// (a matrix of 12288 x 32), the output side when no two arrays' results are added (128 x 3072). 8-bit inputs take
// 800 ns; pins and global buffer are widened so that they are not what limits.

namespace
{

using namespace imc;

run::Experiment isaac(std::vector<std::string> changes)
{
    changes.push_back("run.steady_state=false");
    return test::load_experiment(test::shipped_experiment("lenet5_rram"), changes);
}

TEST(Isaac, NameplateAreaAndPeakAreThoseOfTheTable)
{
    const run::Experiment e = isaac(
        {"chip.noc.tiles_per_router=4", "chip.mesh=[7,6]", "precision.weight_bits=16", "precision.activation_bits=16"});
    const run::Result r = test::simulate(e);
    EXPECT_EQ(r.tiles, 168);
    EXPECT_NEAR(r.nameplate_power_w, 65.8, 0.01 * 65.8);
    EXPECT_NEAR(r.area_m2 * 1e6, 85.4, 0.01 * 85.4);
    EXPECT_NEAR(r.peak_tops, 41.3, 0.01 * 41.3);
    const double pins = 10.4;
    EXPECT_NEAR((r.nameplate_power_w - pins) / 168, 0.3299, 0.01 * 0.3299);
    EXPECT_NEAR((total_rating_w(inventory(e.chip, {4}, 1)) - pins) / 4, 0.3299, 0.01 * 0.3299);
}

/// Average power of a component's events of one kind in a layer that takes `positions` times 800 ns.
class Busy
{
public:
    explicit Busy(const std::string& network)
        : result_(test::simulate(isaac({"network=" + test::chip_data(network).string(), "mapping.row_order=channel",
                                        "chip.io.bandwidth_gb_per_s=1000", "chip.global_buffer.port_bits=65536"})))
    {
        const run::LayerResult& layer = result_.layers.at(0);
        // Back to back: nothing but the first and last position's latency adds to 800 ns each.
        EXPECT_EQ(layer.arrays, 96);
        EXPECT_EQ(result_.tiles_used, 1);
        EXPECT_NEAR(static_cast<double>(layer.end_cycle - layer.start_cycle), positions * 800.0,
                    0.005 * positions * 800);
    }

    double milliwatts(const std::string& component, const std::vector<std::string>& events) const
    {
        double joules = 0.0;
        for (const run::CostModel& model : result_.cost_models)
            for (const std::string& event : events)
                if (model.component == component && model.event == event)
                    joules += model.unit_energy_j * static_cast<double>(result_.counts.at(component + "." + event));
        return joules / (positions * 800e-9) * 1e3;
    }
    const run::Result& result() const { return result_; }
    /// All the energy of a component.
    double milliwatts(Component component) const
    {
        return result_.energy_by_component[static_cast<std::size_t>(component)][0].joules() / (positions * 800e-9) *
               1e3;
    }

    static constexpr double positions = 300;

private:
    run::Result result_;
};

void expect_row(double milliwatts, double row, const char* what) { EXPECT_NEAR(milliwatts, row, 0.02 * row) << what; }

TEST(Isaac, ABusyTileDrawsTheTablesPowerInArraysAndOnItsInputSide)
{
    const Busy tall("tall.json");
    expect_row(tall.milliwatts(Component::adc), 12 * 16.0, "ADCs");
    expect_row(tall.milliwatts(Component::dac), 12 * 4.0, "DACs");
    expect_row(tall.milliwatts(Component::array), 12 * 2.4, "arrays");
    expect_row(tall.milliwatts(Component::shift_add), 12 * 0.2, "shift-add of the cores");
    expect_row(tall.milliwatts(Component::sample_hold), 12 * 1024 * 9.7e-6, "sample-and-hold");
    expect_row(tall.milliwatts(Component::input_register), 12 * 1.24, "input registers");
    expect_row(tall.milliwatts("accumulator", {"add"}), 0.05, "shift-add of the tile");
    // 12288 inputs of 8 bits in 800 ns, each written once and read once.
    expect_row(tall.milliwatts(Component::buffer), 20.7, "eDRAM");
    expect_row(tall.milliwatts(Component::tile_bus), 7.0, "bus");
    // The router passes what four such tiles take in.
    expect_row(4 * tall.milliwatts("noc", {"flit_router"}), 42.0, "router");
}

TEST(Isaac, ABusyTileDrawsTheTablesPowerOnItsOutputSide)
{
    const Busy wide("wide.json");
    expect_row(wide.milliwatts(Component::adc), 12 * 16.0, "ADCs");
    expect_row(wide.milliwatts("vector_unit", {"lookup"}), 2 * 0.26, "sigmoid units");
    expect_row(wide.milliwatts("vector_unit", {"compare"}), 0.4, "max-pool unit");
    expect_row(wide.milliwatts(Component::output_register), 12 * 0.23 + 1.68, "output registers of cores and tile");
}

} // namespace
