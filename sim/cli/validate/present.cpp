#include "sim/cli/validate/present.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/cli/report/svg.h"

namespace imc::cli
{

namespace
{

const char* status(const CaseResult& r)
{
    if (r.free == 0)
        return "no free number";
    return r.validated() ? "validated" : "fitted, not validated";
}

std::string percent(const PointResult& p)
{
    return is_share(p.point.quantity) ? fmt::format("{:+.1f} pp", 100.0 * p.error)
                                      : fmt::format("{:+.1f} %", 100.0 * p.error);
}

std::string range(const PointResult& p)
{
    return p.range ? fmt::format("[{:.4g}, {:.4g}]", p.range->low, p.range->high) : "";
}

std::string tolerance(const CasePoint& p)
{
    return is_share(p.quantity) ? fmt::format("{:g} pp", 100.0 * p.tolerance)
                                : fmt::format("{:g} %", 100.0 * p.tolerance);
}

} // namespace

std::string validation_text(const std::vector<CaseResult>& results)
{
    std::string text = fmt::format("{:<44} {:<24} {:>2} {:>2} {:>2} {:>9} {:>9} {:>9}  {}\n", "chip", "family", "p",
                                   "n", "v", "fit", "left out", "predicted", "status");
    for (const CaseResult& r : results) {
        const std::string left = r.leave_one_out_error ? fmt::format("{:.1f} %", 100.0 * *r.leave_one_out_error) : "-";
        const std::string fit = r.fitted > 0 ? fmt::format("{:.1f} %", 100.0 * r.fit_error) : "-";
        const std::string predicted = r.predicted > 0 ? fmt::format("{:.1f} %", 100.0 * r.prediction_error) : "-";
        text += fmt::format("{:<44} {:<24} {:>2} {:>2} {:>2} {:>9} {:>9} {:>9}  {}\n", r.name, r.family, r.free,
                            r.fitted, r.predicted, fit, left, predicted, status(r));
    }
    text += "\np free parameters, n figures fitted, v figures predicted; errors are the largest of their kind;\n"
            "[low, high]: every unit energy at the lowest and highest of its sources\n";
    for (const CaseResult& r : results) {
        text += fmt::format("\n{} ({}, {})\n", r.name, r.family, status(r));
        for (const FreeParameter& f : r.parameters)
            text += fmt::format("  free: {} = {:.5g}\n", f.path, f.start);
        text += fmt::format("  {:<44} {:<8} {:<24} {:>11} {:>17} {:>11} {:>9} {:>9}  {}\n", "figure", "role",
                            "quantity", "simulated", "[low, high]", "published", "error", "allowed", "pass");
        for (const PointResult& p : r.points)
            text += fmt::format("  {:<44} {:<8} {:<24} {:>11.5g} {:>17} {:>11.5g} {:>9} {:>9}  {}\n", p.point.name,
                                name_of(p.point.role), name_of(p.point.quantity), p.simulated, range(p),
                                p.point.published, percent(p), tolerance(p.point), p.pass ? "yes" : "NO");
        if (!r.note.empty())
            text += "  note: " + r.note + "\n";
    }
    return text;
}

nlohmann::ordered_json validation_json(const std::vector<CaseResult>& results)
{
    nlohmann::ordered_json cases = nlohmann::ordered_json::array();
    bool all = true;
    for (const CaseResult& r : results) {
        nlohmann::ordered_json points = nlohmann::ordered_json::array();
        for (const PointResult& p : r.points) {
            all = all && p.pass;
            nlohmann::ordered_json point = {{"name", p.point.name},
                                            {"role", name_of(p.point.role)},
                                            {"quantity", name_of(p.point.quantity)},
                                            {"value", p.simulated},
                                            {"published", p.point.published},
                                            {"error", p.error},
                                            {"tolerance", p.point.tolerance},
                                            {"pass", p.pass},
                                            {"source", p.point.source}};
            if (p.range)
                point["range"] = {{"low", p.range->low}, {"high", p.range->high}};
            point["leave_one_out_error"] = p.leave_one_out ? nlohmann::ordered_json(*p.leave_one_out) : nullptr;
            points.push_back(point);
        }
        nlohmann::ordered_json parameters = nlohmann::ordered_json::object();
        for (const FreeParameter& f : r.parameters)
            parameters[f.path] = f.start;
        nlohmann::ordered_json ledger = {
            {"free_parameters", r.free}, {"points_fitted", r.fitted},      {"points_predicted", r.predicted},
            {"fit_error", r.fit_error},  {"leave_one_out_error", nullptr}, {"prediction_error", r.prediction_error},
            {"status", status(r)}};
        if (r.leave_one_out_error)
            ledger["leave_one_out_error"] = *r.leave_one_out_error;
        cases.push_back({{"name", r.name},
                         {"file", r.file},
                         {"family", r.family},
                         {"ledger", ledger},
                         {"parameters", parameters},
                         {"points", points},
                         {"note", r.note}});
    }
    return {{"schema", "imcsim.validation-result/1"}, {"pass", all}, {"cases", cases}};
}

std::string validation_svg(const std::vector<CaseResult>& results)
{
    constexpr double left = 70, top = 40, size = 480;
    double low = 1e300;
    double high = 1e-300;
    for (const CaseResult& r : results)
        for (const PointResult& p : r.points) {
            low = std::min({low, p.simulated, p.point.published});
            high = std::max({high, p.simulated, p.point.published});
        }
    if (!(low < high))
        high = low * 10.0;
    const double first = std::floor(std::log10(low));
    const double last = std::ceil(std::log10(high));
    const auto place = [&](double value) { return size * (std::log10(value) - first) / (last - first); };

    Svg svg(left + size + 330, top + size + 60, "simulated against published");
    for (double decade = first; decade <= last; decade += 1.0) {
        const double at = size * (decade - first) / (last - first);
        svg.line(left + at, top, left + at, top + size, 0.15);
        svg.line(left, top + size - at, left + size, top + size - at, 0.15);
        svg.text(left + at, top + size + 18, fmt::format("{:g}", std::pow(10.0, decade)), Svg::Anchor::middle, 11);
        svg.text(left - 8, top + size - at + 4, fmt::format("{:g}", std::pow(10.0, decade)), Svg::Anchor::end, 11);
    }
    svg.line(left, top + size, left + size, top, 0.6);
    svg.text(left + size / 2, top + size + 42, "published (each figure in its own unit)", Svg::Anchor::middle);
    svg.text(left, top - 14, "simulated; large: predicted, small: fitted");
    for (std::size_t i = 0; i < results.size(); ++i) {
        for (const PointResult& p : results[i].points) {
            const double x = left + place(p.point.published);
            const double y = top + size - place(p.simulated);
            const std::string hint = fmt::format("{}: {} {:.4g}, published {:.4g}", results[i].name, p.point.name,
                                                 p.simulated, p.point.published);
            if (p.point.role == PointRole::predict)
                svg.dot(x, y, colour(i), hint);
            else
                svg.rectangle(x - 1.5, y - 1.5, 3, 3, colour(i), hint);
        }
        const double y = top + 18.0 * static_cast<double>(i) + 8;
        svg.rectangle(left + size + 20, y - 8, 10, 10, colour(i));
        svg.text(left + size + 36, y, results[i].name, Svg::Anchor::start, 11);
    }
    return svg.finish();
}

} // namespace imc::cli
