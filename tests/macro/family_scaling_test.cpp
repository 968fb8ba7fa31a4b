// What every family owes to its size, node and supply, on random macros of each shipped kind.

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "arch/config/costs/array.h"
#include "arch/config/macro_costs.h"
#include "arch/macro/macro.h"
#include "sim/base/config/document.h"
#include "sim/base/random.h"

using namespace imc;

namespace
{

const char* const shipped[] = {"isaac_rram_32nm",     "puma_rram_32nm",   "hermes_pcm_14nm",   "neurram_rram_130nm",
                               "jia_sram_65nm",       "c2c_sram_22nm",    "sinangil_sram_7nm", "chih_sram_22nm",
                               "colonnade_sram_65nm", "sram_digital_28nm"};

MacroConfig load(const std::string& name)
{
    return config::Document::load(IMC_SOURCE_DIR "/configs/macros/" + name + ".json").read<MacroConfig>();
}

/// One operation on all rows and columns.
struct Figures {
    double energy = 0.0;
    std::map<Component, double> energy_of, area_of;
    double area = 0.0;
    double write = 0.0;
    Cycle interval = 0;
};

Figures figures(const MacroConfig& config)
{
    const auto macro = make_macro(config);
    const MvmOperation op{config.rows, config.columns - reserved_columns(config), config.arrays, 8, true};
    Figures f;
    for (const MacroEvent& e : macro->counts(op)) {
        const double joules = (e.event.unit * e.count).joules();
        f.energy_of[e.event.component] += joules;
        f.energy += joules;
    }
    for (const ComponentArea& part : macro->area())
        f.area_of[part.component] += part.area_m2;
    f.area = macro->area_m2();
    f.write = macro->counts(WriteOperation{1, 1, 1}).front().event.unit.joules();
    f.interval = macro->schedule(op, Clock(1000)).interval;
    return f;
}

class Family : public testing::TestWithParam<const char*>
{
protected:
    /// The shipped macro in a random size around its own.
    MacroConfig random_macro(RandomStream& random) const
    {
        MacroConfig c = load(GetParam());
        c.rows = 16 + static_cast<int>(random.below(240));
        c.columns = 32 * (1 + static_cast<int>(random.below(8)));
        c.supply_v *= 0.9 + 0.2 * random.uniform();
        return c;
    }
    void on_random_macros(const std::function<void(const MacroConfig&, RandomStream&)>& check) const
    {
        RandomStream random(11, GetParam());
        for (int i = 0; i < 25; ++i) {
            const MacroConfig c = random_macro(random);
            SCOPED_TRACE(testing::Message()
                         << c.rows << " x " << c.columns << ", " << c.node_m * 1e9 << " nm, " << c.supply_v << " V");
            check(c, random);
        }
    }
};

TEST_P(Family, CostsMoreForMoreRowsOrColumnsAndIsNeverFaster)
{
    on_random_macros([](const MacroConfig& small, RandomStream&) {
        const Figures f = figures(small);
        MacroConfig tall = small, wide = small;
        tall.rows *= 2;
        wide.columns *= 2;
        for (const MacroConfig& large : {tall, wide}) {
            const Figures l = figures(large);
            EXPECT_GT(l.energy, f.energy);
            EXPECT_GT(l.area, f.area);
            EXPECT_GT(l.area_of.at(Component::array), f.area_of.at(Component::array));
            EXPECT_GE(l.interval, f.interval);
        }
        // A row more of everything, or a longer line: what drives a row costs more if its line is longer.
        const auto per_row = [](const Figures& of, const MacroConfig& c) {
            return of.energy_of.contains(Component::dac) ? of.energy_of.at(Component::dac) / c.rows : 0.0;
        };
        if (per_row(f, small) > 0.0) {
            EXPECT_GT(per_row(figures(wide), wide), per_row(f, small));
        }
    });
}

TEST_P(Family, TotalIsTheSumOfItsParts)
{
    on_random_macros([](const MacroConfig& c, RandomStream&) {
        const Figures f = figures(c);
        double area = 0.0, energy = 0.0;
        for (const auto& [component, part] : f.area_of)
            area += part;
        for (const auto& [component, part] : f.energy_of)
            energy += part;
        EXPECT_NEAR(f.area, area * c.area_overhead, 1e-12 * f.area);
        EXPECT_NEAR(f.energy, energy, 1e-12 * f.energy);
    });
}

TEST_P(Family, FallsWithTheNodeExceptForWritingAndConverters)
{
    on_random_macros([](const MacroConfig& c, RandomStream& random) {
        MacroConfig young = c;
        young.node_m *= 0.55 + 0.4 * random.uniform();
        const Figures f = figures(c), y = figures(young);
        EXPECT_LE(y.energy, f.energy * (1 + 1e-9));
        EXPECT_LT(y.area, f.area);
        EXPECT_EQ(y.write, f.write) << "write drivers are high-voltage: they do not scale";
        for (const Component digital : {Component::shift_add, Component::adder_tree, Component::accumulator})
            if (f.energy_of.contains(digital) && f.energy_of.at(digital) > 0.0) {
                EXPECT_LT(y.energy_of.at(digital), f.energy_of.at(digital)) << name_of(digital);
                if (f.area_of.contains(digital)) {
                    EXPECT_LE(y.area_of.at(digital), f.area_of.at(digital)) << name_of(digital);
                }
            }
        // Matching and noise let a converter shrink no faster than its node.
        if (f.area_of.contains(Component::adc) && f.area_of.at(Component::adc) > 0.0 &&
            c.adc.model != AdcModel::neurosim) {
            EXPECT_GE(y.area_of.at(Component::adc) / f.area_of.at(Component::adc),
                      young.node_m / c.node_m * (1 - 1e-9));
        }
    });
}

TEST_P(Family, CostsMoreAtAHigherSupplyAndIsNeverSlower)
{
    on_random_macros([](const MacroConfig& c, RandomStream& random) {
        MacroConfig high = c;
        high.supply_v *= 1.05 + 0.2 * random.uniform();
        const Figures f = figures(c), h = figures(high);
        EXPECT_GT(h.energy, f.energy);
        EXPECT_LE(h.interval, f.interval);
        EXPECT_EQ(h.area, f.area);
    });
}

TEST_P(Family, ConvertersNeverGetCheaperWithBits)
{
    on_random_macros([](const MacroConfig& c, RandomStream& random) {
        if (!is_analog(c.family))
            return;
        MacroConfig fine = c, coarse = c;
        coarse.adc.bits = 4 + static_cast<int>(random.below(5));
        fine.adc.bits = coarse.adc.bits + 1;
        const Figures f = figures(fine), o = figures(coarse);
        EXPECT_GE(f.energy_of.at(Component::adc), o.energy_of.at(Component::adc));
        EXPECT_GE(f.area_of.at(Component::adc), o.area_of.at(Component::adc));
        EXPECT_GE(f.interval, o.interval);
    });
}

INSTANTIATE_TEST_SUITE_P(Scaling, Family, testing::ValuesIn(shipped),
                         [](const auto& shipped_macro) { return std::string(shipped_macro.param); });

TEST(UserCosts, FollowTheNodeAndTheLengthOfTheirLineFromWhereTheyAreStated)
{
    MacroConfig c = load("puma_rram_32nm");
    const double stated = driver_cost(c).energy_j;
    EXPECT_DOUBLE_EQ(stated, 0.0702e-12);
    c.columns = 64;
    EXPECT_DOUBLE_EQ(driver_cost(c).energy_j, stated / 2);
    EXPECT_TRUE(driver_cost(c).warnings.empty());
    c.columns = 32;
    EXPECT_FALSE(driver_cost(c).warnings.empty()) << "beyond half of what was stated";
    c.columns = 128;
    c.node_m = 22e-9;
    EXPECT_NEAR(driver_cost(c).energy_j, stated * 22 / 32, 1e-20);
    c.driver.user.node_m = 0.0;
    EXPECT_DOUBLE_EQ(driver_cost(c).energy_j, stated) << "no node stated: holds at any";
}

TEST(LineDriver, DrawsTheChargeOfItsSwingFromItsOwnSupply)
{
    MacroConfig c = load("neurram_rram_130nm");
    c.driver.line.start_cycles = 0.5;
    // (256 · 2.1 + 48) fF · 1.3 V · 2.2 V, half of it per edge
    EXPECT_NEAR(driver_cost(c).energy_j, 585.6e-15 * 1.3 * 2.2 / 2, 1e-18);
    EXPECT_NEAR(line_start_cost(c).energy_j, 585.6e-15 * 1.3 * 2.2 / 2, 1e-18);
    const double before = driver_cost(c).energy_j;
    c.supply_v = 1.2;
    EXPECT_DOUBLE_EQ(driver_cost(c).energy_j, before) << "the logic's supply does not move a line of another";
}

TEST(NeuronUnderBias, TakesPowerTimesTheTimeOfARead)
{
    MacroConfig c = load("neurram_rram_130nm");
    c.adc.bias_a = 1e-6;
    c.shift_add.user.energy_j = 0.0;
    for (const int bits : {1, 2, 3, 4, 6, 8}) {
        const auto macro = make_macro(c);
        const MvmOperation op{256, 256, 1, bits, true};
        double joules = 0.0;
        for (const MacroEvent& e : macro->counts(op))
            if (e.event.component == Component::adc || e.event.component == Component::sample_hold)
                joules += (e.event.unit * e.count).joules();
        const double seconds = Clock(1).seconds(macro->schedule(op, Clock(1)).interval);
        EXPECT_NEAR(joules, 1e-6 * 1.8 * 128 * seconds, 1e-6 * joules) << bits << " input bits";
    }
}

TEST(NeuronUnderBias, TakesInLaterPhasesOnlyTheOutputBitsThatInputBitsLeave)
{
    MacroConfig c = load("neurram_rram_130nm");
    c.adc.bits = 9;
    const MvmOperation op{256, 256, 1, 7, true}; // six bits of magnitude: two phases of three
    const auto interval = [&] { return Clock(1).seconds(make_macro(c)->schedule(op, Clock(1)).interval); };
    // 0.27 µs per sample, 0.3 per step, 0.3 per phase
    EXPECT_NEAR(interval(), 0.27e-6 * (7 + 7) + 0.3e-6 * (9 + 6) + 0.3e-6 * 2, 1e-12);
    c.adc.bits_left = false;
    EXPECT_NEAR(interval(), 0.27e-6 * (7 + 7) + 0.3e-6 * (9 + 9) + 0.3e-6 * 2, 1e-12);
    EXPECT_EQ(converter_steps(c, 8), 9);
    c.adc.bits_left = true;
    EXPECT_EQ(converter_steps(c, 8), 1);
    EXPECT_EQ(converter_steps(c, 12), 1) << "never none";
}

} // namespace
