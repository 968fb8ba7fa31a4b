// The two details of a macro, computed schedule and stepped circuit, agree to the cycle, the event and the joule, and
// a change of any single constant in one of them shows.

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "sim/base/config/document.h"
#include "sim/base/files.h"
#include "sim/base/random.h"
#include "tests/macro/timer_pair.h"

using namespace imc;
using namespace imc::test;

namespace
{

MacroConfig load(const std::string& name)
{
    auto c = config::Document::load(IMC_SOURCE_DIR "/configs/macros/" + name + ".json").read<MacroConfig>();
    c.arrays = std::min(c.arrays, 8); // each has a module per column
    return c;
}

const char* const shipped[] = {"isaac_rram_32nm", "sram_digital_28nm", "hermes_pcm_14nm", "jia_sram_65nm",
                               "neurram_rram_130nm"};

std::int64_t reads_of(const MacroConfig& config, const MvmOperation& op)
{
    const int active = config.active_rows > 0 ? config.active_rows : config.rows;
    const bool two_phases = op.signed_input && config.input.signed_input == SignedInput::two_phases;
    return std::int64_t{input_slices(config, op.input_bits, op.signed_input)} * (two_phases ? 2 : 1) *
           ((op.rows + active - 1) / active);
}

/// First the largest operation (phases that just fill a cycle), then different shapes, some requested back to back,
/// some after a pause.
std::vector<Request> random_requests(const MacroConfig& config, RandomStream& random, int count)
{
    const auto pick = [&](std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
    };
    std::vector<Request> requests;
    Cycle ready = 0;
    for (int i = 0; i < count; ++i) {
        Request r;
        r.operation.rows = static_cast<int>(pick(1, config.rows));
        r.operation.columns = static_cast<int>(pick(1, config.columns - reserved_columns(config)));
        r.operation.arrays = static_cast<int>(pick(1, config.arrays));
        r.operation.input_bits = static_cast<int>(pick(1, 9));
        r.operation.signed_input = pick(0, 1) == 1;
        r.operation.activity.assumed_input = random.uniform();
        r.operation.activity.assumed_weight = random.uniform();
        if (config.family == MacroFamily::digital_bit_serial)
            r.operation.columns =
                std::max(r.operation.columns, config.digital.weight_bits + sum_growth_bits(config.rows));
        if (i == 0)
            r.operation = {config.rows, config.columns - reserved_columns(config), config.arrays, 8, true};
        if (config.encoding == Encoding::differential_analog)
            r.operation.columns = std::max(2, r.operation.columns / 2 * 2);
        if (converts_per_column(config.family) && random.below(4) != 0)
            for (std::int64_t n = reads_of(config, r.operation); n > 0; --n)
                r.operation.activity.longest.push_back(static_cast<std::uint16_t>(random.below(10)));
        ready += pick(0, 3) == 0 ? pick(0, 3000) : 0;
        r.ready = ready;
        requests.push_back(r);
    }
    return requests;
}

MacroConfig random_macro(RandomStream& random)
{
    const auto pick = [&](std::int64_t low, std::int64_t high) {
        return static_cast<int>(low +
                                static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1))));
    };
    MacroConfig c;
    c.family = static_cast<MacroFamily>(pick(0, 6));
    c.rows = pick(1, 40);
    c.columns = 2 * pick(2, 20);
    c.arrays = 1 << pick(0, 3);
    c.active_rows = pick(0, 1) == 0 ? 0 : pick(1, c.rows);
    c.read_latency_s = pick(0, 1) == 0 ? 0.0 : pick(5, 150) * 1e-9 + 1e-12 * pick(0, 999);
    c.cell.bits = pick(1, 3);
    c.encoding = static_cast<Encoding>(pick(0, 4));
    c.offset = static_cast<OffsetSource>(pick(0, 1));
    c.input.slice_bits = pick(1, 3);
    c.input.signed_input = static_cast<SignedInput>(pick(0, 2));
    c.adcs = 1 << pick(0, 4);
    c.adc.model = static_cast<AdcModel>(pick(0, 8));
    c.adc.rate_hz = 1e9 * (0.1 + random.uniform());
    c.sample_hold.banks = pick(1, 2);
    c.driver.model = static_cast<DriverModel>(pick(0, 2));
    c.array.model = static_cast<ArrayModel>(pick(0, 2));
    if (!is_analog(c.family)) {
        c.cell.bits = c.input.slice_bits = 1;
        c.encoding = Encoding::twos_complement;
        c.digital.weight_bits = 2;
        c.digital.pipeline_stages = pick(1, 4);
        c.digital.column_registers = pick(1, 4);
        c.columns = std::max(c.columns, 2 + sum_growth_bits(c.rows));
        c.columns += c.columns % 2;
    }
    if (converts_per_column(c.family)) {
        c.input.coding = static_cast<InputCoding>(pick(0, 2));
        c.input.pulse_s = 1e-12 * pick(500, 2000);
        c.input.extra_edges = pick(0, 3);
        c.input.early_end = c.input.coding != InputCoding::amplitude && pick(0, 1) == 1;
        if (c.encoding != Encoding::differential_analog && extra_columns(c) == 0)
            c.merged_columns = pick(1, 2);
        if (pick(0, 1) == 1)
            c.array.model = ArrayModel::capacitor;
        if (samples_per_pulse(c) && pick(0, 2) != 0) {
            c.input.per_bit = true;
            c.driver.model = DriverModel::line;
            c.driver.line.start_cycles = 0.25 * pick(0, 2);
            c.array.model = ArrayModel::user;
            c.array.user.energy_j = 1e-15;
            c.adc.bias_a = 1e-6 * pick(0, 2);
            c.adc.model = AdcModel::user_per_bit;
            c.adc.user.latency_s = 1e-9 * pick(1, 9);
            c.adc.bits_left = pick(0, 1) == 1;
        }
    }
    return c;
}

class ShippedMacro : public testing::TestWithParam<const char*>
{
};

TEST_P(ShippedMacro, DoesTheSameInBothDetails)
{
    const MacroConfig config = load(GetParam());
    const MacroCosts costs = resolve_costs(config);
    RandomStream random(1, GetParam());
    Circuits circuits;
    std::vector<std::vector<Request>> requests;
    const Clock clocks[] = {Clock::from_hertz(1e9), Clock(1'300'001)};
    for (const Clock& clock : clocks) {
        requests.push_back(random_requests(config, random, 20));
        circuits.add(config, costs, clock, requests.back());
    }
    circuits.run();
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const Behaviour schedule = by_schedule(config, costs, clocks[i], requests[i]);
        EXPECT_EQ(difference(schedule, circuits.behaviour(i)), "");
        EXPECT_GT(schedule.operations.back().result, 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Circuit, ShippedMacro, testing::ValuesIn(shipped));

TEST(Circuit, AgreesWithTheScheduleOnRandomMacros)
{
    RandomStream random(7, "macros");
    struct Case {
        MacroConfig config;
        Clock clock;
        std::vector<Request> requests;
    };
    std::vector<Case> cases;
    Circuits circuits;
    for (int i = 0; i < 300; ++i) {
        Case c{random_macro(random), Clock(500'000 + static_cast<Femtoseconds>(random.below(1'500'000))), {}};
        c.requests = random_requests(c.config, random, 6);
        circuits.add(c.config, resolve_costs(c.config), c.clock, c.requests);
        cases.push_back(c);
    }
    circuits.run();
    for (std::size_t i = 0; i < cases.size(); ++i)
        ASSERT_EQ(
            difference(by_schedule(cases[i].config, resolve_costs(cases[i].config), cases[i].clock, cases[i].requests),
                       circuits.behaviour(i)),
            "")
            << "case " << i << " family " << static_cast<int>(cases[i].config.family);
}

TEST(Circuit, SourcesKnowComponentCostsAndNoSchedule)
{
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(IMC_SOURCE_DIR "/arch/circuit")) {
        const std::string text = read_file(entry.path());
        EXPECT_EQ(text.find("arch/macro/"), std::string::npos) << entry.path();
        EXPECT_EQ(text.find("imc::macro "), std::string::npos) << entry.path();
        ++files;
    }
    EXPECT_GT(files, 8);
}

/// A change of one constant, given to the schedule alone or to the circuit alone.
struct Mutation {
    const char* name;
    const char* macro;
    void (*change)(MacroCosts&);
};

const Mutation mutations[] = {
    {"driver latency", "isaac_rram_32nm", [](MacroCosts& c) { c.driver.latency_s += 1e-12; }},
    {"driver energy", "isaac_rram_32nm", [](MacroCosts& c) { c.driver.energy_j += 1e-21; }},
    {"array latency", "isaac_rram_32nm", [](MacroCosts& c) { c.array.latency_s += 1e-12; }},
    {"array energy", "isaac_rram_32nm", [](MacroCosts& c) { c.array.energy_j *= 1.001; }},
    {"sampling latency", "isaac_rram_32nm", [](MacroCosts& c) { c.sample_hold.latency_s += 1e-12; }},
    {"sampling energy", "isaac_rram_32nm", [](MacroCosts& c) { c.sample_hold.energy_j *= 1.001; }},
    {"conversion latency", "isaac_rram_32nm", [](MacroCosts& c) { c.adc.latency_s += 1e-14; }},
    {"conversion energy", "isaac_rram_32nm", [](MacroCosts& c) { c.adc.energy_j *= 1.000001; }},
    {"shift-add latency", "isaac_rram_32nm", [](MacroCosts& c) { c.shift_add.latency_s += 1e-12; }},
    {"shift-add energy", "isaac_rram_32nm", [](MacroCosts& c) { c.shift_add.energy_j *= 1.001; }},
    {"popcount energy", "isaac_rram_32nm", [](MacroCosts& c) { c.popcount.energy_j *= 1.001; }},
    {"drives by data", "isaac_rram_32nm", [](MacroCosts& c) { c.driver.by_data = true; }},
    {"cell reads by data", "isaac_rram_32nm", [](MacroCosts& c) { c.array.by_data = true; }},
    {"tree latency", "sram_digital_28nm", [](MacroCosts& c) { c.adder_tree.latency_s *= 1.05; }},
    {"tree energy", "sram_digital_28nm", [](MacroCosts& c) { c.adder_tree.energy_j *= 1.001; }},
    {"accumulator energy", "sram_digital_28nm", [](MacroCosts& c) { c.accumulator.energy_j *= 1.001; }},
    {"cell energy", "sram_digital_28nm", [](MacroCosts& c) { c.array.energy_j *= 1.001; }},
    {"word line by data", "sram_digital_28nm", [](MacroCosts& c) { c.driver.by_data = !c.driver.by_data; }},
    {"driver latency of PCM", "hermes_pcm_14nm", [](MacroCosts& c) { c.driver.latency_s += 1e-12; }},
    {"oscillator latency", "hermes_pcm_14nm", [](MacroCosts& c) { c.adc.latency_s += 1e-12; }},
    {"oscillator energy", "hermes_pcm_14nm", [](MacroCosts& c) { c.adc.energy_j *= 1.000001; }},
    {"cell state energy", "hermes_pcm_14nm", [](MacroCosts& c) { c.array_state.energy_j *= 1.001; }},
    {"pulse", "hermes_pcm_14nm", [](MacroCosts& c) { c.pulse.latency_s += 1e-14; }},
    {"line energy", "neurram_rram_130nm", [](MacroCosts& c) { c.driver.energy_j *= 1.001; }},
    {"line start energy", "neurram_rram_130nm", [](MacroCosts& c) { c.line_start.energy_j *= 1.001; }},
    {"sample of a pulse", "neurram_rram_130nm", [](MacroCosts& c) { c.sample_hold.energy_j *= 1.001; }},
    {"converter step energy", "neurram_rram_130nm", [](MacroCosts& c) { c.adc_step.energy_j *= 1.001; }},
    {"converter step latency", "neurram_rram_130nm", [](MacroCosts& c) { c.adc_step.latency_s += 1e-12; }},
    {"cell energy per bit", "neurram_rram_130nm", [](MacroCosts& c) { c.array.energy_j *= 1.001; }},
    {"scaling latency", "hermes_pcm_14nm", [](MacroCosts& c) { c.shift_add.latency_s += 1e-12; }},
};

TEST(Circuit, AnySingleConstantChangedInOneDetailShows)
{
    const Clock clock = Clock::from_hertz(1e9);
    Circuits circuits;
    std::vector<std::vector<Request>> requests;
    for (const Mutation& m : mutations) {
        const MacroConfig config = load(m.macro);
        RandomStream random(3, m.name);
        requests.push_back(random_requests(config, random, 12));
        MacroCosts changed = resolve_costs(config);
        m.change(changed);
        circuits.add(config, resolve_costs(config), clock, requests.back());
        circuits.add(config, changed, clock, requests.back());
    }
    circuits.run();
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const Mutation& m = mutations[i];
        const MacroConfig config = load(m.macro);
        const MacroCosts costs = resolve_costs(config);
        MacroCosts changed = costs;
        m.change(changed);
        EXPECT_EQ(difference(by_schedule(config, costs, clock, requests[i]), circuits.behaviour(2 * i)), "") << m.name;
        EXPECT_NE(difference(by_schedule(config, changed, clock, requests[i]), circuits.behaviour(2 * i)), "")
            << m.name << " changed in the schedule alone";
        EXPECT_NE(difference(by_schedule(config, costs, clock, requests[i]), circuits.behaviour(2 * i + 1)), "")
            << m.name << " changed in the circuit alone";
    }
}

} // namespace
