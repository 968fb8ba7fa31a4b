#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "sim/cli/report/svg.h"
#include "sim/cli/validate/present.h"

namespace imc::cli
{

namespace
{

constexpr double left = 330, top = 64, width = 480, right = 30, bottom = 54;
constexpr double row = 5.0; ///< height of one figure
constexpr double most = 25; ///< % or percentage points at the edges; what lies beyond is drawn there

double across(double error) { return left + width * (0.5 + 0.5 * std::clamp(100.0 * error / most, -1.0, 1.0)); }

/// Predictions are dots, what was fitted or is only compared squares; what is beyond its allowance stands out.
void draw(Svg& svg, const CaseResult& result, const PointResult& p, double y)
{
    const bool share = is_share(p.point.quantity);
    const std::string hint = fmt::format("{}: {} ({}, {}) {:.4g}, published {:.4g}, {:+.1f} {}", result.name,
                                         p.point.name, name_of(p.point.role), name_of(p.point.quantity), p.simulated,
                                         p.point.published, 100.0 * p.error, share ? "pp" : "%");
    const double x = across(p.error);
    if (p.point.role != PointRole::compare) {
        svg.line(across(-p.point.tolerance), y, across(p.point.tolerance), y, 0.18);
    }
    if (p.point.role == PointRole::predict)
        svg.dot(x, y, p.pass ? colour(share ? 2 : 0) : colour(3), hint);
    else
        svg.rectangle(x - 2.5, y - 2.5, 5, 5,
                      p.point.role == PointRole::fit ? (p.pass ? "#777" : colour(3)) : colour(5), hint);
}

void legend(Svg& svg)
{
    double x = 12;
    const auto entry = [&](bool dot, std::string_view fill, const char* text, double length) {
        if (dot)
            svg.dot(x + 5, 32, fill);
        else
            svg.rectangle(x + 2.5, 29.5, 5, 5, fill);
        svg.text(x + 14, 36, text, Svg::Anchor::start, 11);
        x += length;
    };
    entry(true, colour(0), "predicted", 82);
    entry(true, colour(2), "predicted share", 112);
    entry(false, "#777", "fitted", 58);
    entry(false, colour(5), "compared, not judged", 152);
    entry(true, colour(3), "beyond what is allowed", 0);
}

} // namespace

std::string validation_svg(const std::vector<CaseResult>& results)
{
    double height = 0.0;
    const auto lane = [](const CaseResult& r) {
        return std::max(36.0, row * static_cast<double>(r.points.size()) + 10.0);
    };
    for (const CaseResult& r : results)
        height += lane(r);

    Svg svg(left + width + right, top + height + bottom, "errors of simulated against published figures");
    svg.text(12, 18, "Simulated against published: the error of every figure. Bars: what is allowed.",
             Svg::Anchor::start, 13);
    legend(svg);
    for (double percent = -most; percent <= most; percent += 5.0) {
        const double x = across(percent / 100.0);
        svg.line(x, top, x, top + height, percent == 0.0 ? 0.7 : 0.12);
        svg.text(x, top + height + 18, fmt::format("{:+g}", percent), Svg::Anchor::middle, 11);
    }
    svg.text(left + width / 2, top + height + 40,
             fmt::format("error in % (shares: percentage points); beyond {:g} at the edge", most), Svg::Anchor::middle);
    double y = top;
    for (const CaseResult& r : results) {
        svg.line(12, y, left + width, y, 0.3);
        svg.text(12, y + 16, r.name, Svg::Anchor::start, 12);
        svg.text(12, y + 31, fmt::format("{}: p = {}, n = {}, v = {}", r.status(), r.free, r.fitted, r.predicted),
                 Svg::Anchor::start, 10);
        const double step = (lane(r) - 10.0) / std::max<double>(1.0, static_cast<double>(r.points.size()));
        for (std::size_t i = 0; i < r.points.size(); ++i)
            draw(svg, r, r.points[i], y + 5.0 + step * (static_cast<double>(i) + 0.5));
        y += lane(r);
    }
    return svg.finish();
}

} // namespace imc::cli
