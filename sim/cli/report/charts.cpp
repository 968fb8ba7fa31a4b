#include "sim/cli/report/charts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "sim/base/utf8.h"
#include "sim/cli/report/svg.h"

namespace imc::cli
{

namespace
{

constexpr double width = 720;
constexpr double right = 60;
constexpr double row_height = 20;

double usable(double value) { return std::isfinite(value) && value > 0 ? value : 0; }

std::string shown(double value, const std::string& unit)
{
    return unit.empty() ? fmt::format("{:g}", value) : with_prefix(value, unit);
}

constexpr std::size_t longest_label = 36;

/// The width of the column that the labels of all items need.
template <class Item> double labels_width(const std::vector<Item>& items)
{
    std::size_t characters = 0;
    for (const Item& item : items)
        characters = std::max(characters, std::min(item.label.size(), longest_label));
    return std::max(150.0, 16 + 7.0 * static_cast<double>(characters));
}

/// The names of the series with their colours, in rows; returns the height used. A series without a name has nothing
/// to show.
double legend(Svg& svg, double left, double y, const std::vector<std::string>& names)
{
    double x = left;
    const double top = y;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].empty())
            continue;
        const double advance = 28 + 7.0 * static_cast<double>(names[i].size());
        if (x + advance > width - 10 && x > left) {
            x = left;
            y += 18;
        }
        svg.rectangle(x, y, 12, 12, colour(i));
        svg.text(x + 17, y + 10.5, names[i]);
        x += advance;
    }
    return y + 26 - top;
}

double legend_height(double left, const std::vector<std::string>& names)
{
    Svg nowhere(0, 0, "");
    return legend(nowhere, left, 0, names);
}

/// The series' names, "" for those of which no bar has anything.
std::vector<std::string> shown_series(const std::vector<std::string>& series, const std::vector<Bar>& bars)
{
    std::vector<std::string> names(series.size());
    for (const Bar& bar : bars)
        for (std::size_t i = 0; i < std::min(series.size(), bar.parts.size()); ++i)
            if (usable(bar.parts[i]) > 0)
                names[i] = series[i];
    return names;
}

/// Vertical lines with their values below the rows.
void time_axis(Svg& svg, double left, double top, double bottom, double high, const std::string& unit)
{
    for (const double tick : ticks(0, high, 6)) {
        if (tick > high * 1.0001)
            break;
        const double x = left + (width - left - right) * tick / high;
        svg.line(x, top, x, bottom, 0.15);
        svg.text(x, bottom + 15, shown(tick, unit), Svg::Anchor::middle, 11);
    }
}

} // namespace

std::string with_prefix(double value, const std::string& unit)
{
    if (!std::isfinite(value))
        return "–";
    if (value == 0)
        return "0 " + unit;
    static constexpr std::array<const char*, 13> prefixes = {"z", "a", "f", "p", "n", "µ", "m",
                                                             "",  "k", "M", "G", "T", "P"};
    int step = static_cast<int>(std::floor(std::log10(std::abs(value)) / 3));
    step = std::clamp(step, -7, 5);
    double scaled = value / std::pow(1000.0, step);
    if (std::abs(scaled) >= 999.95 && step < 5) // would be shown as 1000
        scaled = value / std::pow(1000.0, ++step);
    return fmt::format("{:.4g} {}{}", scaled, prefixes[static_cast<std::size_t>(step + 7)], unit);
}

std::vector<double> ticks(double low, double high, int count)
{
    if (!(high > low) || !std::isfinite(high - low))
        return {low};
    const double raw = (high - low) / count;
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    const double step = power * (raw <= power ? 1 : raw <= 2 * power ? 2 : raw <= 5 * power ? 5 : 10);
    std::vector<double> values;
    const double first = std::floor(low / step + 1e-9);
    for (int i = 0; i <= 2 * count + 2; ++i) {
        values.push_back((first + i) * step);
        if (values.back() >= high - 1e-9 * step)
            break;
    }
    return values;
}

double longest(const std::vector<Bar>& bars)
{
    double high = 0;
    for (const Bar& bar : bars) {
        double sum = 0;
        for (const double part : bar.parts)
            sum += usable(part);
        high = std::max(high, sum);
    }
    return high;
}

std::string stacked_bars(const std::string& title, const std::vector<std::string>& series, const std::vector<Bar>& bars,
                         const std::string& unit, double reach)
{
    const double left = labels_width(bars);
    const std::vector<std::string> names = shown_series(series, bars);
    const double head = series.size() > 1 ? legend_height(left, names) : 4;
    const double bottom = head + row_height * static_cast<double>(bars.size());
    Svg svg(width, bottom + 26, title);
    if (series.size() > 1)
        legend(svg, left, 2, names);
    double high = std::max(longest(bars), usable(reach));
    if (high == 0)
        high = 1;
    time_axis(svg, left, head, bottom, high, unit);
    double y = head;
    for (const Bar& bar : bars) {
        svg.text(left - 8, y + 14, shortened(bar.label, longest_label), Svg::Anchor::end);
        double x = left, sum = 0;
        for (std::size_t i = 0; i < bar.parts.size(); ++i) {
            const double value = usable(bar.parts[i]);
            if (value == 0)
                continue;
            const double length = (width - left - right) * value / high;
            const std::string name = i < series.size() ? series[i] + ": " : "";
            svg.rectangle(x, y + 2, length, row_height - 4, colour(i), name + shown(value, unit));
            x += length;
            sum += value;
        }
        svg.text(x + 5, y + 14, shown(sum, unit), Svg::Anchor::start, 11);
        y += row_height;
    }
    return svg.finish();
}

std::string gantt(const std::string& title, const std::vector<Task>& tasks, const std::string& unit, double reach)
{
    const double left = labels_width(tasks);
    const double bottom = 4 + row_height * static_cast<double>(tasks.size());
    Svg svg(width, bottom + 26, title);
    double high = usable(reach);
    for (const Task& task : tasks)
        high = std::max(high, usable(task.end));
    if (high == 0)
        high = 1;
    time_axis(svg, left, 4, bottom, high, unit);
    const double scale = (width - left - right) / high;
    double y = 4;
    for (std::size_t i = 0; i < tasks.size(); ++i, y += row_height) {
        const Task& task = tasks[i];
        svg.text(left - 8, y + 14, shortened(task.label, longest_label), Svg::Anchor::end);
        const double start = usable(task.start);
        svg.rectangle(left + start * scale, y + 3, std::max(1.0, (usable(task.end) - start) * scale), row_height - 6,
                      colour(0), task.hint);
    }
    return svg.finish();
}

std::string line_chart(const std::string& title, const Axes& axes, const std::vector<Series>& series)
{
    constexpr double height = 260, margin = 80;
    std::vector<std::string> names;
    double low_x = std::numeric_limits<double>::infinity(), high_x = -low_x, high_y = 0, low_y = 0;
    for (const Series& s : series) {
        names.push_back(s.name);
        for (const auto& [x, y] : s.points) {
            if (!std::isfinite(x) || !std::isfinite(y))
                continue;
            low_x = std::min(low_x, x);
            high_x = std::max(high_x, x);
            low_y = std::min(low_y, y);
            high_y = std::max(high_y, y);
        }
    }
    if (low_x > high_x)
        low_x = high_x = 0;
    if (low_x == high_x)
        high_x = low_x + 1;
    if (low_y == high_y)
        high_y = low_y + 1;
    const auto y_ticks = ticks(low_y, high_y, 5);
    high_y = y_ticks.back();
    const double top = names.size() > 1 ? 30 + legend_height(margin, names) : 30, bottom = top + height;
    Svg svg(width, bottom + 42, title);
    if (names.size() > 1)
        legend(svg, margin, 22, names);
    svg.text(4, 12, axes.y, Svg::Anchor::start, 12);
    const auto at_x = [&](double x) { return margin + (width - margin - 20) * (x - low_x) / (high_x - low_x); };
    const auto at_y = [&](double y) { return bottom - height * (y - low_y) / (high_y - low_y); };
    for (const double tick : y_ticks) {
        svg.line(margin, at_y(tick), width - 20, at_y(tick), 0.15);
        svg.text(margin - 6, at_y(tick) + 4, shown(tick, axes.y_unit), Svg::Anchor::end, 11);
    }
    for (const double tick : ticks(low_x, high_x, 8)) {
        if (tick < low_x - 1e-12 * std::abs(low_x) || tick > high_x * (1 + 1e-12))
            continue;
        svg.line(at_x(tick), bottom, at_x(tick), bottom + 4);
        svg.text(at_x(tick), bottom + 17, shown(tick, axes.x_unit), Svg::Anchor::middle, 11);
    }
    svg.line(margin, bottom, width - 20, bottom);
    svg.text(width - 20, bottom + 34, axes.x, Svg::Anchor::end, 12);
    for (std::size_t i = 0; i < series.size(); ++i) {
        std::vector<std::pair<double, double>> points;
        for (std::size_t j = 0; j < series[i].points.size(); ++j) {
            const auto& [x, y] = series[i].points[j];
            if (!std::isfinite(x) || !std::isfinite(y))
                continue;
            points.emplace_back(at_x(x), at_y(y));
            if (axes.dots)
                svg.dot(at_x(x), at_y(y), colour(i), j < series[i].hints.size() ? series[i].hints[j] : "");
        }
        if (axes.joined && points.size() > 1)
            svg.path(points, colour(i));
    }
    return svg.finish();
}

std::string stacked_panels(const std::string& title, const std::vector<std::string>& charts)
{
    double height = 0;
    Svg measured(0, 0, "");
    for (const std::string& chart : charts)
        height += measured.insert(0, chart) + 10;
    Svg svg(width, height, title);
    double y = 0;
    for (const std::string& chart : charts)
        y += svg.insert(y, chart) + 10;
    return svg.finish();
}

} // namespace imc::cli
