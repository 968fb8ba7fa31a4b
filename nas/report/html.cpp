#include "nas/report/html.h"

#include <map>

#include <fmt/format.h>

#include "nas/report/pictures.h"
#include "nas/report/svg.h"

namespace imc::nas
{

namespace
{

constexpr const char* head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{0}</title><style>
body {{ font: 15px/1.5 sans-serif; color: #222; max-width: 1300px; margin: 2em auto; padding: 0 1em }}
h1 {{ font-size: 1.5em }} h2 {{ font-size: 1.15em; margin-top: 2em }}
table {{ border-collapse: collapse; font-size: 13px }} th, td {{ padding: 3px 9px; border-bottom: 1px solid #ddd; text-align: left }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums }} .scroll {{ overflow-x: auto }}
.figures {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(480px, 1fr)); gap: 1em }}
figure {{ margin: 0; min-width: 0 }} figure.wide {{ grid-column: 1 / -1; overflow-x: auto }}
figure svg {{ width: 100%; height: auto }} figure.wide svg {{ min-width: 900px; max-width: 1100px }} figcaption {{ color: #666; font-size: 13px }} code {{ font-size: 12px }}
</style></head><body>
<h1>{0}</h1>
)";

std::string row(const std::vector<std::string>& cells, const char* tag = "td")
{
    std::string text = "<tr>";
    for (const std::string& cell : cells)
        text += fmt::format("<{0}>{1}</{0}>", tag, escaped(cell));
    return text + "</tr>\n";
}

std::string front_table(const Results& r)
{
    std::vector<std::string> header = {"trial"};
    for (const ObjectiveConfig& o : r.study->config().objectives)
        header.push_back(o.name);
    header.push_back("candidate");
    std::string table = "<div class=\"scroll\"><table>" + row(header, "th");
    for (const std::size_t i : r.front) {
        std::vector<std::string> cells = {std::to_string(r.trials[i].number)};
        for (const double v : r.trials[i].objectives)
            cells.push_back(fmt::format("{:.6g}", v));
        cells.push_back(r.trials[i].candidate);
        table += row(cells);
    }
    return table + "</table></div>\n";
}

std::string failures(const Results& r)
{
    std::map<std::string, std::vector<std::size_t>> by_reason;
    for (const StoredTrial& t : r.trials)
        if (t.state == State::failed)
            by_reason[t.reason].push_back(t.number);
    if (by_reason.empty())
        return "<p>No trial failed.</p>\n";
    std::string table = "<table>" + row({"reason", "trials", "which"}, "th");
    for (const auto& [reason, trials] : by_reason) {
        std::string which;
        for (std::size_t i = 0; i < trials.size() && i < 30; ++i)
            which += (i ? ", " : "") + std::to_string(trials[i]);
        table += row({reason, std::to_string(trials.size()), which + (trials.size() > 30 ? ", …" : "")});
    }
    return table + "</table>\n";
}

std::string unseen(const Results& r)
{
    const std::vector<Region> regions = unexplored(r);
    if (regions.empty())
        return "<p>Every value of every variable gave usable results.</p>\n";
    std::string table = "<table>" + row({"region", "tried", "usable"}, "th");
    for (const Region& region : regions)
        table += row({region.what, std::to_string(region.tried), std::to_string(region.usable)});
    return table + "</table>\n";
}

} // namespace

std::vector<std::pair<std::string, std::string>> report_files(const Results& r)
{
    const StudyConfig& c = r.study->config();
    std::size_t counts[4] = {};
    double cpu = 0;
    for (const StoredTrial& t : r.trials) {
        ++counts[static_cast<int>(t.state)];
        cpu += t.cpu_s;
    }
    std::string page = fmt::format(fmt::runtime(head), escaped(c.name.empty() ? "Search" : c.name));
    page += fmt::format(
        "<p>{} of {} trials: {} done, {} infeasible, {} failed, {} pending. Candidates in the space: {}. {} on the "
        "front, hypervolume {:.6g}. {:.1f} s of CPU time in evaluations. Evaluator: {}.</p>\n",
        r.trials.size(), c.evaluations, counts[1], counts[2], counts[3], counts[0], escaped(r.study->size().text()),
        r.front.size(), r.usable.empty() ? 0.0 : r.hypervolumes().back(), cpu, escaped(r.study->evaluator().version()));
    std::vector<std::pair<std::string, std::string>> files;
    page += "<div class=\"figures\">\n";
    for (const Picture& p : pictures(r)) {
        page += fmt::format("<figure{}>{}<figcaption>{}</figcaption></figure>\n", p.wide ? " class=\"wide\"" : "",
                            p.svg, escaped(p.caption));
        files.emplace_back(p.file, p.svg);
    }
    page += "</div>\n";
    page += "<h2>The front</h2>\n" + front_table(r);
    page += "<h2>Failures</h2>\n" + failures(r);
    page += "<h2>Unexplored regions</h2>\n<p>Never tried, or most trials there failed.</p>\n" + unseen(r);
    page += "</body></html>\n";
    files.emplace_back("report.html", page);
    return files;
}

} // namespace imc::nas
