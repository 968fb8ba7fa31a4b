#pragma once

#include <string>
#include <utility>
#include <vector>

namespace imc::nas
{

/// A chart as stand-alone SVG: axes with round ticks, then what is drawn on them in data coordinates.
class Chart
{
public:
    struct Axis {
        std::string title;
        double low = 0.0;
        double high = 1.0;
        bool logarithmic = false; ///< needs low > 0

        /// Linear, or logarithmic where all is positive and spans more than a decade and a half; with a margin.
        static Axis around(std::string title, double low, double high);
        /// 0 at low, 1 at high.
        double share(double value) const;
    };
    using Points = std::vector<std::pair<double, double>>;

    Chart(std::string title, Axis x, Axis y);

    /// Marks with a tooltip each (tooltips may be empty).
    void dots(const Points& points, const std::string& colour, double radius,
              const std::vector<std::string>& tips = {});
    void line(const Points& points, const std::string& colour, double width);
    /// A line that runs level and then steps.
    void steps(const Points& points, const std::string& colour);
    /// Dashed lines through a point.
    void cross(double x, double y, const std::string& label);
    void legend(const std::string& colour, const std::string& label);
    std::string svg() const;

private:
    double px(double x) const;
    double py(double y) const;

    Axis x_, y_;
    std::string title_;
    std::string body_;
    std::string legend_;
    double legend_width_ = 0.0;
};

/// Horizontal bars, one per label, values in [0, 1], as stand-alone SVG; `tips` say more.
std::string bars(const std::string& title, const std::vector<std::string>& labels, const std::vector<double>& values);

/// Vertical axes side by side with a line per item through its value on each ([0, 1]; NaN leaves a gap).
struct ParallelAxis {
    std::string title;
    std::string low;
    std::string high;
};
struct ParallelLine {
    std::vector<double> values;
    std::string colour;
    double width;
    std::string tip;
};
std::string parallel(const std::string& title, const std::vector<ParallelAxis>& axes,
                     const std::vector<ParallelLine>& lines);

std::string escaped(const std::string& text);

} // namespace imc::nas
