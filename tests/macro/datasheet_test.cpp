// What a prediction from a data sheet owes its user whatever the sheet: finite figures, physics' signs, no cliffs, and
// errors as stated. The figures of the errors are those of arch/macro/README.md.
#include "arch/config/datasheet.h"

#include <cmath>
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "arch/macro/macro.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/random.h"
#include "sim/cli/validate/datasheet.h"

using namespace imc;

namespace
{

struct Figures {
    double mac_j = 0.0;
    double cycle_s = 0.0;
    double area_m2 = 0.0;
};

/// As the macro models say of the macro, not as the fit says of the sheet.
Figures of_macro(const Datasheet& sheet)
{
    const auto macro = make_macro(macro_of(sheet));
    const MvmOperation access = access_of(sheet, macro->config());
    const Clock fine(1);
    const double cycle = fine.seconds(macro->schedule(access, fine).interval);
    double energy = macro->leakage_w() * cycle;
    for (const MacroEvent& event : macro->counts(access))
        energy += (event.event.unit * event.count).joules();
    const int weights = access.columns / columns_per_weight(macro->config(), sheet.stored_bits());
    return {energy / access.rows / weights, cycle, macro->area_m2()};
}

template <typename T, std::size_t N> T one_of(RandomStream& random, const T (&values)[N])
{
    return values[random.below(N)];
}

Datasheet random_sheet(RandomStream& random)
{
    Datasheet s;
    s.node_m =
        1e-9 * one_of(random, {3.0, 5.0, 7.0, 12.0, 16.0, 22.0, 28.0, 33.0, 40.0, 55.0, 65.0, 90.0, 130.0, 180.0});
    s.rows = one_of(random, {1, 4, 16, 32, 64, 100, 128, 256, 512, 1024, 2304, 4096});
    s.columns = one_of(random, {16, 32, 64, 128, 256, 300, 512, 1024});
    s.rows_active = one_of(random, {0, s.rows, (s.rows + 1) / 2, (s.rows + 15) / 16});
    s.input_bits = 1 + static_cast<int>(random.below(15));
    s.weight_bits = one_of(random, {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 8.0});
    s.supply_v = 0.4 + 0.9 * random.uniform();
    s.input_slice_bits = one_of(random, {0, 0, 0, 1, 2, 4});
    if (random.uniform() < 0.3)
        return s; // digital
    s.cell = one_of(random, {DatasheetCell::sram, DatasheetCell::sram, DatasheetCell::edram, DatasheetCell::rram,
                             DatasheetCell::pcm, DatasheetCell::mram, DatasheetCell::flash});
    s.adc_bits = one_of(random, {1.0, 2.0, 3.0, 3.4, 4.0, 5.0, 6.0, 7.0, 8.0, 12.0});
    s.adc_count = one_of(random, {0, 1, 4, 8, s.columns / 4, s.columns / 2, s.columns});
    s.adc_kind = one_of(random, {ConverterKind::unspecified, ConverterKind::unspecified, ConverterKind::sar,
                                 ConverterKind::flash, ConverterKind::ramp, ConverterKind::cco});
    s.phases = s.input_bits % 4 == 0 ? 4 : 1;
    if (s.cell != DatasheetCell::sram)
        s.cell_bits = one_of(random, {0, 0, 1, 2, 4});
    return s;
}

std::string text_of(const Datasheet& s)
{
    return fmt::format(
        "{:g} nm, cell {}, {} x {} ({} active), {} b in, {:g} b weights, {} x {:g} b converters, {:.2f} V",
        s.node_m * 1e9, static_cast<int>(s.cell), s.rows, s.columns, s.rows_active, s.input_bits, s.weight_bits,
        s.adc_count, s.adc_bits, s.supply_v);
}

constexpr int sheets_tried = 150;
constexpr double rounding = 1.002; // unit energies and femtoseconds are whole numbers

TEST(DatasheetLaws, GiveFiniteFiguresThatTheMacroAddsUpToForAnySheet)
{
    RandomStream random(1, "any sheet");
    int away = 0;
    for (int i = 0; i < sheets_tried; ++i) {
        const Datasheet sheet = random_sheet(random);
        const Figures macro = of_macro(sheet);
        const DatasheetFigures fit = figures_of(sheet);
        EXPECT_TRUE(std::isfinite(macro.mac_j) && macro.mac_j > 0.0) << text_of(sheet);
        EXPECT_TRUE(std::isfinite(macro.area_m2) && macro.area_m2 > 0.0) << text_of(sheet);
        EXPECT_GE(macro.mac_j * rounding, fit.mac_energy_j * 0.99) << text_of(sheet);
        away += macro.mac_j > 1.05 * fit.mac_energy_j ? 1 : 0; // accumulators of few rows take more than the fit says
        if (sheet.adc_kind == ConverterKind::unspecified) {
            EXPECT_NEAR(macro.cycle_s / fit.access_s, 1.0, 1e-3) << text_of(sheet);
        }
        EXPECT_GE(fit.energy_factor, 1.0);
        EXPECT_GE(fit.time_factor, 1.0);
    }
    EXPECT_LE(away, sheets_tried / 5);
}

TEST(DatasheetLaws, NeverFallAgainstPhysicsWhateverTheSheet)
{
    RandomStream random(2, "monotone");
    for (int i = 0; i < sheets_tried; ++i) {
        const Datasheet sheet = random_sheet(random);
        const Figures base = of_macro(sheet);
        const auto changed = [&](auto change) {
            Datasheet other = sheet;
            change(other);
            return of_macro(other);
        };
        const Figures coarser = changed([](Datasheet& s) { s.node_m *= 1.3; });
        EXPECT_LE(base.mac_j, coarser.mac_j * rounding) << "node: " << text_of(sheet);
        EXPECT_LE(base.cycle_s, coarser.cycle_s * rounding) << "node: " << text_of(sheet);
        const Figures higher = changed([](Datasheet& s) { s.supply_v *= 1.15; });
        EXPECT_LT(base.mac_j, higher.mac_j) << "supply: " << text_of(sheet);
        EXPECT_GT(base.cycle_s, higher.cycle_s) << "supply: " << text_of(sheet);
        const Figures longer = changed([](Datasheet& s) {
            s.rows_active = 2 * (s.rows_active > 0 ? s.rows_active : s.rows);
            s.rows *= 2;
        });
        EXPECT_LE(base.cycle_s, longer.cycle_s * rounding) << "rows: " << text_of(sheet);
        const Figures wider = changed([](Datasheet& s) { ++s.input_bits; });
        EXPECT_LE(base.cycle_s, wider.cycle_s * rounding) << "input bits: " << text_of(sheet);
        EXPECT_LE(base.mac_j, wider.mac_j * rounding) << "input bits: " << text_of(sheet);
        if (sheet.adc_bits == 0.0)
            continue;
        const Figures finer = changed([](Datasheet& s) { s.adc_bits += 1.0; });
        EXPECT_LE(base.mac_j, finer.mac_j * rounding) << "converter bits: " << text_of(sheet);
        EXPECT_LE(base.cycle_s, finer.cycle_s * rounding) << "converter bits: " << text_of(sheet);
        if (sheet.adc_count > 1) {
            const Figures fewer = changed([](Datasheet& s) { s.adc_count /= 2; });
            EXPECT_LE(base.cycle_s, fewer.cycle_s * rounding) << "columns per converter: " << text_of(sheet);
        }
    }
}

TEST(DatasheetLaws, HaveNoCliffsBetweenSheetsThatHardlyDiffer)
{
    RandomStream random(3, "cliffs");
    for (int i = 0; i < sheets_tried; ++i) {
        const Datasheet sheet = random_sheet(random);
        const Figures base = of_macro(sheet);
        const auto near = [&](const char* what, double factor, auto change) {
            Datasheet other = sheet;
            change(other);
            const Figures f = of_macro(other);
            EXPECT_LT(std::abs(std::log(f.mac_j / base.mac_j)), std::log(factor)) << what << ": " << text_of(sheet);
            EXPECT_LT(std::abs(std::log(f.cycle_s / base.cycle_s)), std::log(factor)) << what << ": " << text_of(sheet);
        };
        near("node", 1.4, [](Datasheet& s) { s.node_m *= 1.05; });
        near("supply", 1.2, [](Datasheet& s) { s.supply_v *= 1.05; });
        if (sheet.rows >= 64)
            near("rows", 1.6, [](Datasheet& s) {
                s.rows += s.rows / 20;
                s.rows_active = s.rows_active > 0 ? s.rows_active + s.rows_active / 20 : 0;
            });
        if (sheet.adc_bits > 0.0) {
            near("converters", 1.6, [](Datasheet& s) { s.adc_count = s.columns; });
            if (sheet.adc_bits >= 2.0)
                near("converter bits", 1.7, [](Datasheet& s) { s.adc_bits += 0.4; });
            Datasheet finer = sheet;
            finer.adc_bits += 0.01;
            EXPECT_NEAR(of_macro(finer).area_m2 / base.area_m2, 1.0, 0.02) << text_of(sheet);
        }
    }
}

Datasheet hermes()
{
    Datasheet s;
    s.node_m = 14e-9;
    s.cell = DatasheetCell::pcm;
    s.rows = s.columns = s.adc_count = 256;
    s.input_bits = 8;
    s.weight_bits = s.adc_bits = 8.0;
    s.supply_v = 0.8;
    return s;
}

// Le Gallo, Nature Electronics 2023: 9.76 TOPS/W and 132.9 ns in one phase, 2.48 TOPS/W and 521 ns in four.
TEST(DatasheetLaws, TakeAWholeReadForEachPhaseAsHermesDoes)
{
    Datasheet sheet = hermes();
    const Figures one = of_macro(sheet);
    sheet.phases = 4;
    const Figures four = of_macro(sheet);
    EXPECT_NEAR(four.mac_j / one.mac_j / (9.76 / 2.48), 1.0, 0.05);
    EXPECT_NEAR(four.cycle_s / one.cycle_s / (521.0 / 132.9), 1.0, 0.05);
    EXPECT_NEAR(std::log(four.mac_j * 2.48 / 2e-12), 0.0, std::log(1.3));
    EXPECT_NEAR(std::log(four.cycle_s / 521e-9), 0.0, std::log(1.3));
    EXPECT_EQ(four.area_m2, one.area_m2);
}

TEST(DatasheetLaws, LeaveAReadAsItIsWhereItsOscillatorsCountMeanwhile)
{
    Datasheet sheet = hermes();
    const Figures unspecified = of_macro(sheet);
    sheet.adc_kind = ConverterKind::cco;
    EXPECT_EQ(of_macro(sheet).cycle_s, unspecified.cycle_s);
    EXPECT_NEAR(std::log(of_macro(sheet).cycle_s / 130e-9), 0.0, std::log(1.3));
}

// Tree macros take their inputs bit by bit unless the sheet says otherwise: Wu, JSSC 2025, has 8 bits in 1.9 ns.
TEST(DatasheetLaws, TakeAPassThroughTheTreesForEachSliceOfTheInput)
{
    Datasheet sheet;
    sheet.columns = 64;
    sheet.input_bits = 8;
    sheet.adc_bits = 0.0;
    const Figures serial = of_macro(sheet);
    sheet.input_slice_bits = 1;
    EXPECT_EQ(of_macro(sheet).cycle_s, serial.cycle_s);
    sheet.input_slice_bits = 3; // of which the last is not filled
    const Figures three = of_macro(sheet);
    EXPECT_NEAR(three.mac_j / serial.mac_j, 1.0, 1e-4);
    EXPECT_LT(three.cycle_s, 0.7 * serial.cycle_s);
    sheet.input_slice_bits = 8;
    EXPECT_LT(of_macro(sheet).cycle_s, 0.7 * three.cycle_s);
    sheet.input_bits = sheet.input_slice_bits = 1;
    const double one = of_macro(sheet).cycle_s;
    sheet.input_bits = sheet.input_slice_bits = 8;
    EXPECT_NEAR(of_macro(sheet).cycle_s / one, 1.0, 1e-3);
}

TEST(Datasheet, SaysWhatIsWrongWithPhases)
{
    const auto error = [](const std::string& more) -> std::string {
        const std::string sheet =
            R"({"tech_nm":28,"cell":"sram","rows":64,"columns":64,"input_bits":4,"weight_bits":4,"supply_v":1,)" +
            more + "}";
        try {
            (void)config::Document::parse(sheet, "sheet.json").read<Datasheet>();
        } catch (const ConfigError& e) {
            return e.what();
        }
        return "";
    };
    EXPECT_THAT(error(R"("adc_bits":4,"phases":0)"),
                testing::HasSubstr("phases: must be an integer in [1, 16], got 0"));
    EXPECT_THAT(error(R"("phases":2)"),
                testing::HasSubstr("phases: must be 1 without converters (adc_bits = 0), got 2"));
    EXPECT_EQ(error(R"("adc_bits":4,"phases":2)"), "");
    EXPECT_EQ(error(R"("phases":1)"), "");
}

/// Errors in logarithms, those of one publication together.
using ByPublication = std::map<std::string, std::vector<double>>;

struct Errors {
    ByPublication fitted;
    ByPublication left_out;
    ByPublication in_range; ///< 1 or 0
};

/// Of macros; processors take part in the fit, and are not counted.
Errors errors_of(const char* key)
{
    Errors e;
    for (const char* name : {"development", "held_out", "further"}) {
        const std::string file = fmt::format(IMC_SOURCE_DIR "/configs/datasheets/{}.json", name);
        const auto sheets = nlohmann::json::parse(read_file(file))["sheets"];
        const auto results = cli::predict_datasheets(file)["results"];
        for (std::size_t i = 0; i < sheets.size(); ++i) {
            if (!sheets[i]["published"].contains(key))
                continue;
            const std::string publication = sheets[i]["publication"];
            const double left = std::abs(std::log(results[i]["left_out_ratio"][key].get<double>()));
            const double value = results[i][key];
            const double high = results[i][key + std::string("_range")]["high"];
            e.fitted[publication].push_back(std::abs(std::log(results[i]["ratio"][key].get<double>())));
            e.left_out[publication].push_back(left);
            e.in_range[publication].push_back(left <= std::log(high / value) + 1e-3 ? 1.0 : 0.0);
        }
    }
    return e;
}

double mean(const ByPublication& values, bool by_publication)
{
    double sum = 0.0;
    double weights = 0.0;
    for (const auto& [publication, rows] : values)
        for (const double value : rows) {
            const double weight = by_publication ? 1.0 / static_cast<double>(rows.size()) : 1.0;
            sum += weight * value;
            weights += weight;
        }
    return sum / weights;
}

double share_within_3(ByPublication values)
{
    for (auto& [publication, rows] : values)
        for (double& value : rows)
            value = value <= std::log(3.0) ? 1.0 : 0.0;
    return mean(values, false);
}

TEST(DatasheetLaws, FitPublishedMacrosAsStated)
{
    const Errors energy = errors_of("tops_per_w");
    EXPECT_LT(std::exp(mean(energy.fitted, false)), 1.45);
    EXPECT_GE(share_within_3(energy.fitted), 0.95);
    const Errors cycle = errors_of("cycle_ns");
    EXPECT_LT(std::exp(mean(cycle.fitted, false)), 1.6);
    EXPECT_GE(share_within_3(cycle.fitted), 0.9);
}

TEST(DatasheetLaws, MissPublicationsThatTheFitDidNotSeeAsStated)
{
    const Errors energy = errors_of("tops_per_w");
    EXPECT_GE(energy.left_out.size(), 66u);
    EXPECT_LT(std::exp(mean(energy.left_out, true)), 2.1);
    EXPECT_LT(std::exp(mean(energy.left_out, false)), 2.2);
    EXPECT_NEAR(mean(energy.in_range, true), 0.8, 0.05);
    const Errors cycle = errors_of("cycle_ns");
    EXPECT_GE(cycle.left_out.size(), 65u);
    EXPECT_LT(std::exp(mean(cycle.left_out, true)), 2.45);
    EXPECT_LT(std::exp(mean(cycle.left_out, false)), 2.6);
    EXPECT_NEAR(mean(cycle.in_range, true), 0.8, 0.05);
}

TEST(DatasheetLaws, GiveAreasAsStated)
{
    for (const char* name : {"development", "held_out"}) {
        const auto file = fmt::format(IMC_SOURCE_DIR "/configs/datasheets/{}.json", name);
        EXPECT_LT(cli::predict_datasheets(file)["comparison"]["area_mm2"]["geometric_mean_ratio"], 2.5) << name;
    }
}

} // namespace
