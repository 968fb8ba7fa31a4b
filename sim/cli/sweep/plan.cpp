#include "sim/cli/sweep/plan.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"

namespace imc::cli
{

namespace
{

constexpr std::size_t most_points = 1'000'000;

struct Axis {
    std::string path;
    std::vector<std::string> values; ///< JSON text
};

Axis parse_axis(const std::string& text, const std::string& where)
{
    const std::size_t equals = text.find('=');
    const auto list = equals == std::string::npos ? nlohmann::json(nlohmann::json::value_t::discarded)
                                                  : nlohmann::json::parse(text.substr(equals + 1), nullptr, false);
    if (equals == 0 || !list.is_array() || list.empty())
        throw ConfigError(where, fmt::format("expected PATH=[VALUE, VALUE, …], got '{}'", text));
    Axis axis{text.substr(0, equals), {}};
    for (const auto& value : list)
        axis.values.push_back(value.dump());
    return axis;
}

std::vector<SweepPoint> grid_points(const std::vector<Axis>& axes, const std::string& where)
{
    std::size_t count = 1;
    for (const Axis& axis : axes) {
        if (count > most_points / axis.values.size())
            throw ConfigError(where, fmt::format("has more than {} points", most_points));
        count *= axis.values.size();
    }
    std::vector<SweepPoint> points(count);
    const std::size_t digits = std::max<std::size_t>(3, std::to_string(count - 1).size());
    for (std::size_t i = 0; i < count; ++i) {
        SweepPoint& point = points[i];
        point.name = fmt::format("{:0{}}", i, digits);
        point.values.resize(axes.size());
        std::size_t rest = i;
        for (std::size_t a = axes.size(); a-- > 0; rest /= axes[a].values.size())
            point.values[a] = axes[a].values[rest % axes[a].values.size()];
        for (std::size_t a = 0; a < axes.size(); ++a)
            point.set.push_back(axes[a].path + "=" + point.values[a]);
    }
    return points;
}

void list_points(SweepPlan& plan, const std::string& file)
{
    const auto& list = plan.config.points;
    for (std::size_t i = 0; i < list.size(); ++i) {
        SweepPoint point{list[i].name.empty() ? fmt::format("{:03}", i) : list[i].name, list[i].set, {}};
        for (const std::string& assignment : point.set) {
            const std::size_t equals = assignment.find('=');
            if (equals == std::string::npos || equals == 0)
                throw ConfigError(fmt::format("{}: points[{}].set", file, i),
                                  fmt::format("expected PATH=VALUE, got '{}'", assignment));
            const std::string path = assignment.substr(0, equals);
            auto axis = std::ranges::find(plan.axes, path);
            if (axis == plan.axes.end())
                axis = plan.axes.insert(axis, path);
            point.values.resize(std::max(point.values.size(), static_cast<std::size_t>(axis - plan.axes.begin()) + 1));
            point.values[static_cast<std::size_t>(axis - plan.axes.begin())] = assignment.substr(equals + 1);
        }
        plan.points.push_back(std::move(point));
    }
    for (SweepPoint& point : plan.points)
        point.values.resize(plan.axes.size());
}

} // namespace

void SweepConfig::Point::fields(config::Visitor& v)
{
    v.text("name", name, "the directory of the point's result; its number if left out");
    v.texts("set", set, "assignments PATH=VALUE, as for --set");
}

void SweepConfig::Plot::fields(config::Visitor& v)
{
    v.text("x", x, "the path on the horizontal axis; the first that varies if left out");
    v.texts("y", y, "the results drawn, one panel each (latency_s, energy_j, chip.area_mm2, …)");
}

void SweepConfig::fields(config::Visitor& v)
{
    v.text("schema", schema, "imcsim.sweep/1", config::Presence::required);
    v.path("experiment", experiment, "the experiment that is varied", config::Presence::required);
    v.texts("set", set, "assignments PATH=VALUE that all points share");
    v.texts("grid", grid, "axes PATH=[VALUE, VALUE, …]; every combination is a point, the last axis varies fastest");
    v.list("points", points, "the points one by one, instead of a grid");
    v.texts("columns", columns, "what the table has of each result, by path");
    v.section("plot", plot, "the picture");
}

void SweepConfig::check(const config::Place& place) const
{
    if (schema != "imcsim.sweep/1")
        place.fail("schema", fmt::format("expected \"imcsim.sweep/1\", got \"{}\"", schema));
    std::set<std::string> names;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::string& name = points[i].name;
        if (name.find('/') != std::string::npos || name.starts_with('.'))
            place.fail(fmt::format("points[{}].name", i), fmt::format("'{}' cannot name a directory", name));
        if (!name.empty() && !names.insert(name).second)
            place.fail(fmt::format("points[{}].name", i), fmt::format("'{}' is used twice", name));
    }
}

SweepPlan plan_sweep(const config::Document& document)
{
    SweepPlan plan;
    plan.config = document.read<SweepConfig>();
    const std::string file = document.file().string();
    // After the reading, so that a misspelt key is named as such and not as a missing grid.
    if (plan.config.grid.empty() == plan.config.points.empty())
        throw ConfigError(file + ": grid", plan.config.grid.empty() ? "a sweep needs a grid or points"
                                                                    : "a sweep has either a grid or points, not both");
    if (plan.config.grid.empty()) {
        list_points(plan, file);
    } else {
        std::vector<Axis> axes;
        for (std::size_t i = 0; i < plan.config.grid.size(); ++i) {
            axes.push_back(parse_axis(plan.config.grid[i], fmt::format("{}: grid[{}]", file, i)));
            if (std::ranges::find(plan.axes, axes.back().path) != plan.axes.end())
                throw ConfigError(fmt::format("{}: grid[{}]", file, i),
                                  fmt::format("'{}' is an axis already", axes.back().path));
            plan.axes.push_back(axes.back().path);
        }
        plan.points = grid_points(axes, file + ": grid");
    }
    if (!plan.config.plot.x.empty() && std::ranges::find(plan.axes, plan.config.plot.x) == plan.axes.end())
        throw ConfigError(file + ": plot.x", fmt::format("'{}' does not vary in this sweep", plan.config.plot.x));
    for (SweepPoint& point : plan.points)
        point.set.insert(point.set.begin(), plan.config.set.begin(), plan.config.set.end());
    if (plan.config.columns.empty())
        plan.config.columns = {"cycles",
                               "latency_s",
                               "throughput_inferences_per_s",
                               "energy_j",
                               "energy_per_inference_steady_j",
                               "average_power_w",
                               "peak_power_w",
                               "tops",
                               "tops_per_w",
                               "tops_per_mm2",
                               "edp_js",
                               "chip.tiles",
                               "chip.arrays_used",
                               "chip.area_mm2",
                               "accuracy.top1_mean"};
    if (plan.config.plot.y.empty())
        plan.config.plot.y = {"latency_s", "energy_per_inference_steady_j", "chip.area_mm2"};
    return plan;
}

} // namespace imc::cli
