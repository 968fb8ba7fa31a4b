#include "nas/report/results.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nas/indicators/hypervolume.h"

namespace imc::nas
{

namespace
{

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\n") == std::string::npos)
        return text;
    std::string result = "\"";
    for (const char c : text)
        result += c == '"' ? "\"\"" : std::string(1, c);
    return result + "\"";
}

std::string plain(const Variable& v, const double* slots)
{
    if (std::isnan(slots[0]))
        return "";
    return v.kind == Kind::categorical ? v.texts[static_cast<std::size_t>(slots[0])] : v.text(slots);
}

std::vector<double> mean_metrics(const StoredTrial& t, std::size_t count)
{
    std::vector<double> mean(count, t.metrics.empty() ? std::numeric_limits<double>::quiet_NaN() : 0.0);
    for (const auto& replicate : t.metrics)
        for (std::size_t m = 0; m < count; ++m)
            mean[m] += replicate[m] / static_cast<double>(t.metrics.size());
    return mean;
}

} // namespace

Results::Results(const Study& s, std::vector<StoredTrial> all) : study(&s), trials(std::move(all))
{
    std::vector<Objectives> points;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        candidates.push_back(s.space().parse(nlohmann::json::parse(trials[i].candidate)));
        if (trials[i].state == State::done && trials[i].fidelity + 1 == s.fidelities()) {
            usable.push_back(i);
            points.push_back(minimised(i));
        }
    }
    for (const std::size_t i : non_dominated(points))
        front.push_back(usable[i]);
    std::stable_sort(front.begin(), front.end(),
                     [&](std::size_t a, std::size_t b) { return minimised(a) < minimised(b); });

    for (std::size_t m = 0; m < s.config().objectives.size(); ++m) {
        const ObjectiveConfig& o = s.config().objectives[m];
        double low = INFINITY, high = -INFINITY;
        for (const Objectives& p : points) {
            low = std::min(low, p[m]);
            high = std::max(high, p[m]);
        }
        if (!std::isnan(o.reference))
            reference.push_back(o.direction == Direction::maximise ? -o.reference : o.reference);
        else
            reference.push_back(high + 0.1 * (high > low ? high - low : 1.0));
    }
}

std::vector<double> Results::hypervolumes() const
{
    std::vector<double> volumes;
    std::vector<Objectives> best;
    double volume = 0;
    std::size_t next = 0;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        if (next < usable.size() && usable[next] == i) {
            ++next;
            const Objectives p = minimised(i);
            const auto covers = [&](const Objectives& a) { return a == p || dominates(a, p); };
            if (std::none_of(best.begin(), best.end(), covers)) {
                std::erase_if(best, [&](const Objectives& a) { return dominates(p, a); });
                best.push_back(p);
                volume = hypervolume(best, reference);
            }
        }
        volumes.push_back(volume);
    }
    return volumes;
}

std::string to_csv(const Results& r, const std::vector<std::size_t>& only)
{
    const auto& variables = r.study->space().variables();
    const auto& metrics = r.study->evaluator().metrics();
    std::string csv = "trial,fidelity,state,reason";
    for (const Variable& v : variables)
        csv += "," + quoted(v.name);
    for (const ObjectiveConfig& o : r.study->config().objectives)
        csv += "," + quoted(o.name);
    csv += ",violation";
    for (const std::string& m : metrics)
        csv += "," + quoted("metric:" + m);
    csv += "\n";
    for (const std::size_t i : only) {
        const StoredTrial& t = r.trials[i];
        csv += fmt::format("{},{},{},{}", t.number, t.fidelity, name_of(t.state), quoted(t.reason));
        for (const Variable& v : variables)
            csv += "," + quoted(plain(v, &r.candidates[i][v.slot]));
        for (std::size_t m = 0; m < r.study->config().objectives.size(); ++m)
            csv += t.objectives.empty() ? "," : fmt::format(",{}", t.objectives[m]);
        csv += fmt::format(",{}", t.violation);
        for (const double m : mean_metrics(t, metrics.size()))
            csv += std::isnan(m) ? "," : fmt::format(",{}", m);
        csv += "\n";
    }
    return csv;
}

std::string front_csv(const Results& r)
{
    std::string csv = "trial";
    for (const Variable& v : r.study->space().variables())
        csv += "," + quoted(v.name);
    for (const ObjectiveConfig& o : r.study->config().objectives)
        csv += "," + quoted(o.name);
    csv += "\n";
    for (const std::size_t i : r.front) {
        csv += fmt::format("{}", r.trials[i].number);
        for (const Variable& v : r.study->space().variables())
            csv += "," + quoted(plain(v, &r.candidates[i][v.slot]));
        for (const double objective : r.trials[i].objectives)
            csv += fmt::format(",{}", objective);
        csv += "\n";
    }
    return csv;
}

std::string to_json(const Results& r, const std::vector<std::size_t>& only)
{
    nlohmann::ordered_json document;
    document["schema"] = "imcsim.nas_trials/1";
    document["study"] = r.study->config().name;
    document["space"] = r.study->size().text();
    auto& list = document["trials"] = nlohmann::ordered_json::array();
    const auto& metrics = r.study->evaluator().metrics();
    for (const std::size_t i : only) {
        const StoredTrial& t = r.trials[i];
        nlohmann::ordered_json item = {{"trial", t.number},
                                       {"fidelity", t.fidelity},
                                       {"state", name_of(t.state)},
                                       {"reason", t.reason},
                                       {"candidate", nlohmann::ordered_json::parse(t.candidate)}};
        auto& objectives = item["objectives"] = nlohmann::ordered_json::object();
        for (std::size_t m = 0; m < t.objectives.size(); ++m)
            objectives[r.study->config().objectives[m].name] = t.objectives[m];
        item["violation"] = t.violation;
        auto& values = item["metrics"] = nlohmann::ordered_json::object();
        if (!t.metrics.empty()) {
            const std::vector<double> mean = mean_metrics(t, metrics.size());
            for (std::size_t m = 0; m < metrics.size(); ++m)
                values[metrics[m]] = mean[m];
        }
        item["replicates"] = t.metrics.size();
        item["evaluator"] = t.evaluator;
        item["cost_set"] = t.cost_set;
        list.push_back(std::move(item));
    }
    return document.dump(2) + "\n";
}

} // namespace imc::nas
