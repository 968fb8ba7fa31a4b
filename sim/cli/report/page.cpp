#include "sim/cli/report/page.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include "sim/cli/report/charts.h"
#include "sim/cli/report/svg.h"

namespace imc::cli
{

namespace
{

constexpr const char* head = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>imcsim report</title><style>
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 96rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; } h3 { font-size: 1rem; font-weight: 500; }
table { border-collapse: collapse; } th, td { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #8884; }
th:first-child, td:first-child { text-align: left; } td small { opacity: .7; margin-left: .4rem; }
.runs { display: flex; flex-wrap: wrap; gap: 1rem 2rem; } .runs > div { overflow-x: auto; }
svg { max-width: 100%; height: auto; } .warning { border-left: 4px solid #d55e00; padding-left: .7rem; }
table.words th, table.words td { text-align: left; }
summary { cursor: pointer; } .scroll { overflow-x: auto; }
</style></head><body>
)";

std::string count(double value)
{
    if (!std::isfinite(value))
        return "–";
    if (value != std::floor(value) || std::abs(value) >= 1e15)
        return fmt::format("{:.4g}", value);
    std::string digits = fmt::format("{}", static_cast<long long>(value));
    for (std::size_t i = digits.size(); i > 3 && std::isdigit(static_cast<unsigned char>(digits[i - 4])) != 0; i -= 3)
        digits.insert(i - 3, ",");
    return digits;
}

std::string percent(double value) { return std::isfinite(value) ? fmt::format("{:.1f} %", 100 * value) : "–"; }

std::string plain_cell(const ResultView::Figure& figure)
{
    if (figure.percent)
        return percent(figure.value);
    if (figure.unit.empty())
        return count(figure.value);
    if (figure.unit == "mm²" || figure.unit == "inferences/s")
        return std::isfinite(figure.value) ? fmt::format("{:.4g} {}", figure.value, figure.unit) : "–";
    return escape(with_prefix(figure.value, figure.unit));
}

/// With [low, high] where the sources of unit costs differ.
std::string cell(const ResultView::Figure& figure)
{
    const std::string text = plain_cell(figure);
    if (!(figure.low < figure.high))
        return text;
    ResultView::Figure low = figure, high = figure;
    low.value = figure.low;
    high.value = figure.high;
    return text + fmt::format(" <small>[{}, {}]</small>", plain_cell(low), plain_cell(high));
}

/// The figures of all runs; with several, each later run's ratio to the first.
std::string summary(const std::vector<ResultView>& runs)
{
    std::string html = "<h2>Summary</h2>\n<div class=\"scroll\"><table><tr><th></th>";
    for (const ResultView& run : runs)
        html += "<th>" + escape(run.name) + "</th>";
    html += "</tr>\n";
    const std::pair<const char*, std::string ResultView::*> texts[] = {
        {"Network", &ResultView::network}, {"Chip", &ResultView::chip}, {"Fidelity, detail", &ResultView::fidelity}};
    for (const auto& [name, member] : texts) {
        html += fmt::format("<tr><td>{}</td>", name);
        for (const ResultView& run : runs)
            html += "<td>" + escape(run.*member) + "</td>";
        html += "</tr>\n";
    }
    for (std::size_t i = 0; i < runs[0].figures.size(); ++i) {
        const double first = runs[0].figures[i].value;
        if (std::ranges::all_of(runs, [&](const ResultView& r) { return std::isnan(r.figures[i].value); }))
            continue;
        html += "<tr><td>" + escape(runs[0].figures[i].name) + "</td>";
        for (std::size_t r = 0; r < runs.size(); ++r) {
            html += "<td>" + cell(runs[r].figures[i]);
            const double ratio = runs[r].figures[i].value / first;
            if (r > 0 && std::isfinite(ratio) && ratio != 1)
                html += fmt::format("<small>×{:.3g}</small>", ratio);
            html += "</td>";
        }
        html += "</tr>\n";
    }
    return html + "</table></div>\n";
}

/// One chart per run under a heading; `draw` returns "" where a run has nothing to show.
std::string charts(const std::vector<ResultView>& runs, const char* heading,
                   const std::function<std::string(const ResultView&)>& draw)
{
    std::string html = fmt::format("<h2>{}</h2>\n<div class=\"runs\">\n", heading);
    for (const ResultView& run : runs) {
        html += "<div>";
        if (runs.size() > 1)
            html += "<h3>" + escape(run.name) + "</h3>\n";
        html += draw(run) + "</div>\n";
    }
    return html + "</div>\n";
}

/// A chart and the same figures as a table.
struct Shown {
    std::string chart;
    std::string table;
    std::string both() const { return chart + table; }
};

/// The largest of what `measure` says of the runs: the axis that their charts share.
template <class Measure> double common(const std::vector<ResultView>& runs, Measure measure)
{
    double most = 0;
    for (const ResultView& run : runs)
        most = std::max(most, measure(run));
    return most;
}

Shown energy_by_component(const ResultView& run, double reach = 0)
{
    auto parts = run.energy;
    std::ranges::stable_sort(parts, std::greater<>(), &ResultView::ComponentEnergy::sum);
    std::vector<Bar> bars;
    double total = 0;
    for (const auto& part : parts)
        total += part.sum();
    std::string table = "<details><summary>as a table</summary><table><tr><th>component</th><th>dynamic</th><th>write"
                        "</th><th>leakage</th><th>share</th></tr>\n";
    for (const auto& part : parts) {
        if (part.sum() == 0)
            continue;
        bars.push_back({part.name, {part.joules.begin(), part.joules.end()}});
        table += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", escape(part.name),
                             with_prefix(part.joules[0], "J"), with_prefix(part.joules[1], "J"),
                             with_prefix(part.joules[2], "J"), percent(part.sum() / total));
    }
    return {stacked_bars("energy by component", {"dynamic", "write", "leakage"}, bars, "J", reach),
            table + "</table></details>\n"};
}

std::vector<Bar> layer_bars(const ResultView& run)
{
    std::vector<Bar> bars;
    for (const auto& layer : run.layers)
        bars.push_back({layer.name, {layer.energy_j}});
    if (run.energy_unattributed_j > 0)
        bars.push_back({"(no layer)", {run.energy_unattributed_j}});
    return bars;
}

std::string energy_by_layer(const ResultView& run, double reach = 0)
{
    return stacked_bars("energy by layer", {"energy"}, layer_bars(run), "J", reach);
}

Shown timeline(const ResultView& run, double reach = 0)
{
    std::vector<Task> tasks;
    std::string table =
        "<details><summary>as a table</summary><div class=\"scroll\"><table><tr><th>layer</th><th>op</th>"
        "<th>MACs</th><th>arrays</th><th>replication</th><th>start</th><th>end</th><th>stalled</th>"
        "<th>energy</th><th>utilization</th></tr>\n";
    for (const auto& l : run.layers) {
        tasks.push_back({l.name, l.start_s, l.end_s,
                         fmt::format("{} ({}): {} to {}, stalled {}", l.name, l.op, with_prefix(l.start_s, "s"),
                                     with_prefix(l.end_s, "s"), with_prefix(l.stall_s, "s"))});
        table += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}"
                             "</td><td>{}</td><td>{}</td></tr>\n",
                             escape(l.name), escape(l.op), count(l.macs), count(l.arrays), count(l.replication),
                             with_prefix(l.start_s, "s"), with_prefix(l.end_s, "s"), with_prefix(l.stall_s, "s"),
                             with_prefix(l.energy_j, "J"), percent(l.utilization));
    }
    return {gantt("timeline of the layers", tasks, "s", reach), table + "</table></div></details>\n"};
}

std::string power(const ResultView& run)
{
    if (run.power.empty())
        return "<p>No power over time: the run has no trace.csv (imcsim run … --trace csv writes it).</p>";
    return line_chart("power over time", {"time", "s", "power", "W", true, false}, {{run.name, run.power, {}}});
}

std::vector<Bar> area_bars(const ResultView& run)
{
    std::vector<Bar> bars;
    for (const auto& [name, mm2] : run.area_mm2)
        if (mm2 > 0)
            bars.push_back({name, {mm2}});
    std::ranges::stable_sort(bars, std::greater<>(), [](const Bar& b) { return b.parts[0]; });
    return bars;
}

std::string area(const ResultView& run, double reach = 0)
{
    return stacked_bars("area by component in mm²", {"area"}, area_bars(run), "", reach);
}

std::string notes(const ResultView& run)
{
    std::string html;
    for (const std::string& warning : run.warnings)
        html += "<p class=\"warning\">" + escape(warning) + "</p>\n";
    html +=
        "<div class=\"scroll\"><table class=\"words\"><tr><th>component</th><th>event</th><th>energy</th><th>model</th>"
        "<th>source</th></tr>\n";
    for (const auto& m : run.cost_models)
        html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", escape(m.component),
                            escape(m.event), with_prefix(m.unit_energy_j, "J"), escape(m.model), escape(m.citation));
    html += "</table></div>\n<p>";
    if (!run.activity_source.empty())
        html += "Activity: " + escape(run.activity_source) + ". ";
    return html + "imcsim " + escape(run.version) + "</p>\n";
}

/// A page's colours are not there for a file of its own.
std::string on_white(const std::string& svg)
{
    const std::size_t end = svg.find('>') + 1;
    return svg.substr(0, end) + "\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>" + svg.substr(end);
}

} // namespace

std::vector<std::pair<std::string, std::string>> report_pictures(const ResultView& run)
{
    std::vector<std::pair<std::string, std::string>> pictures = {
        {"energy_by_component.svg", on_white(energy_by_component(run).chart)},
        {"energy_by_layer.svg", on_white(energy_by_layer(run))},
        {"timeline.svg", on_white(timeline(run).chart)},
        {"area.svg", on_white(area(run))}};
    if (!run.power.empty())
        pictures.emplace_back("power.svg", on_white(power(run)));
    return pictures;
}

std::string report_page(const std::vector<ResultView>& runs)
{
    std::string html = head;
    html += "<h1>";
    for (std::size_t i = 0; i < runs.size(); ++i)
        html += (i > 0 ? " · " : "") + escape(runs[i].name);
    html += "</h1>\n";
    if (runs.empty())
        return html + "<p>No runs.</p></body></html>\n";
    html += summary(runs);
    const double component = common(runs, [](const ResultView& r) {
        double most = 0;
        for (const auto& part : r.energy)
            most = std::max(most, part.sum());
        return most;
    });
    const double layer = common(runs, [](const ResultView& r) { return longest(layer_bars(r)); });
    const double end = common(runs, [](const ResultView& r) {
        double most = 0;
        for (const auto& l : r.layers)
            most = std::max(most, l.end_s);
        return most;
    });
    const double largest = common(runs, [](const ResultView& r) { return longest(area_bars(r)); });
    html +=
        charts(runs, "Energy by component", [&](const auto& r) { return energy_by_component(r, component).both(); });
    html += charts(runs, "Energy by layer", [&](const auto& r) { return energy_by_layer(r, layer); });
    html += charts(runs, "Timeline", [&](const auto& r) { return timeline(r, end).both(); });
    html += charts(runs, "Power over time", power);
    html += charts(runs, "Area by component (mm²)", [&](const auto& r) { return area(r, largest); });
    html += charts(runs, "Cost models and warnings", notes);
    return html + "</body></html>\n";
}

} // namespace imc::cli
