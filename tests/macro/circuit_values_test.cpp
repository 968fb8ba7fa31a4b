// The values that a macro's modules carry from component to component are those of the bulk path, bit for bit. The two
// share no code but the grid of conductances.

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <systemc>

#include "arch/macro/macro.h"
#include "arch/macro_values.h"
#include "sim/base/config/document.h"
#include "sim/run/array_contents.h"
#include "sim/values/chip_arrays.h"
#include "sim/values/mapped_array.h"
#include "tests/values/values_support.h"

using namespace imc;
using testing::HasSubstr;

namespace
{

struct Case {
    MacroConfig config;
    int weight_bits = 8, input_bits = 8;
    bool signed_input = false;
    values::ArraySpec spec;
    MacroContents contents;
    std::vector<values::MappedArray> bulk; ///< the same arrays
    MvmOperation operation;
    std::vector<OperationInputs> inputs;
    std::unique_ptr<ValueTimer> circuit;
    std::vector<std::vector<std::vector<double>>> results;
    std::vector<Cycle> out;
};

int pick(RandomStream& random, int low, int high)
{
    return low + static_cast<int>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

/// A macro of some family and a layer's part that fits it.
Case random_case(RandomStream& random, bool real_cells)
{
    Case c;
    MacroConfig& m = c.config;
    m.family = static_cast<MacroFamily>(pick(random, 0, real_cells ? 4 : 6));
    m.rows = pick(random, 1, 40);
    m.columns = 2 * pick(random, 18, 40);
    m.arrays = 1 << pick(random, 0, 2);
    m.active_rows = pick(random, 0, 1) == 0 ? 0 : pick(random, 1, m.rows);
    m.encoding = static_cast<Encoding>(pick(random, 0, 6));
    const bool binary = m.encoding == Encoding::twos_complement || m.encoding == Encoding::xnor;
    m.cell.bits = binary ? 1 : pick(random, 1, 3);
    m.offset = static_cast<OffsetSource>(pick(random, 0, 1));
    if (m.encoding == Encoding::biased_flip && m.cell.bits == 1)
        m.offset = OffsetSource::popcount;
    m.input.slice_bits = pick(random, 1, 3);
    m.input.signed_input = static_cast<SignedInput>(pick(random, 0, 2));
    m.adcs = 1 << pick(random, 0, 3);
    m.sample_hold.banks = pick(random, 1, 2);
    m.adc.range = pick(random, 0, 3) == 0 && !real_cells ? AdcRange::ideal : AdcRange::full_scale;
    m.adc.bits = pick(random, 4, 10); // often too few
    if (m.adc.range == AdcRange::full_scale && pick(random, 0, 2) == 0) {
        m.adc.offset_lsb = random.uniform() - 0.5;
        m.adc.gain_error = 0.1 * (random.uniform() - 0.5);
    }
    if (converts_per_column(m.family))
        m.input.coding = static_cast<InputCoding>(pick(random, 0, 2));
    c.weight_bits = pick(random, 2, 8);
    if (!is_analog(m.family)) {
        m.cell.bits = m.input.slice_bits = 1;
        m.encoding = Encoding::twos_complement;
        m.input.signed_input = SignedInput::twos_complement;
        m.digital.weight_bits = pick(random, 1, 4);
        m.columns = m.digital.weight_bits * 24;
        if (m.family == MacroFamily::digital_bit_serial) {
            m.digital.weight_bits = pick(random, 1, 9); // what a weight needs, or less or more
            m.columns = 24 * (m.digital.weight_bits + sum_growth_bits(m.rows)) + pick(random, 0, 5);
        }
    }
    const bool joins = binary || m.encoding == Encoding::biased || m.encoding == Encoding::biased_flip;
    if (is_analog(m.family) && joins && extra_columns(m) == 0)
        m.merged_columns = pick(random, 1, 3);
    c.signed_input = pick(random, 0, 1) == 1;
    c.input_bits = pick(random, c.signed_input ? 2 : 1, 8);
    c.spec = values::array_spec(m, {});
    c.spec.weight_bits = c.weight_bits;
    c.spec.input_bits = c.input_bits;
    c.spec.input_signed = c.signed_input;
    return c;
}

/// Cells with programming errors and faults, columns with errors of their own.
values::Physics real_device(std::uint64_t seed, double off_s)
{
    devices::DeviceConfig d;
    d.min_s = off_s;
    d.max_s = 40e-6;
    devices::Curve sigma; // 0.5 uS in every state
    devices::Piece piece;
    piece.coefficients = {0.5};
    sigma.pieces = {piece};
    d.programming.sigma_us = sigma;
    d.faults = devices::FaultConfig{0.02, 0.02, ""};
    d.columns = devices::ColumnConfig{};
    d.columns->calibrated_gain_sigma = 0.02;
    d.columns->calibrated_offset_sigma = 0.002;
    values::Physics p;
    p.device = std::make_shared<const devices::DeviceModel>(d);
    p.effects.read_noise = false;
    p.seed = seed;
    p.off_s = off_s;
    return p;
}

/// The devices that a mapped array with this seed and index holds.
devices::ProgrammedArray programmed(const values::EncodedArray& encoded, const values::ArraySpec& spec,
                                    const values::Physics& p, std::uint64_t index)
{
    const double level_s = (p.device->max_s() - p.off_s) / spec.top();
    Matrix<double> target(encoded.levels.rows(), encoded.levels.cols());
    for (std::size_t n = 0; n < target.size(); ++n)
        target.flat()[n] = p.off_s + level_s * encoded.levels.flat()[n];
    devices::ProgrammedArray cells(p.device, target.rows(), target.cols(), p.seed, index, p.effects);
    cells.program(target);
    return cells;
}

void fill(Case& c, RandomStream& random, bool real_cells, std::uint64_t seed)
{
    const int arrays = pick(random, 1, c.config.arrays), rows = pick(random, 1, c.config.rows);
    const int most = std::max(1, weights_per_row(c.config, c.weight_bits));
    const int weights = pick(random, 1, std::min(most, 5));
    c.operation = {rows, weights * columns_per_weight(c.config, c.weight_bits), arrays, c.input_bits, c.signed_input,
                   {}};
    c.contents.input_bits = c.input_bits;
    c.contents.signed_input = c.signed_input;
    for (int a = 0; a < arrays; ++a) {
        ArrayContents contents;
        contents.weights = test::random_weights(random, static_cast<std::size_t>(rows),
                                                static_cast<std::size_t>(weights), c.weight_bits);
        contents.weight_bits = c.weight_bits;
        if (real_cells) {
            const values::Physics p = real_device(seed, pick(random, 0, 1) == 0 ? 0.0 : 2e-6);
            c.bulk.emplace_back(c.spec, contents.weights, &p, static_cast<std::uint64_t>(a));
            const devices::ProgrammedArray cells =
                programmed(c.bulk.back().encoded(), c.spec, p, static_cast<std::uint64_t>(a));
            contents.conductance_s = cells.read(p.moment);
            contents.columns = cells.columns();
            contents.on_s = p.device->max_s();
            contents.off_s = p.off_s;
        } else {
            c.bulk.emplace_back(c.spec, contents.weights);
        }
        c.contents.arrays.push_back(std::move(contents));
    }
    for (int i = 0; i < 3; ++i)
        c.inputs.push_back(
            {test::random_inputs(random, static_cast<std::size_t>(arrays), static_cast<std::size_t>(rows), c.spec),
             {}});
}

/// Noise, drift that is compensated, wires, converters with every error and calibrated ranges; arrays of different
/// sizes, whose operations are as large as the largest.
void fill_with_everything(Case& c, RandomStream& random, std::uint64_t seed)
{
    static const auto device = std::make_shared<const devices::DeviceModel>(
        config::Document::load(std::filesystem::path(IMC_SOURCE_DIR) / "configs/devices/rram_wan_aihwkit.json")
            .read<devices::DeviceConfig>());
    MacroConfig& m = c.config;
    m.adc.range = static_cast<AdcRange>(pick(random, 0, 2));
    m.adc.inl_lsb = 2.0 * (random.uniform() - 0.5);
    m.adc.dnl_lsb = pick(random, 0, 1) * 0.5 * random.uniform();
    m.adc.enob = pick(random, 0, 1) * (m.adc.bits - 1.0);
    m.adc.range_per_column = pick(random, 0, 1) == 1;
    if (is_analog(m.family))
        m.input.slice_bits = pick(random, 1, 8);
    const values::ArraySpec part = values::array_spec(m, {});
    c.spec.adc = part.adc;
    c.spec.slice_bits = part.slice_bits;
    values::Physics p;
    p.device = device;
    p.seed = seed;
    p.moment.time_s = 1e5;
    p.operation_s = 1e-6;
    p.compensation = static_cast<devices::Compensation>(pick(random, 0, 2));
    p.keep_cells = true;
    if (pick(random, 0, 2) == 0) {
        p.wires = devices::Wires{1.0, 0.0, 20.0, 0.0};
        p.drive = m.input.slice_bits == 1 && pick(random, 0, 1) == 1 ? InputDrive::gate : InputDrive::row_voltage;
    }
    const bool analog = is_analog(m.family);
    const int arrays = pick(random, 1, m.arrays), most = std::max(1, weights_per_row(m, c.weight_bits));
    int rows = 0, weights = 0;
    c.contents.input_bits = c.input_bits;
    c.contents.signed_input = c.signed_input;
    for (int a = 0; a < arrays; ++a) {
        const auto w =
            test::random_weights(random, static_cast<std::size_t>(pick(random, 1, m.rows)),
                                 static_cast<std::size_t>(pick(random, 1, std::min(most, 5))), c.weight_bits);
        rows = std::max(rows, static_cast<int>(w.rows()));
        weights = std::max(weights, static_cast<int>(w.cols()));
        c.bulk.emplace_back(c.spec, w, analog ? &p : nullptr, static_cast<std::uint64_t>(a));
        c.bulk.back().begin_hold(seed);
        if (c.spec.adc.range == AdcRange::percentile)
            c.bulk.back().calibrate(test::random_inputs(random, 20, w.rows(), c.spec));
        c.contents.arrays.push_back(run::array_contents(c.bulk.back(), w, false));
    }
    c.operation = {rows + pick(random, 0, m.rows - rows),
                   std::min(most, weights + pick(random, 0, 2)) * columns_per_weight(m, c.weight_bits),
                   arrays,
                   c.input_bits,
                   c.signed_input,
                   {}};
    for (std::uint64_t i = 0; i < 3; ++i) {
        OperationInputs inputs;
        inputs.values =
            test::random_inputs(random, static_cast<std::size_t>(arrays), static_cast<std::size_t>(rows), c.spec);
        for (std::size_t a = 0; a < c.bulk.size(); ++a)
            if (auto noise = run::conversion_noise(c.bulk[a], inputs.values.row(a).first(c.bulk[a].rows()), i);
                !noise.empty())
                inputs.noise.push_back(std::move(noise));
        c.inputs.push_back(std::move(inputs));
    }
}

/// Builds the circuit, asks for three operations at once and remembers what comes out.
void request(Case& c, std::size_t index, const Clock& clock)
{
    c.circuit = make_value_circuit(fmt::format("macro{}", index).c_str(), c.config, resolve_costs(c.config), clock);
    c.circuit->load(c.contents);
    for (const OperationInputs& inputs : c.inputs)
        c.circuit->request(
            c.operation, 0, inputs,
            [&c](MacroMoment moment, Cycle cycle) {
                if (moment == MacroMoment::result)
                    c.out.push_back(cycle);
            },
            [&c](const std::vector<std::vector<double>>& sums) { c.results.push_back(sums); });
}

void expect_bulk(const Case& c, std::size_t index, const Clock& clock)
{
    const std::string what =
        fmt::format("case {}: {} arrays {}×{} family {} {}", index, c.contents.arrays.size(), c.operation.rows,
                    c.contents.arrays[0].weights.cols(), c.config.family_name(), test::describe(c.spec));
    ASSERT_EQ(c.results.size(), c.inputs.size()) << what;
    for (std::size_t i = 0; i < c.inputs.size(); ++i)
        for (std::size_t a = 0; a < c.contents.arrays.size(); ++a) {
            Matrix<std::int32_t> x(1, c.bulk[a].rows());
            std::ranges::copy(c.inputs[i].values.row(a).first(x.cols()), x.row(0).begin());
            Matrix<double> bulk(1, c.contents.arrays[a].weights.cols());
            c.bulk[a].run(x, bulk, 0, i);
            for (std::size_t n = 0; n < bulk.cols(); ++n)
                ASSERT_EQ(c.results[i][a][n], bulk(0, n))
                    << what << " operation " << i << " array " << a << " weight " << n;
        }
    // Carrying values takes no time.
    const auto schedule = make_macro(c.config)->schedule(c.operation, clock);
    for (std::size_t i = 0; i < c.out.size(); ++i)
        EXPECT_EQ(c.out[i], schedule.latency + static_cast<Cycle>(i) * schedule.interval) << what;
}

void expect_bulk_everywhere(bool real_cells, std::uint64_t seed, int count)
{
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    const Clock clock = Clock::from_hertz(1e9);
    RandomStream random(seed, "circuit values");
    std::vector<std::unique_ptr<Case>> cases;
    std::array<int, 7> families{};
    for (int i = 0; i < count; ++i) {
        cases.push_back(std::make_unique<Case>(random_case(random, real_cells)));
        fill(*cases.back(), random, real_cells, static_cast<std::uint64_t>(i));
        request(*cases.back(), cases.size() - 1, clock);
        ++families[static_cast<std::size_t>(cases.back()->config.family)];
    }
    sc_core::sc_start();
    for (std::size_t i = 0; i < cases.size(); ++i)
        ASSERT_NO_FATAL_FAILURE(expect_bulk(*cases[i], i, clock));
    EXPECT_TRUE(std::all_of(families.begin(), families.begin() + (real_cells ? 5 : 7), [](int n) { return n > 5; }));
}

TEST(CircuitValues, OfIdealCellsAreThoseOfTheBulkPath) { expect_bulk_everywhere(false, 1, 300); }

TEST(CircuitValues, OfProgrammedCellsAreThoseOfTheBulkPath) { expect_bulk_everywhere(true, 2, 200); }

TEST(CircuitValues, WithEveryImperfectionAreThoseOfTheBulkPath)
{
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    const Clock clock = Clock::from_hertz(1e9);
    RandomStream random(4, "every imperfection");
    std::vector<std::unique_ptr<Case>> cases;
    while (cases.size() < 250) {
        auto c = std::make_unique<Case>(random_case(random, false));
        try {
            fill_with_everything(*c, random, cases.size());
        } catch (const std::invalid_argument&) { // what the bulk path refuses: nonlinear or wired cells, wide digits
            continue;
        }
        cases.push_back(std::move(c));
        request(*cases.back(), cases.size() - 1, clock);
    }
    sc_core::sc_start();
    for (std::size_t i = 0; i < cases.size(); ++i)
        ASSERT_NO_FATAL_FAILURE(expect_bulk(*cases[i], i, clock));
}

TEST(CircuitValues, AreTheProductWhereNothingIsLost)
{
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    const Clock clock = Clock::from_hertz(1e9);
    RandomStream random(3, "exact");
    std::vector<std::unique_ptr<Case>> cases;
    for (int i = 0; i < 100; ++i) {
        cases.push_back(std::make_unique<Case>(random_case(random, false)));
        cases.back()->config.adc.range = cases.back()->spec.adc.range = AdcRange::ideal;
        cases.back()->config.adc.gain_error = cases.back()->config.adc.offset_lsb = 0.0;
        cases.back()->spec.adc.gain_error = cases.back()->spec.adc.offset_lsb = 0.0;
        fill(*cases.back(), random, false, 0);
        request(*cases.back(), cases.size() - 1, clock);
    }
    sc_core::sc_start();
    for (const auto& c : cases)
        for (std::size_t i = 0; i < c->inputs.size(); ++i)
            for (std::size_t a = 0; a < c->contents.arrays.size(); ++a) {
                Matrix<std::int32_t> x(1, c->inputs[i].values.cols());
                std::ranges::copy(c->inputs[i].values.row(a), x.row(0).begin());
                const Matrix<double> exact = test::product(x, c->contents.arrays[a].weights);
                for (std::size_t n = 0; n < exact.cols(); ++n)
                    ASSERT_EQ(c->results.at(i).at(a).at(n), exact(0, n)) << test::describe(c->spec);
            }
}

TEST(CircuitValues, RefuseWhatNoModuleCarries)
{
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    const Clock clock = Clock::from_hertz(1e9);
    MacroConfig config;
    const auto circuit = make_value_circuit("macro", config, resolve_costs(config), clock);
    const auto refused = [](auto&& call) -> std::string {
        try {
            call();
        } catch (const std::invalid_argument& e) {
            return e.what();
        }
        return "";
    };
    const auto results = [](const std::vector<std::vector<double>>&) {};
    const auto notify = [](MacroMoment, Cycle) {};
    EXPECT_THAT(refused([&] {
                    circuit->request({4, 8, 1, 8, false, {}}, 0, {Matrix<std::int32_t>(1, 4), {}}, notify, results);
                }),
                HasSubstr("loaded"));
    ArrayContents contents;
    contents.weights = Matrix<std::int32_t>(4, 2, 200);
    EXPECT_THAT(refused([&] { circuit->load({{contents}}); }), HasSubstr("200"));
    contents.weights = Matrix<std::int32_t>(4, 2, 100);
    circuit->load({{contents}});
    EXPECT_THAT(
        refused([&] {
            circuit->request({4, 8, 1, 8, false, {}}, 0, {Matrix<std::int32_t>(1, 4, 256), {}}, notify, results);
        }),
        HasSubstr("256"));
    EXPECT_THAT(refused([&] {
                    circuit->request({3, 8, 1, 8, false, {}}, 0, {Matrix<std::int32_t>(1, 4), {}}, notify, results);
                }),
                HasSubstr("does not fit"));
    EXPECT_THAT(refused([&] { circuit->check({4, 8, 1, 7, false, {}}); }), HasSubstr("7 times"));
    config.adc.range = AdcRange::percentile;
    const auto calibrated = make_value_circuit("calibrated", config, resolve_costs(config), clock);
    EXPECT_THAT(refused([&] { calibrated->load({{contents}}); }), HasSubstr("calibrated ranges"));
}

} // namespace
