#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/cli/report/svg.h"
#include "sim/cli/validate/datasheet.h"

namespace imc::cli
{

namespace
{

constexpr double side = 340, left = 64, gap = 80, top = 70, bottom = 56;
const double factor = std::log10(3.0);

struct Panel {
    const char* key;
    const char* label;
};
constexpr std::array<Panel, 2> panels = {{{"tops_per_w", "TOPS/W"}, {"cycle_ns", "cycle time in ns"}}};

/// One published figure, in decades.
struct Mark {
    std::string name;
    double published = 0.0;
    double predicted = 0.0;
    bool left_out = false; ///< predicted with its publication left out of the fit
};

std::vector<Mark> marks_of(std::span<const nlohmann::ordered_json> results, const char* key)
{
    std::vector<Mark> marks;
    for (const auto& result : results) {
        const auto published = result.find("published");
        if (published == result.end() || !published->contains(key))
            continue;
        const double figure = (*published)[key];
        const auto name = result["name"].get<std::string>();
        if (const auto ratio = result.find("left_out_ratio"); ratio != result.end() && ratio->contains(key))
            marks.push_back({name, std::log10(figure), std::log10(figure * (*ratio)[key].get<double>()), true});
        marks.push_back({name, std::log10(figure), std::log10(result[key].get<double>()), false});
    }
    return marks;
}

void draw(Svg& svg, const Panel& panel, const std::vector<Mark>& marks, double x0)
{
    double low = marks.front().published, high = low;
    for (const Mark& m : marks) {
        low = std::min({low, m.published, m.predicted});
        high = std::max({high, m.published, m.predicted});
    }
    low = std::floor(low);
    high = std::max(std::ceil(high), low + 1.0);
    const auto across = [&](double decade) { return x0 + side * (decade - low) / (high - low); };
    const auto up = [&](double decade) { return top + side * (high - decade) / (high - low); };

    for (double decade = low; decade <= high; decade += 1.0) {
        const std::string text = fmt::format("{:g}", std::pow(10.0, decade));
        svg.line(across(decade), top, across(decade), top + side, 0.15);
        svg.line(x0, up(decade), x0 + side, up(decade), 0.15);
        svg.text(across(decade), top + side + 16, text, Svg::Anchor::middle, 11);
        svg.text(x0 - 6, up(decade) + 4, text, Svg::Anchor::end, 11);
    }
    svg.line(across(low), up(low), across(high), up(high), 0.7);
    svg.line(across(low), up(low + factor), across(high - factor), up(high), 0.3);
    svg.line(across(low + factor), up(low), across(high), up(high - factor), 0.3);
    for (const Mark& m : marks) {
        const std::string hint =
            fmt::format("{}: predicted {:.4g}{}, published {:.4g}", m.name, std::pow(10.0, m.predicted),
                        m.left_out ? " with its publication left out" : "", std::pow(10.0, m.published));
        if (m.left_out)
            svg.rectangle(across(m.published) - 2.5, up(m.predicted) - 2.5, 5, 5, colour(1), hint);
        else
            svg.dot(across(m.published), up(m.predicted), colour(0), hint);
    }
    svg.text(x0, top - 10, fmt::format("{}: predicted (up) over published (across)", panel.label), Svg::Anchor::start,
             12);
    svg.text(x0 + side / 2, top + side + 38, fmt::format("published {}", panel.label), Svg::Anchor::middle, 12);
}

} // namespace

std::string datasheets_svg(const nlohmann::ordered_json& predictions, const std::filesystem::path& file)
{
    std::vector<nlohmann::ordered_json> results = {predictions};
    if (predictions.is_array() || predictions.contains("results"))
        results =
            (predictions.is_array() ? predictions : predictions["results"]).get<std::vector<nlohmann::ordered_json>>();
    bool any = false;
    for (const Panel& panel : panels)
        any = any || !marks_of(results, panel.key).empty();
    if (!any)
        throw ConfigError(file.string(), "cannot be drawn: no sheet has a published tops_per_w or cycle_ns above 0");

    Svg svg(left + 2 * side + gap + 20, top + side + bottom, "predictions from data sheets over published figures");
    svg.text(12, 18, "Predicted from data sheets, over published. Lines: equal, and a factor of 3 off.",
             Svg::Anchor::start, 13);
    svg.dot(17, 32, colour(0));
    svg.text(26, 36, "predicted", Svg::Anchor::start, 11);
    svg.rectangle(98.5, 29.5, 5, 5, colour(1));
    svg.text(110, 36, "predicted with its publication left out of the fit", Svg::Anchor::start, 11);
    for (std::size_t i = 0; i < panels.size(); ++i) {
        const std::vector<Mark> marks = marks_of(results, panels[i].key);
        const double x0 = left + static_cast<double>(i) * (side + gap);
        if (marks.empty())
            svg.text(x0, top + side / 2, fmt::format("{}: nothing published", panels[i].label));
        else
            draw(svg, panels[i], marks, x0);
    }
    return svg.finish();
}

} // namespace imc::cli
