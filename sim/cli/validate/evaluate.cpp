#include "sim/cli/validate/evaluate.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/cli/validate/figure.h"
#include "sim/cli/validate/least_squares.h"

namespace imc::cli
{

namespace
{

double error_of(const CasePoint& point, double value)
{
    return is_share(point.quantity) ? value - point.published : value / point.published - 1.0;
}

/// A case in its file, whose points each change the macro or chip on their way.
struct Case {
    ValidationCase content;
    config::Document bare; ///< the case without its points: read anew for each of them

    explicit Case(const config::Document& document) : content(document.read<ValidationCase>()), bare(document)
    {
        bare.set("points=[]");
        bare.set("free=[]");
    }

    std::string place(std::string_view list, std::size_t i, std::string_view key = "") const
    {
        return fmt::format("{}: {}[{}]{}", bare.file().string(), list, i, key);
    }

    /// The case with these values of the free parameters and with the point's own.
    ValidationCase changed(const std::vector<double>& values, std::size_t point) const
    {
        config::Document document = bare;
        const std::string part = content.chip ? "chip." : "macro.";
        for (std::size_t i = 0; i < values.size(); ++i)
            document.set(fmt::format("{}{}={}", part, content.free[i].path, values[i]), place("free", i, ".path"));
        const std::vector<std::string>& assignments = content.points[point].set;
        for (std::size_t i = 0; i < assignments.size(); ++i)
            document.set(part + assignments[i], place("points", point, fmt::format(".set[{}]", i)));
        try {
            return document.read<ValidationCase>();
        } catch (const ConfigError& e) {
            // What does not go together any more may be told of a key that nobody changed.
            const std::string what = e.what();
            if (what.starts_with(bare.file().string() + ": points[") ||
                what.starts_with(bare.file().string() + ": free["))
                throw;
            throw ConfigError(place("points", point), "with its changes: " + what);
        }
    }

    /// The point at work.
    Work work(const std::vector<double>& values, std::size_t point) const
    {
        const CasePoint& p = content.points[point];
        const ValidationCase now = changed(values, point);
        const config::Place operation{bare.file().string(), fmt::format("points[{}].operation", point)};
        if (now.macro)
            return work_of(*now.macro, p, operation);
        if (now.chip->tiles.size() != 1)
            throw ConfigError(
                bare.file().string() + ": chip.tiles",
                fmt::format("a validation case takes chips of one tile type, got {}", now.chip->tiles.size()));
        return work_of(*now.chip, now.tiles, p, operation);
    }

    double simulated(const std::vector<double>& values, std::size_t point) const
    {
        return figure(work(values, point), content.points[point].quantity);
    }

    /// The free parameters by these points.
    std::vector<double> fit(const std::vector<std::size_t>& points) const
    {
        std::vector<double> start;
        for (const FreeParameter& parameter : content.free)
            start.push_back(parameter.start);
        for (const std::size_t i : points)
            if (const double value = simulated(start, i); !(value > 0.0 && std::isfinite(value)))
                throw ConfigError(
                    place("points", i),
                    fmt::format("cannot be fitted, its {} is {} where the free parameters start: must be above 0",
                                name_of(content.points[i].quantity), value));
        return fit_positive(start, [&](const std::vector<double>& values) {
            std::vector<double> residuals;
            for (const std::size_t i : points)
                residuals.push_back(std::log(simulated(values, i) / content.points[i].published));
            return residuals;
        });
    }
};

} // namespace

bool CaseResult::within_tolerances() const { return std::ranges::all_of(points, &PointResult::pass); }

const char* CaseResult::status() const
{
    if (overfitted())
        return "fitted, not validated";
    if (!within_tolerances())
        return "outside tolerance";
    return free == 0 ? "no free number" : "validated";
}

CaseResult evaluate(const config::Document& document)
{
    const Case c(document);
    const std::vector<CasePoint>& points = c.content.points;
    std::vector<std::size_t> fitted;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (points[i].role == PointRole::fit)
            fitted.push_back(i);

    CaseResult result;
    result.name = c.content.name;
    result.file = document.file().filename().string();
    result.note = c.content.note;
    result.parameters = c.content.free;
    result.free = result.parameters.size() + static_cast<std::size_t>(c.content.chosen);
    result.fitted = fitted.size();
    result.predicted = static_cast<std::size_t>(std::ranges::count(points, PointRole::predict, &CasePoint::role));
    const std::vector<double> values = result.parameters.empty() ? std::vector<double>{} : c.fit(fitted);
    for (std::size_t i = 0; i < values.size(); ++i)
        result.parameters[i].start = values[i];
    result.family = c.content.macro ? c.content.macro->family_name() : "chip";

    for (std::size_t i = 0; i < points.size(); ++i) {
        const CasePoint& point = points[i];
        PointResult r;
        r.point = point;
        const Work work = c.work(values, i);
        r.simulated = figure(work, point.quantity);
        r.range = figure_range(work, point.quantity);
        r.error = error_of(point, r.simulated);
        r.pass = point.role == PointRole::compare || std::abs(r.error) <= point.tolerance;
        if (point.role == PointRole::fit) {
            result.fit_error = std::max(result.fit_error, std::abs(r.error));
            if (!values.empty() && fitted.size() > values.size()) {
                std::vector<std::size_t> others = fitted;
                std::erase(others, i);
                r.leave_one_out = error_of(point, c.simulated(c.fit(others), i));
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
