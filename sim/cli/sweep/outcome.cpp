#include "sim/cli/sweep/outcome.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <regex>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/cli/json_diff.h"
#include "sim/cli/report/charts.h"

namespace imc::cli
{

namespace
{

using Json = nlohmann::ordered_json;

std::string field(const std::string& text)
{
    if (text.find_first_of(",\"\n\r") == std::string::npos)
        return text;
    return '"' + std::regex_replace(text, std::regex("\""), "\"\"") + '"';
}

/// A JSON text without the quotes of a string.
std::string plain(const std::string& text)
{
    const auto json = nlohmann::json::parse(text, nullptr, false);
    return json.is_string() ? json.get<std::string>() : text;
}

std::optional<double> as_number(const std::string& text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::vector<Json> parse_all(const std::vector<SweepOutcome>& outcomes)
{
    std::vector<Json> results;
    for (const SweepOutcome& outcome : outcomes)
        results.push_back(outcome.result.empty() ? Json() : Json::parse(outcome.result));
    return results;
}

/// The unit that a key's suffix names, for the axis of a chart.
std::string unit_of(const std::string& path)
{
    static const std::vector<std::pair<std::string, std::string>> suffixes = {
        {"_inferences_per_s", "inf/s"}, {"_js", "Js"}, {"_s", "s"}, {"_j", "J"}, {"_w", "W"}, {"_hz", "Hz"}};
    for (const auto& [suffix, unit] : suffixes)
        if (path.ends_with(suffix) && !path.ends_with("per_w"))
            return unit;
    return "";
}

/// Where the points stand on the horizontal axis.
std::vector<double> positions(const SweepPlan& plan, std::size_t axis)
{
    std::vector<double> x;
    std::vector<std::string> seen;
    bool numbers = true;
    for (const SweepPoint& point : plan.points)
        numbers = numbers && as_number(point.values[axis]).has_value();
    for (const SweepPoint& point : plan.points) {
        if (numbers) {
            x.push_back(*as_number(point.values[axis]));
            continue;
        }
        const auto known = std::ranges::find(seen, point.values[axis]);
        x.push_back(static_cast<double>(known - seen.begin()));
        if (known == seen.end())
            seen.push_back(point.values[axis]);
    }
    return x;
}

/// What tells a point's line from the others: its values on all other axes.
std::string line_of(const SweepPlan& plan, const SweepPoint& point, std::size_t axis)
{
    std::string name;
    for (std::size_t a = 0; a < plan.axes.size(); ++a) {
        if (a == axis || point.values[a].empty())
            continue;
        const std::size_t dot = plan.axes[a].rfind('.');
        name +=
            fmt::format("{}{} = {}", name.empty() ? "" : ", ",
                        dot == std::string::npos ? plan.axes[a] : plan.axes[a].substr(dot + 1), plain(point.values[a]));
    }
    return name;
}

/// Or would have, if what is null were not.
bool may_have(const Json& result, const std::string& path)
{
    if (at_path(result, path))
        return true;
    for (std::size_t end = path.find_last_of(".["); end != std::string::npos && end > 0;
         end = path.find_last_of(".[", end - 1))
        if (const Json* above = at_path(result, path.substr(0, end)))
            return above->is_null();
    return false;
}

} // namespace

std::string sweep_csv(const SweepPlan& plan, const std::vector<SweepOutcome>& outcomes)
{
    std::string csv = "point";
    for (const auto* names : {&plan.axes, &plan.config.columns})
        for (const std::string& name : *names)
            csv += "," + field(name);
    csv += ",error\n";
    const std::vector<Json> results = parse_all(outcomes);
    for (std::size_t i = 0; i < plan.points.size(); ++i) {
        csv += field(plan.points[i].name);
        for (const std::string& value : plan.points[i].values)
            csv += "," + field(plain(value));
        for (const std::string& column : plan.config.columns) {
            const Json* value = at_path(results[i], column);
            csv += "," + (value && !value->is_null() ? field(plain(value->dump())) : "");
        }
        csv += "," + field(outcomes[i].error) + "\n";
    }
    return csv;
}

std::string absent_column(const SweepPlan& plan, const std::vector<SweepOutcome>& outcomes)
{
    const std::vector<Json> results = parse_all(outcomes);
    const auto failed = [](const SweepOutcome& outcome) { return outcome.result.empty(); };
    if (std::ranges::all_of(outcomes, failed))
        return "";
    for (const auto* names : {&plan.config.columns, &plan.config.plot.y})
        for (const std::string& name : *names)
            if (std::ranges::none_of(results, [&](const Json& r) { return may_have(r, name); }))
                return name;
    return "";
}

std::string sweep_svg(const SweepPlan& plan, const std::vector<SweepOutcome>& outcomes)
{
    std::size_t axis = 0;
    if (!plan.config.plot.x.empty())
        axis = static_cast<std::size_t>(std::ranges::find(plan.axes, plan.config.plot.x) - plan.axes.begin());
    const std::vector<Json> results = parse_all(outcomes);
    const std::vector<double> x = plan.axes.empty() ? std::vector<double>(plan.points.size()) : positions(plan, axis);
    std::vector<std::string> panels;
    for (const std::string& quantity : plan.config.plot.y) {
        std::vector<Series> lines;
        for (std::size_t i = 0; i < plan.points.size(); ++i) {
            const Json* value = at_path(results[i], quantity);
            if (!value || !value->is_number())
                continue;
            const std::string name = line_of(plan, plan.points[i], axis);
            auto line = std::ranges::find(lines, name, &Series::name);
            if (line == lines.end())
                line = lines.insert(line, {name, {}, {}});
            line->points.emplace_back(x[i], value->get<double>());
            line->hints.push_back(fmt::format("{}: {}", plan.points[i].name, value->dump()));
        }
        const std::string x_name = plan.axes.empty() ? "" : plan.axes[axis];
        panels.push_back(line_chart(quantity, {x_name, "", quantity, unit_of(quantity), true, true}, lines));
    }
    return stacked_panels("sweep of " + plan.config.experiment.filename().string(), panels);
}

} // namespace imc::cli
