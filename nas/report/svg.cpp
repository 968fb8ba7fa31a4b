#include "nas/report/svg.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace imc::nas
{

namespace
{

constexpr double width = 720, height = 420;
constexpr double left = 84, right = 20, top = 44, bottom = 56;
constexpr const char* ink = "#333";
constexpr const char* grid = "#e4e4e4";

std::string opening(double w, double h, const std::string& title)
{
    return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" "
                       "font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"{}\">\n"
                       "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
                       "<text x=\"{}\" y=\"24\" font-size=\"15\" fill=\"{}\">{}</text>\n",
                       w, h, w, h, escaped(title), left, ink, escaped(title));
}

/// About n round numbers that span the range.
std::vector<double> ticks(double low, double high, int n)
{
    const double raw = (high - low) / n;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double step = power * (raw / power < 1.5 ? 1 : raw / power < 3.5 ? 2 : raw / power < 7.5 ? 5 : 10);
    std::vector<double> values;
    for (double t = std::ceil(low / step - 1e-9) * step; t <= high + 1e-9 * step; t += step)
        values.push_back(std::abs(t) < 1e-12 * step ? 0 : t);
    return values;
}

/// 1, 2 and 5 times powers of ten; powers alone where there are many.
std::vector<double> decades(double low, double high)
{
    const bool many = std::log10(high / low) > 3.5;
    std::vector<double> values;
    for (double power = std::floor(std::log10(low)); power <= std::log10(high); ++power)
        for (const double factor : {1.0, 2.0, 5.0})
            if (const double t = factor * std::pow(10, power); t >= low && t <= high && (factor == 1 || !many))
                values.push_back(t);
    return values;
}

std::vector<double> ticks_of(const Chart::Axis& axis, int n)
{
    return axis.logarithmic ? decades(axis.low, axis.high) : ticks(axis.low, axis.high, n);
}

/// The power of ten, a multiple of three, that a linear axis has in its title instead of on every tick; 0: none.
int exponent_of(const Chart::Axis& axis)
{
    const double most = std::max(std::abs(axis.low), std::abs(axis.high));
    if (axis.logarithmic || !(most > 0) || (most >= 0.01 && most < 1e5))
        return 0;
    return static_cast<int>(std::floor(std::log10(most) / 3)) * 3;
}

std::string title_of(const Chart::Axis& axis)
{
    const int exponent = exponent_of(axis);
    return exponent == 0 ? axis.title : fmt::format("{} (1e{})", axis.title, exponent);
}

std::string label_of(const Chart::Axis& axis, double tick)
{
    return fmt::format("{:.5g}", tick / std::pow(10.0, exponent_of(axis)));
}

} // namespace

Chart::Axis Chart::Axis::around(std::string title, double low, double high)
{
    constexpr double margin = 0.04;
    if (low > 0 && high > 30 * low) {
        const double factor = std::pow(high / low, margin);
        return {std::move(title), low / factor, high * factor, true};
    }
    return {std::move(title), low - margin * (high - low), high + margin * (high - low)};
}

double Chart::Axis::share(double value) const
{
    if (!(high > low))
        return 0.5;
    return logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
}

std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text)
        switch (c) {
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '&':
            result += "&amp;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += c;
        }
    return result;
}

Chart::Chart(std::string title, Axis x, Axis y) : x_(std::move(x)), y_(std::move(y)), title_(std::move(title))
{
    for (Axis* axis : {&x_, &y_})
        if (!(axis->high > axis->low)) {
            const double half = axis->low != 0 ? 0.05 * std::abs(axis->low) : 0.5;
            axis->high = axis->low + half;
            axis->low -= half;
        }
}

double Chart::px(double x) const { return left + x_.share(x) * (width - left - right); }
double Chart::py(double y) const { return height - bottom - y_.share(y) * (height - top - bottom); }

void Chart::dots(const Points& points, const std::string& colour, double radius, const std::vector<std::string>& tips)
{
    for (std::size_t i = 0; i < points.size(); ++i)
        body_ +=
            fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\" fill-opacity=\"0.75\">{}</circle>\n",
                        px(points[i].first), py(points[i].second), radius, colour,
                        i < tips.size() ? "<title>" + escaped(tips[i]) + "</title>" : "");
}

void Chart::line(const Points& points, const std::string& colour, double thickness)
{
    std::string path;
    for (const auto& [x, y] : points)
        path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? "" : " ", px(x), py(y));
    body_ += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>\n", path, colour,
                         thickness);
}

void Chart::steps(const Points& points, const std::string& colour)
{
    Points stairs;
    for (const auto& p : points) {
        if (!stairs.empty())
            stairs.emplace_back(p.first, stairs.back().second);
        stairs.push_back(p);
    }
    line(stairs, colour, 1.8);
}

void Chart::cross(double x, double y, const std::string& label)
{
    body_ += fmt::format("<path d=\"M{:.1f},{} V{} M{},{:.1f} H{}\" stroke=\"#999\" stroke-dasharray=\"4 3\"/>\n",
                         px(x), top, height - bottom, left, py(y), width - right);
    body_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\" fill=\"#666\">{}</text>\n", px(x) - 4,
                         py(y) - 4, escaped(label));
}

void Chart::legend(const std::string& colour, const std::string& label)
{
    // Right to left in the title's line, where no data are.
    const double x = width - right - legend_width_;
    legend_ += fmt::format("<text x=\"{:.0f}\" y=\"24\" fill=\"{}\" text-anchor=\"end\">{}</text>"
                           "<circle cx=\"{:.0f}\" cy=\"20\" r=\"5\" fill=\"{}\"/>\n",
                           x, ink, escaped(label), x - 6.3 * static_cast<double>(label.size()) - 10, colour);
    legend_width_ += 6.3 * static_cast<double>(label.size()) + 34;
}

std::string Chart::svg() const
{
    std::string frame = opening(width, height, title_);
    for (const double t : ticks_of(x_, 7))
        frame += fmt::format("<path d=\"M{0:.1f},{1} V{2}\" stroke=\"{3}\"/><text x=\"{0:.1f}\" y=\"{4}\" fill=\"{5}\" "
                             "text-anchor=\"middle\">{6}</text>\n",
                             px(t), top, height - bottom, grid, height - bottom + 17, ink, label_of(x_, t));
    for (const double t : ticks_of(y_, 6))
        frame += fmt::format("<path d=\"M{0},{1:.1f} H{2}\" stroke=\"{3}\"/><text x=\"{4}\" y=\"{5:.1f}\" fill=\"{6}\" "
                             "text-anchor=\"end\">{7}</text>\n",
                             left, py(t), width - right, grid, left - 7, py(t) + 4, ink, label_of(y_, t));
    frame += fmt::format("<path d=\"M{},{} V{} H{}\" fill=\"none\" stroke=\"#888\"/>\n", left, top, height - bottom,
                         width - right);
    frame += fmt::format("<text x=\"{}\" y=\"{}\" fill=\"{}\" text-anchor=\"middle\">{}</text>\n",
                         (left + width - right) / 2, height - 14, ink, escaped(title_of(x_)));
    frame +=
        fmt::format("<text transform=\"translate(18,{}) rotate(-90)\" fill=\"{}\" text-anchor=\"middle\">{}</text>\n",
                    (top + height - bottom) / 2, ink, escaped(title_of(y_)));
    return frame + body_ + legend_ + "</svg>\n";
}

std::string bars(const std::string& title, const std::vector<std::string>& labels, const std::vector<double>& values)
{
    constexpr double row = 20, label_width = 240;
    const double total = top + row * static_cast<double>(labels.size()) + 16;
    std::string svg = opening(width, total, title);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const double y = top + row * static_cast<double>(i);
        const double length = std::clamp(values[i], 0.0, 1.0) * (width - label_width - 80);
        svg += fmt::format(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"{}\">{}</text><rect x=\"{}\" y=\"{}\" width=\"{:.1f}\" "
            "height=\"{}\" fill=\"#4477aa\"/><text x=\"{:.1f}\" y=\"{}\" fill=\"{}\">{:.0f} %</text>\n",
            label_width - 8, y + 14, ink, escaped(labels[i]), label_width, y + 3, length, row - 6,
            label_width + length + 6, y + 14, ink, 100 * values[i]);
    }
    return svg + "</svg>\n";
}

std::string parallel(const std::string& title, const std::vector<ParallelAxis>& axes,
                     const std::vector<ParallelLine>& lines)
{
    const double gap = std::max(70.0, (width - 2 * left) / std::max<double>(1, static_cast<double>(axes.size()) - 1));
    const double total = 2 * left + gap * (static_cast<double>(axes.size()) - 1);
    const auto x = [&](std::size_t i) { return left + gap * static_cast<double>(i); };
    const auto y = [&](double v) { return height - bottom - v * (height - top - bottom - 20); };
    std::string svg = opening(total, height, title);
    for (const ParallelLine& l : lines) {
        std::string path;
        bool pen = false;
        for (std::size_t i = 0; i < axes.size(); ++i) {
            if (std::isnan(l.values[i])) {
                pen = false;
                continue;
            }
            path += fmt::format("{}{:.1f},{:.1f}", pen ? "L" : "M", x(i), y(l.values[i]));
            pen = true;
        }
        svg += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" "
                           "stroke-opacity=\"0.6\"><title>{}</title></path>\n",
                           path, l.colour, l.width, escaped(l.tip));
    }
    for (std::size_t i = 0; i < axes.size(); ++i)
        svg += fmt::format("<path d=\"M{0:.1f},{1} V{2}\" stroke=\"{3}\"/><text x=\"{0:.1f}\" y=\"{4}\" "
                           "text-anchor=\"middle\" fill=\"{3}\">{5}"
                           "</text><text x=\"{0:.1f}\" y=\"{6}\" text-anchor=\"middle\" fill=\"#777\" "
                           "font-size=\"10\">{7}</text><text x=\"{0:.1f}\" "
                           "y=\"{8}\" text-anchor=\"middle\" fill=\"#777\" font-size=\"10\">{9}</text>\n",
                           x(i), y(1), y(0), ink, height - 14, escaped(axes[i].title), y(0) + 14, escaped(axes[i].low),
                           y(1) - 6, escaped(axes[i].high));
    return svg + "</svg>\n";
}

} // namespace imc::nas
