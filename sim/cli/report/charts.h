#pragma once

#include <string>
#include <utility>
#include <vector>

namespace imc::cli
{

/// 1.2544e-6, "J" → "1.254 µJ"; four digits, engineering prefixes; 0 → "0 J".
std::string with_prefix(double value, const std::string& unit);

/// About `count` round values from `low` to at least `high` (steps of 1, 2 or 5 times a power of ten).
std::vector<double> ticks(double low, double high, int count);

/// Horizontal bars of stacked parts, with a legend of the parts' names.
struct Bar {
    std::string label;
    std::vector<double> parts; ///< one per series; negative and NaN count as 0
};
/// The axis goes to the longest bar, or to `reach` if that is more: charts to be compared share one.
std::string stacked_bars(const std::string& title, const std::vector<std::string>& series, const std::vector<Bar>& bars,
                         const std::string& unit, double reach = 0);
/// The length of the longest bar.
double longest(const std::vector<Bar>& bars);

/// What is done when: one row each, a bar from start to end.
struct Task {
    std::string label;
    double start = 0;
    double end = 0;
    std::string hint;
};
std::string gantt(const std::string& title, const std::vector<Task>& tasks, const std::string& unit, double reach = 0);

/// Values over a common axis.
struct Series {
    std::string name;
    std::vector<std::pair<double, double>> points;
    std::vector<std::string> hints; ///< one per point, or none
};
struct Axes {
    std::string x, x_unit; ///< a unit is shown with prefixes; without one the plain number is
    std::string y, y_unit;
    bool joined = true; ///< points joined by lines; else dots alone
    bool dots = true;
};
std::string line_chart(const std::string& title, const Axes& axes, const std::vector<Series>& series);

/// Several charts in one picture, one below the other.
std::string stacked_panels(const std::string& title, const std::vector<std::string>& charts);

} // namespace imc::cli
