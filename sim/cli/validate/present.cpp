#include "sim/cli/validate/present.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imc::cli
{

namespace
{

std::string percent(const PointResult& p)
{
    return is_share(p.point.quantity) ? fmt::format("{:+.1f} pp", 100.0 * p.error)
                                      : fmt::format("{:+.1f} %", 100.0 * p.error);
}

std::string range(const PointResult& p)
{
    return p.range ? fmt::format("[{:.4g}, {:.4g}]", p.range->low, p.range->high) : "";
}

bool is_judged(const CasePoint& p) { return p.role != PointRole::compare; }

std::string tolerance(const CasePoint& p)
{
    if (!is_judged(p))
        return "-";
    return is_share(p.quantity) ? fmt::format("{:g} pp", 100.0 * p.tolerance)
                                : fmt::format("{:g} %", 100.0 * p.tolerance);
}

/// Every figure of a case, in columns as wide as their contents.
std::string figures_text(const CaseResult& r)
{
    std::size_t name = 6, quantity = 8, span = 11;
    for (const PointResult& p : r.points) {
        name = std::max(name, p.point.name.size());
        quantity = std::max(quantity, std::string(name_of(p.point.quantity)).size());
        span = std::max(span, range(p).size());
    }
    std::string text = fmt::format("  {:<{}}  {:<7}  {:<{}} {:>11} {:>{}} {:>11} {:>9} {:>9} {:>9}  {}\n", "figure",
                                   name, "role", "quantity", quantity, "simulated", "[low, high]", span, "published",
                                   "error", "left out", "allowed", "pass");
    for (const PointResult& p : r.points) {
        PointResult left = p;
        left.error = p.leave_one_out.value_or(0.0);
        text += fmt::format("  {:<{}}  {:<7}  {:<{}} {:>11.5g} {:>{}} {:>11.5g} {:>9} {:>9} {:>9}  {}\n", p.point.name,
                            name, name_of(p.point.role), name_of(p.point.quantity), quantity, p.simulated, range(p),
                            span, p.point.published, percent(p), p.leave_one_out ? percent(left) : "",
                            tolerance(p.point), !is_judged(p.point) ? "-" : (p.pass ? "yes" : "NO"));
    }
    return text;
}

/// Words of a note, in lines.
std::string wrapped(const std::string& note)
{
    constexpr std::size_t width = 116;
    std::string text = "  note:";
    std::size_t column = text.size();
    for (std::size_t at = 0; at < note.size();) {
        const std::size_t end = std::min(note.find(' ', at), note.size());
        if (column + 1 + end - at > width) {
            text += "\n       ";
            column = 8;
        }
        text += " " + note.substr(at, end - at);
        column += 1 + end - at;
        at = end + 1;
    }
    return text + "\n";
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
                            r.fitted, r.predicted, fit, left, predicted, r.status());
    }
    text +=
        "\np free parameters (choices made in view of fitted figures count), n figures fitted, v figures predicted\n"
        "fit: largest error of a fitted figure; left out: of one predicted by a fit to the others; predicted: of a\n"
        "figure that no fit has seen. 'validated': p <= n/2, and every figure fitted or predicted is within what is\n"
        "allowed. 'no free number': likewise, with p = 0. 'outside tolerance': one is not. 'fitted, not\n"
        "validated': p > n/2, agreement with the fitted figures proves nothing.\n"
        "role compare: shown, neither fitted nor judged. pp: percentage points of a share.\n"
        "[low, high]: every unit energy at the lowest and highest of its sources\n";
    for (const CaseResult& r : results) {
        text += fmt::format("\n{} ({}, {})\n", r.name, r.family, r.status());
        for (const FreeParameter& f : r.parameters)
            text += fmt::format("  free: {} = {:.5g}\n", f.path, f.start);
        text += figures_text(r);
        if (!r.note.empty())
            text += wrapped(r.note);
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
                                            {"pass", nullptr},
                                            {"source", p.point.source}};
            if (is_judged(p.point))
                point["pass"] = p.pass;
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
            {"status", r.status()}};
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

} // namespace imc::cli
