#include "arch/config/costs/adc.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "arch/config/costs/adc_laws.h"

namespace imc
{

namespace
{

struct BitsRow {
    int bits;
    double pj, um2;
};

/// ISAAC Table I: 2 mW and 1200 µm² at 8 bits and 1.28 GS/s in 32 nm; other resolutions in the proportion of a
/// capacitive-DAC converter (Saberi 2011), as tabulated in accelergy-library isaac_adc.csv.
ComponentCost isaac(const AdcQuery& q)
{
    constexpr ProcessPoint source{32e-9, 0.9};
    constexpr std::array<BitsRow, 7> table = {{{4, .79, 361},
                                               {5, .99, 477},
                                               {6, 1.20, 627},
                                               {7, 1.42, 845},
                                               {8, 1.67, 1200},
                                               {9, 1.969, 1828},
                                               {10, 2.379, 3002}}};
    constexpr double joules_at_8 = 2e-3 / 1.28e9;
    const double b = q.config.effective_bits();
    const auto interpolated = [&](double BitsRow::*column) {
        // Between and beyond the tabulated resolutions the logarithm is continued linearly.
        const auto index = static_cast<std::size_t>(std::clamp(std::floor(b) - 4.0, 0.0, 5.0));
        const double low = std::log(table[index].*column);
        const double high = std::log(table[index + 1].*column);
        return std::exp(low + (high - low) * (b - table[index].bits));
    };
    ComponentCost c;
    c.model = "isaac";
    c.citation =
        "Shafiee et al., ISCA 2016, Table I; resolutions: Saberi et al. 2011 as in accelergy-library isaac_adc.csv";
    c.scaling = ScalingClass::analog_matching;
    c.energy_j = joules_at_8 * (interpolated(&BitsRow::pj) / 1.67) * energy_factor(c.scaling, source, q.process);
    c.area_m2 = interpolated(&BitsRow::um2) * 1e-12 * area_factor(c.scaling, source, q.process);
    warn_outside(c, "bits", b, 4, 10);
    warn_outside(c, "rate_gsps", q.config.rate_hz * 1e-9, 0.0, 1.28);
    warn_of_point(c, source, q.process);
    return c;
}

/// PUMA include/constants.py: 12.5·n ns per 128 columns, 0.225·n mW dynamic and 0.025·n mW static at 32 nm.
ComponentCost puma(const AdcQuery& q)
{
    constexpr ProcessPoint source{32e-9, 0.9};
    const double b = q.config.effective_bits();
    ComponentCost c;
    c.model = "puma";
    c.citation = "Ankit et al., ASPLOS 2019, puma-simulator include/constants.py";
    c.scaling = ScalingClass::analog_matching;
    c.latency_s = 12.5e-9 * b / 128.0;
    c.energy_j = 0.225e-3 * b * c.latency_s * energy_factor(c.scaling, source, q.process);
    c.leakage_w = 0.025e-3 * b * energy_factor(c.scaling, source, q.process);
    c.area_m2 = 1200e-12 * area_factor(c.scaling, source, q.process);
    warn_outside(c, "bits", b, 1, 16);
    warn_of_point(c, source, q.process);
    return c;
}

/// Regression over the Murmann survey 1997–2023 (Accelergy ADC plug-in; Andrulis et al., arXiv 2404.06553).
ComponentCost murmann(const AdcQuery& q)
{
    const double b = std::max(4.0, q.config.effective_bits());
    const double nm = q.process.node_m * 1e9;
    const double f = q.config.rate_hz;
    const double ceiling = 128.3068287398817 + 3.2205225 * std::ceil(b);
    const double fom = std::min(213.7806687348118 - 2.8719030399529957 * std::log(f), ceiling);
    const double sndr = 6.0206 * b + 1.7609;
    const double best = 0.5 / std::pow(10.0, (fom - sndr) / 10.0);
    ComponentCost c;
    c.model = "murmann";
    c.citation = "Accelergy ADC regression on the Murmann survey (Andrulis et al., arXiv 2404.06553)";
    c.scaling = ScalingClass::analog_matching;
    c.energy_j = 1e-12 * best *
                 std::exp(26.0496215686518 + 1.8800369206815004 * std::log(nm) - 2.8291256050594527 * std::log(b) -
                          1.4702022133784405);
    c.area_m2 = 1e-12 * std::exp(1.3461916439910742 + 0.9932794744745022 * std::log(nm) +
                                 0.18071538424508238 * std::log(f) + 0.29912426192653485 * std::log(c.energy_j * 1e12));
    warn_outside(c, "effective bits", q.config.effective_bits(), 4, 16);
    warn_outside(c, "node_nm", nm, 7, 250);
    return c;
}

/// ZigZag-IMC (Sun et al., ICCAD 2023), 28 nm: energy (100 b + 0.001·4^b) V² fJ, area 10^(1.206−0.0369 b)·2^b µm²,
/// delay b (0.00653·rows + 0.640) ns. At other nodes the second term, comparator and logic, goes with the delay of
/// gates; the first is the RC of a column, whose resistance grows as its pitch shrinks.
ComponentCost zigzag(const AdcQuery& q)
{
    constexpr ProcessPoint source{28e-9, 0.9};
    const double b = q.config.effective_bits();
    ComponentCost c;
    c.model = "zigzag";
    c.citation = "ZigZag-IMC aimc_cost_model.py (Sun et al., ICCAD 2023)";
    c.scaling = ScalingClass::analog_matching;
    c.energy_j = (100.0 * b + 0.001 * std::pow(4.0, b)) * 1e-15 * q.process.supply_v * q.process.supply_v *
                 (q.process.node_m / source.node_m);
    c.area_m2 =
        std::pow(10.0, 1.206 - 0.0369 * b) * std::pow(2.0, b) * 1e-12 * area_factor(c.scaling, source, q.process);
    c.latency_s = b * (0.00653 * q.rows + 0.640 * delay_factor(ScalingClass::digital, source, q.process)) * 1e-9;
    warn_outside(c, "bits", b, 1, 12);
    warn_outside(c, "node_nm", q.process.node_m * 1e9, 22, 28);
    return c;
}

/// NeuroSim SarADC.cpp, low-standby-power devices: (a·b + c) µW for (b+1) ns at every node. Its term for the
/// column's own resistance is left to the array. Area from its transistor counts, at 16 F² per n-type and 24 F²
/// per p-type device (our estimate: minimum width, contacted pitch).
ComponentCost neurosim(const AdcQuery& q)
{
    struct Row {
        double nm, a, c;
    };
    constexpr std::array<Row, 13> table = {{{1, .0101, .0843},
                                            {2, .0207, .1764},
                                            {3, .0333, .2849},
                                            {5, .0645, .5511},
                                            {7, .1061, .8847},
                                            {10, .1823, 1.5073},
                                            {14, .3132, 2.5681},
                                            {22, .538, 4.3753},
                                            {32, 1.1294, 8.8998},
                                            {45, 2.1691, 16.693},
                                            {65, 3.7506, 25.844},
                                            {90, 5.9869, 37.462},
                                            {130, 8.4483, 65.243}}};
    const double nm = std::clamp(q.process.node_m * 1e9, table.front().nm, table.back().nm);
    auto upper = std::find_if(table.begin(), table.end(), [nm](const Row& r) { return r.nm >= nm; });
    if (upper == table.begin())
        ++upper;
    const auto lower = upper - 1;
    const double share = (nm - lower->nm) / (upper->nm - lower->nm);
    const double b = q.config.effective_bits();
    const double slope = lower->a + share * (upper->a - lower->a);
    const double base = lower->c + share * (upper->c - lower->c);
    const double f = q.process.node_m;
    ComponentCost c;
    c.model = "neurosim";
    c.citation = "DNN_NeuroSim SarADC.cpp coefficients (300 K, low standby power)";
    c.scaling = ScalingClass::analog_matching;
    c.latency_s = (b + 1.0) * 1e-9;
    c.energy_j = (slope * b + base) * 1e-6 * c.latency_s;
    c.area_m2 = ((269.0 + 109.0 * (b - 1)) * 16.0 + (209.0 + 73.0 * (b - 1)) * 24.0) * f * f;
    warn_outside(c, "bits", b, 1, 12);
    warn_outside(c, "node_nm", q.process.node_m * 1e9, 1, 130);
    return c;
}

/// For exploration: grows with bits between 1.1 × and 4 × per bit from 3 to 10 bits, and never falls with rate.
/// Logic and comparator energy proportional to bits, capacitor energy proportional to 4^bits, in ZigZag's
/// proportion, with the level of the Murmann regression at 8 bits and 100 MS/s in 32 nm (1.714 pJ); above
/// 1 GS/s energy grows with the square root of the rate, about as fast as the regression's figure of merit falls.
ComponentCost exploration(const AdcQuery& q)
{
    constexpr ProcessPoint source{32e-9, 0.9};
    const auto shape = [](double bits) { return 100.0 * bits + 0.001 * std::pow(4.0, bits); };
    const double b = q.config.effective_bits();
    const double hurry = std::pow(std::max(1.0, q.config.rate_hz / 1e9), 0.5);
    ComponentCost c;
    c.model = "exploration";
    c.citation = "shape of ZigZag-IMC's converter, level of the Murmann-survey regression at 8 bits, 32 nm";
    c.scaling = ScalingClass::analog_matching;
    c.energy_j = 1.714e-12 * shape(b) / shape(8.0) * hurry * energy_factor(c.scaling, source, q.process);
    // Area of the ISAAC converter at 8 bits; half of it grows with bits, half with the capacitors' 2^bits.
    c.area_m2 = 1200e-12 * 0.5 * (b / 8.0 + std::pow(2.0, b - 8.0)) * hurry * area_factor(c.scaling, source, q.process);
    warn_outside(c, "bits", b, 3, 10);
    warn_outside(c, "rate_gsps", q.config.rate_hz * 1e-9, 0.0, 10.0);
    warn_outside(c, "node_nm", q.process.node_m * 1e9, 7, 130);
    return c;
}

ComponentCost user(const AdcQuery& q) { return q.config.user.at(q.process, ScalingClass::analog_matching); }

ComponentCost user_per_bit(const AdcQuery& q)
{
    ComponentCost c = user(q);
    c.model = "user_per_bit";
    c.energy_j *= q.config.bits;
    c.latency_s *= q.config.bits;
    return c;
}

enum class Kind {
    survey,  ///< what is usual: successive approximation in most sources
    levels,  ///< a comparison or count per level
    numbers, ///< of the user
};

struct Entry {
    AdcModel model;
    const char* name;
    ComponentCost (*cost)(const AdcQuery&);
    Kind kind;
};

constexpr Entry entries[] = {{AdcModel::exploration, "exploration", exploration, Kind::survey},
                             {AdcModel::isaac, "isaac", isaac, Kind::survey},
                             {AdcModel::puma, "puma", puma, Kind::survey},
                             {AdcModel::murmann, "murmann", murmann, Kind::survey},
                             {AdcModel::zigzag, "zigzag", zigzag, Kind::survey},
                             {AdcModel::neurosim, "neurosim", neurosim, Kind::survey},
                             {AdcModel::flash, "flash", flash_adc, Kind::levels},
                             {AdcModel::ramp, "ramp", ramp_adc, Kind::levels},
                             {AdcModel::cco, "cco", cco_adc, Kind::levels},
                             {AdcModel::user, "user", user, Kind::numbers},
                             {AdcModel::user_per_bit, "user_per_bit", user_per_bit, Kind::numbers}};

/// Lowest and highest energy and area of all laws of the survey's kind at this query, over the nominal ones.
void set_ranges_of_laws(const AdcQuery& query, ComponentCost& cost)
{
    for (const Entry& entry : entries) {
        if (entry.kind != Kind::survey)
            continue;
        const ComponentCost other = entry.cost(query);
        const auto widen = [](CostRange& range, double value, double nominal) {
            if (value > 0.0 && nominal > 0.0)
                range = {std::min(range.low, value / nominal), std::max(range.high, value / nominal)};
        };
        widen(cost.energy_range, other.energy_j, cost.energy_j);
        widen(cost.area_range, other.area_m2, cost.area_m2);
    }
}

} // namespace

void warn_outside(ComponentCost& cost, const char* what, double value, double low, double high)
{
    if (value < low || value > high)
        cost.warnings.push_back(fmt::format("{} ADC model: {} = {:g} is outside {:g} … {:g}, where it was stated",
                                            cost.model, what, value, low, high));
}

ComponentCost adc_cost(const AdcQuery& query)
{
    for (const Entry& entry : entries)
        if (entry.model == query.config.model) {
            ComponentCost cost = entry.cost(query);
            cost.energy_j *= query.config.energy_factor;
            if (cost.latency_s == 0.0)
                cost.latency_s = 1.0 / query.config.rate_hz;
            cost.rating_w = cost.energy_j / cost.latency_s + cost.leakage_w;
            if (entry.kind == Kind::survey)
                set_ranges_of_laws(query, cost);
            return cost;
        }
    return {};
}

std::vector<std::string> adc_laws()
{
    std::vector<std::string> names;
    for (const Entry& entry : entries)
        if (entry.kind != Kind::numbers)
            names.emplace_back(entry.name);
    return names;
}

std::optional<AdcModel> adc_law(const std::string& name)
{
    for (const Entry& entry : entries)
        if (entry.kind != Kind::numbers && name == entry.name)
            return entry.model;
    return std::nullopt;
}

std::string adc_table(const std::vector<int>& bits, const std::vector<double>& nodes_m, double rate_hz)
{
    std::string text =
        fmt::format("Energy per conversion in pJ at {:g} GS/s, 0.9 V, 128 rows\n\n| model | node |", rate_hz * 1e-9);
    for (const int b : bits)
        text += fmt::format(" {} bit |", b);
    text += "\n|---|---|";
    for (std::size_t i = 0; i < bits.size(); ++i)
        text += "---|";
    text += "\n";
    for (const Entry& entry : entries) {
        if (entry.kind == Kind::numbers)
            continue;
        for (const double node : nodes_m) {
            text += fmt::format("| {} | {:g} nm |", entry.name, node * 1e9);
            for (const int b : bits) {
                AdcQuery query{{}, {node, 0.9}, 128};
                query.config.model = entry.model;
                query.config.bits = b;
                query.config.rate_hz = rate_hz;
                const ComponentCost cost = adc_cost(query);
                text += fmt::format(" {:.3g}{} |", cost.energy_j * 1e12, cost.warnings.empty() ? "" : " (!)");
            }
            text += "\n";
        }
    }
    for (const double node : nodes_m) {
        text += fmt::format("| lowest … highest | {:g} nm |", node * 1e9);
        for (const int b : bits) {
            AdcQuery query{{}, {node, 0.9}, 128};
            query.config.bits = b;
            query.config.rate_hz = rate_hz;
            const ComponentCost cost = adc_cost(query);
            text += fmt::format(" {:.3g} … {:.3g} |", cost.energy_j * cost.energy_range.low * 1e12,
                                cost.energy_j * cost.energy_range.high * 1e12);
        }
        text += "\n";
    }
    text += "\n(!) outside the range in which the source states its model\n\n";
    for (const Entry& entry : entries)
        if (entry.kind != Kind::numbers)
            text += fmt::format("* {}: {}\n", entry.name, entry.cost({{}, {32e-9, 0.9}, 128}).citation);
    return text;
}

} // namespace imc
