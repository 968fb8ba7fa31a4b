#include "nas/report/pictures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "nas/evaluators/problems.h"
#include "nas/indicators/importance.h"
#include "nas/report/svg.h"

namespace imc::nas
{

namespace
{

constexpr const char* blue = "#4477aa";
constexpr const char* red = "#cc3311";
constexpr const char* grey = "#bbbbbb";
constexpr const char* orange = "#ee7733";
constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_lines = 400; ///< drawn in parallel coordinates besides the front

struct Span {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void include(double v)
    {
        low = std::min(low, v);
        high = std::max(high, v);
    }
};

std::string tip(const Results& r, std::size_t i)
{
    std::string text = fmt::format("trial {}", r.trials[i].number);
    for (std::size_t m = 0; m < r.trials[i].objectives.size(); ++m)
        text += fmt::format("\n{} = {:.6g}", r.study->config().objectives[m].name, r.trials[i].objectives[m]);
    return text + "\n" + r.trials[i].candidate;
}

Picture front(const Results& r, std::size_t a, std::size_t b)
{
    const auto& objectives = r.study->config().objectives;
    Span x, y;
    for (const std::size_t i : r.usable) {
        x.include(r.trials[i].objectives[a]);
        y.include(r.trials[i].objectives[b]);
    }
    if (r.usable.empty())
        x = y = {0, 1};
    Chart chart(fmt::format("Front: {} and {}", objectives[a].name, objectives[b].name),
                Chart::Axis::around(objectives[a].name, x.low, x.high),
                Chart::Axis::around(objectives[b].name, y.low, y.high));
    const auto points = [&](const std::vector<std::size_t>& trials) {
        Chart::Points list;
        for (const std::size_t i : trials)
            list.emplace_back(r.trials[i].objectives[a], r.trials[i].objectives[b]);
        return list;
    };
    std::vector<std::string> tips;
    for (const std::size_t i : r.front)
        tips.push_back(tip(r, i));
    chart.dots(points(r.usable), grey, 2.5);
    chart.legend(grey, fmt::format("{} feasible trials", r.usable.size()));
    if (const TestProblem* known = find_test_problem(r.study->config().name)) {
        Chart::Points truth;
        for (const Objectives& p : known->front(200))
            truth.emplace_back(p[a], p[b]);
        chart.dots(truth, orange, 1.2);
        chart.legend(orange, "known front");
    }
    chart.dots(points(r.front), blue, 4, tips);
    chart.legend(blue, fmt::format("{} on the front", r.front.size()));
    return {fmt::format("front_{}_{}.svg", a + 1, b + 1), chart.svg(),
            "Every feasible trial; the Pareto front is blue. Point at one to see its candidate.", false};
}

/// Hypervolume over what `position` gives for each trial.
template <class F> Picture volume(const Results& r, const char* file, const std::string& over, F position)
{
    const std::vector<double> volumes = r.hypervolumes();
    Chart::Points points;
    Span x, y;
    for (std::size_t i = 0; i < volumes.size(); ++i)
        if (r.trials[i].state != State::pending) {
            points.emplace_back(position(i), volumes[i]);
            x.include(points.back().first);
            y.include(volumes[i]);
        }
    std::stable_sort(points.begin(), points.end());
    for (std::size_t i = 1; i < points.size(); ++i)
        points[i].second = std::max(points[i].second, points[i - 1].second);
    if (points.empty())
        x = y = {0, 1};
    Chart chart("Hypervolume over " + over, {over, x.low, x.high}, {"hypervolume", y.low, y.high});
    chart.steps(points, blue);
    return {file, chart.svg(), fmt::format("Volume dominated by the front, bounded by the reference point."), false};
}

Picture coordinates(const Results& r)
{
    std::vector<ParallelAxis> axes;
    const auto& variables = r.study->space().variables();
    std::vector<std::size_t> shown;
    for (std::size_t v = 0; v < variables.size(); ++v)
        if (variables[v].kind != Kind::permutation) {
            shown.push_back(v);
            const Variable& x = variables[v];
            const bool text = x.kind == Kind::categorical;
            axes.push_back(
                {x.name,
                 text ? x.texts.front() : fmt::format("{:.4g}", x.kind == Kind::ordinal ? x.levels.front() : x.low),
                 text ? x.texts.back() : fmt::format("{:.4g}", x.kind == Kind::ordinal ? x.levels.back() : x.high)});
        }
    std::vector<Span> spans(r.study->config().objectives.size());
    for (const std::size_t i : r.usable)
        for (std::size_t m = 0; m < spans.size(); ++m)
            spans[m].include(r.trials[i].objectives[m]);
    for (std::size_t m = 0; m < spans.size(); ++m)
        axes.push_back({r.study->config().objectives[m].name, fmt::format("{:.4g}", spans[m].low),
                        fmt::format("{:.4g}", spans[m].high)});
    const auto line = [&](std::size_t i, const char* colour, double thickness) {
        ParallelLine l{{}, colour, thickness, tip(r, i)};
        for (const std::size_t v : shown) {
            const double x = r.candidates[i][variables[v].slot];
            l.values.push_back(std::isnan(x) ? none : variables[v].to_unit(x));
        }
        for (std::size_t m = 0; m < spans.size(); ++m)
            l.values.push_back(Chart::Axis::around("", spans[m].low, spans[m].high).share(r.trials[i].objectives[m]));
        return l;
    };
    std::vector<ParallelLine> lines;
    const std::size_t stride = std::max<std::size_t>(1, r.usable.size() / most_lines);
    for (std::size_t k = 0; k < r.usable.size(); k += stride)
        lines.push_back(line(r.usable[k], "#dddddd", 0.7));
    for (const std::size_t i : r.front)
        lines.push_back(line(i, blue, 1.4));
    return {"parallel.svg", parallel("Parallel coordinates", axes, lines),
            "Variables, then objectives. Blue: the front. A gap: the variable does not exist there.", true};
}

Picture importances(const Results& r, std::size_t objective)
{
    std::vector<double> outcomes;
    for (const std::size_t i : r.usable)
        outcomes.push_back(r.trials[i].objectives[objective]);
    std::vector<std::pair<double, std::string>> list;
    for (const Variable& v : r.study->space().variables()) {
        std::vector<double> values;
        for (const std::size_t i : r.usable)
            values.push_back(r.candidates[i][v.slot]);
        list.emplace_back(outcomes.empty() ? 0.0 : importance(values, outcomes), v.name);
    }
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    list.resize(std::min<std::size_t>(list.size(), 30));
    std::vector<std::string> labels;
    std::vector<double> values;
    for (const auto& [value, label] : list) {
        labels.push_back(label);
        values.push_back(value);
    }
    const std::string& name = r.study->config().objectives[objective].name;
    return {fmt::format("importance_{}.svg", objective + 1), bars("Importance for " + name, labels, values),
            "Share of the rank variance that one variable explains alone, corrected for chance.", false};
}

Picture timeline(const Results& r)
{
    Span x, y;
    Chart::Points good, infeasible, failed;
    for (const StoredTrial& t : r.trials) {
        if (t.state == State::pending)
            continue;
        x.include(t.finished_s);
        y.include(static_cast<double>(t.number));
        (t.state == State::done         ? good
         : t.state == State::infeasible ? infeasible
                                        : failed)
            .emplace_back(t.finished_s, static_cast<double>(t.number));
    }
    if (r.trials.empty())
        x = y = {0, 1};
    Chart chart("Timeline", {"seconds of running time", x.low, x.high}, {"trial", y.low, y.high});
    chart.dots(good, blue, 2);
    chart.dots(infeasible, orange, 2.5);
    chart.dots(failed, red, 3);
    chart.legend(blue, fmt::format("{} done", good.size()));
    chart.legend(orange, fmt::format("{} infeasible", infeasible.size()));
    chart.legend(red, fmt::format("{} failed", failed.size()));
    return {"timeline.svg", chart.svg(), "When each trial was finished.", false};
}

} // namespace

std::vector<Picture> pictures(const Results& r)
{
    std::vector<Picture> list;
    const std::size_t objectives = r.study->config().objectives.size();
    for (std::size_t a = 0; a < objectives; ++a)
        for (std::size_t b = a + 1; b < objectives; ++b)
            list.push_back(front(r, a, b));
    list.push_back(volume(r, "hypervolume_evaluations.svg", "evaluations",
                          [](std::size_t i) { return static_cast<double>(i + 1); }));
    list.push_back(volume(r, "hypervolume_time.svg", "seconds of running time",
                          [&](std::size_t i) { return r.trials[i].finished_s; }));
    list.push_back(coordinates(r));
    for (std::size_t m = 0; m < objectives; ++m)
        list.push_back(importances(r, m));
    list.push_back(timeline(r));
    return list;
}

std::vector<Region> unexplored(const Results& r)
{
    std::vector<Region> lost, poor;
    constexpr std::size_t quarters = 4;
    for (const Variable& v : r.study->space().variables()) {
        if (v.kind == Kind::permutation)
            continue;
        const bool listed = v.cardinality() > 0 && v.cardinality() <= 12;
        const std::size_t bins = listed ? v.cardinality() : quarters;
        std::vector<Region> regions(bins);
        for (std::size_t b = 0; b < bins; ++b) {
            if (listed) {
                const double value = v.value(b);
                regions[b].what =
                    fmt::format("{} = {}", v.name, v.kind == Kind::categorical ? v.texts[b] : fmt::format("{}", value));
            } else {
                regions[b].what =
                    fmt::format("{} from {:.4g} to {:.4g}", v.name, v.from_unit(static_cast<double>(b) / bins),
                                v.from_unit(static_cast<double>(b + 1) / bins));
            }
        }
        for (std::size_t i = 0; i < r.trials.size(); ++i) {
            const double x = r.candidates[i][v.slot];
            if (std::isnan(x))
                continue;
            auto b = std::min(static_cast<std::size_t>(v.to_unit(x) * static_cast<double>(bins)), bins - 1);
            if (listed)
                for (b = 0; v.value(b) != x;)
                    ++b;
            ++regions[b].tried;
            regions[b].usable += r.trials[i].state == State::done || r.trials[i].state == State::infeasible;
        }
        for (const Region& region : regions)
            if (region.usable == 0)
                lost.push_back(region);
            else if (2 * region.usable <= region.tried)
                poor.push_back(region);
    }
    lost.insert(lost.end(), poor.begin(), poor.end());
    return lost;
}

} // namespace imc::nas
