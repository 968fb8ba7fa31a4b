#include "sim/cli/validate/evaluate.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "arch/chip/inventory.h"
#include "arch/macro/macro.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/cli/validate/least_squares.h"

namespace imc::cli
{

namespace
{

/// A macro at work, in SI units.
struct Work {
    double macs = 0.0;
    double results = 0.0; ///< columns of results over the arrays
    double energy = 0.0;
    double component_energy = 0.0;
    CostRange energy_range{0.0, 0.0}; ///< of `energy`, where sources differ
    CostRange component_range{0.0, 0.0};
    double interval = 0.0;
    double latency = 0.0;
    double area = 0.0;
    double component_area = 0.0;
    double rating = 0.0;
};

bool is_named(const CasePoint& point, Component component)
{
    return std::ranges::find(point.components, name_of(component)) != point.components.end();
}

Work work_of(const MacroConfig& config, const CasePoint& point)
{
    const auto macro = make_macro(config);
    const CaseOperation& o = point.operation;
    MvmOperation op;
    op.rows = o.rows > 0 ? o.rows : config.rows;
    op.arrays = o.arrays > 0 ? o.arrays : config.arrays;
    const int each = columns_per_weight(config, o.weight_bits);
    const int weights = (o.columns > 0 ? o.columns : config.columns - reserved_columns(config)) / each;
    op.columns = weights * each;
    op.input_bits = o.input_bits;
    op.signed_input = o.signed_input;
    op.activity.assumed_input = o.input_activity;
    op.activity.assumed_weight = o.weight_activity;

    const Clock fine(1);
    const MacroSchedule schedule = macro->schedule(op, fine);
    Work w;
    w.macs = static_cast<double>(op.rows) * weights * op.arrays;
    w.results = static_cast<double>(result_columns(config, op.columns)) * op.arrays;
    w.interval = fine.seconds(schedule.interval) * o.reads;
    w.latency = fine.seconds(schedule.latency) + fine.seconds(schedule.interval) * (o.reads - 1);
    for (const MacroEvent& event : macro->counts(op)) {
        const double joules = (event.event.unit * event.count).joules() * o.reads;
        const CostRange range = energy_range(macro->costs(), event.event);
        w.energy += joules;
        w.energy_range = {w.energy_range.low + joules * range.low, w.energy_range.high + joules * range.high};
        if (is_named(point, event.event.component)) {
            w.component_energy += joules;
            w.component_range = {w.component_range.low + joules * range.low,
                                 w.component_range.high + joules * range.high};
        }
    }
    for (const ComponentArea& part : macro->area()) {
        const double leakage = part.leakage_w * w.interval;
        w.energy += leakage;
        w.energy_range = {w.energy_range.low + leakage, w.energy_range.high + leakage};
        w.rating += part.rating_w;
        if (is_named(point, part.component)) {
            w.component_energy += leakage;
            w.component_range = {w.component_range.low + leakage, w.component_range.high + leakage};
            w.component_area += part.area_m2 * config.area_overhead;
        }
    }
    w.area = macro->area_m2();
    return w;
}

double figure(const Work& w, Quantity quantity)
{
    switch (quantity) {
    case Quantity::energy_pj:
        return w.energy * 1e12;
    case Quantity::energy_per_mac_fj:
        return w.energy / w.macs * 1e15;
    case Quantity::energy_per_operation_fj:
        return w.energy / w.macs * 0.5e15;
    case Quantity::component_energy_pj:
        return w.component_energy * 1e12;
    case Quantity::component_energy_per_result_pj:
        return w.component_energy / w.results * 1e12;
    case Quantity::component_energy_per_operation_fj:
        return w.component_energy / w.macs * 0.5e15;
    case Quantity::energy_share:
        return w.component_energy / w.energy;
    case Quantity::area_share:
        return w.component_area / w.area;
    case Quantity::tops_per_w:
        return 2.0 * w.macs / w.energy * 1e-12;
    case Quantity::tops:
        return 2.0 * w.macs / w.interval * 1e-12;
    case Quantity::tops_per_mm2:
        return 2.0 * w.macs / w.interval * 1e-12 / (w.area * 1e6);
    case Quantity::latency_ns:
        return w.latency * 1e9;
    case Quantity::interval_ns:
        return w.interval * 1e9;
    case Quantity::area_mm2:
        return w.area * 1e6;
    case Quantity::rating_mw:
        return w.rating * 1e3;
    case Quantity::power_mw:
        return w.energy / w.interval * 1e3;
    }
    return 0.0;
}

/// The figure with every unit energy at its lowest or highest; nothing where energy has no part in it or is a share.
std::optional<CostRange> figure_range(const Work& w, Quantity quantity)
{
    if (is_share(quantity) || !(w.energy_range.low < w.energy_range.high))
        return std::nullopt;
    Work low = w;
    low.energy = w.energy_range.low;
    low.component_energy = w.component_range.low;
    Work high = w;
    high.energy = w.energy_range.high;
    high.component_energy = w.component_range.high;
    const double a = figure(low, quantity);
    const double b = figure(high, quantity);
    if (a == b)
        return std::nullopt;
    return CostRange{std::min(a, b), std::max(a, b)};
}

double error_of(const CasePoint& point, double value)
{
    return is_share(point.quantity) ? value - point.published : value / point.published - 1.0;
}

std::vector<std::string> assignments_of(const std::vector<FreeParameter>& parameters, const std::vector<double>& values)
{
    std::vector<std::string> assignments;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        assignments.push_back(fmt::format("{}={}", parameters[i].path, values[i]));
    return assignments;
}

std::vector<double> fit(const ValidationCase& c, const std::vector<const CasePoint*>& points)
{
    std::vector<double> start;
    for (const FreeParameter& parameter : c.free)
        start.push_back(parameter.start);
    return fit_positive(start, [&](const std::vector<double>& values) {
        std::vector<double> residuals;
        for (const CasePoint* point : points)
            residuals.push_back(std::log(simulated(c, assignments_of(c.free, values), *point) / point->published));
        return residuals;
    });
}

} // namespace

namespace
{

/// Every macro of every tile at work.
Work work_of(const ChipConfig& chip, int tiles, const CasePoint& point)
{
    const TileConfig& tile = chip.tiles.front();
    Work w = work_of(tile.core.macro, point);
    w.macs *= static_cast<double>(tile.macros() * tiles);
    const std::vector<Block> blocks = inventory(chip, std::vector<std::int64_t>{tiles});
    w.area = total_area_m2(blocks);
    w.rating = total_rating_w(blocks);
    return w;
}

Work work_at(const ValidationCase& c, const std::vector<std::string>& assignments, const CasePoint& point)
{
    config::Document document = config::Document::load(c.chip.empty() ? c.macro : c.chip);
    for (const std::string& assignment : assignments)
        document.set(assignment);
    for (const std::string& assignment : point.set)
        document.set(assignment);
    if (c.chip.empty())
        return work_of(document.read<MacroConfig>(), point);
    const auto chip = document.read<ChipConfig>();
    if (chip.tiles.size() != 1)
        throw ConfigError(c.chip.string() + ": tiles",
                          fmt::format("a validation case takes chips of one tile type, got {}", chip.tiles.size()));
    return work_of(chip, c.tiles, point);
}

} // namespace

double simulated(const ValidationCase& c, const std::vector<std::string>& assignments, const CasePoint& point)
{
    return figure(work_at(c, assignments, point), point.quantity);
}

CaseResult evaluate(const ValidationCase& c, const std::string& file)
{
    std::vector<const CasePoint*> fitted;
    for (const CasePoint& point : c.points)
        if (point.role == PointRole::fit)
            fitted.push_back(&point);

    CaseResult result;
    result.name = c.name;
    result.file = file;
    result.note = c.note;
    result.free = c.free.size() + static_cast<std::size_t>(c.chosen);
    result.fitted = fitted.size();
    result.predicted = static_cast<std::size_t>(std::ranges::count(c.points, PointRole::predict, &CasePoint::role));
    result.parameters = c.free;
    const std::vector<double> values = c.free.empty() ? std::vector<double>{} : fit(c, fitted);
    for (std::size_t i = 0; i < values.size(); ++i)
        result.parameters[i].start = values[i];
    result.family = c.chip.empty() ? config::Document::load(c.macro).read<MacroConfig>().family_name() : "chip";

    for (const CasePoint& point : c.points) {
        PointResult r;
        r.point = point;
        const Work work = work_at(c, assignments_of(c.free, values), point);
        r.simulated = figure(work, point.quantity);
        r.range = figure_range(work, point.quantity);
        r.error = error_of(point, r.simulated);
        r.pass = point.role == PointRole::compare || std::abs(r.error) <= point.tolerance;
        if (point.role == PointRole::fit) {
            result.fit_error = std::max(result.fit_error, std::abs(r.error));
            if (!c.free.empty() && fitted.size() > c.free.size()) {
                std::vector<const CasePoint*> others;
                for (const CasePoint* p : fitted)
                    if (p != &point)
                        others.push_back(p);
                r.leave_one_out = error_of(point, simulated(c, assignments_of(c.free, fit(c, others)), point));
                result.leave_one_out_error =
                    std::max(result.leave_one_out_error.value_or(0.0), std::abs(*r.leave_one_out));
            }
        } else if (point.role == PointRole::predict) {
            result.prediction_error = std::max(result.prediction_error, std::abs(r.error));
        }
        result.points.push_back(r);
    }
    return result;
}

} // namespace imc::cli
