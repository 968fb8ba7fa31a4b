#include "sim/cli/recost/present.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/cli/recost/ranking.h"

namespace imc::cli
{

namespace
{

using Json = nlohmann::ordered_json;

std::string range_text(const run::Interval& joules)
{
    return joules.low < joules.high ? fmt::format("[{:.4g}, {:.4g}]", joules.low * 1e6, joules.high * 1e6) : "";
}

Json range_json(const run::Interval& joules) { return {{"low", joules.low}, {"high", joules.high}}; }

std::vector<double> energies(const Recosted& all, std::size_t set)
{
    std::vector<double> values;
    for (const auto& priced : all.priced)
        values.push_back(priced[set].energy.joules());
    return values;
}

std::vector<char> front(const Recosted& all, std::size_t set)
{
    std::vector<double> latencies;
    for (const auto& priced : all.priced)
        latencies.push_back(priced[set].latency_s);
    return non_dominated(energies(all, set), latencies);
}

/// Per run: non-dominated in energy and latency under every cost set.
std::vector<char> stays(const Recosted& all)
{
    std::vector<char> result(all.runs.size(), 1);
    for (std::size_t s = 0; s < all.sets.size(); ++s) {
        const std::vector<char> here = front(all, s);
        for (std::size_t i = 0; i < result.size(); ++i)
            result[i] = result[i] && here[i];
    }
    return result;
}

struct Agreement {
    std::size_t a, b;
    double spearman_rho, kendall_tau;
};

std::vector<Agreement> agreements(const Recosted& all)
{
    std::vector<Agreement> pairs;
    for (std::size_t a = 0; a < all.sets.size(); ++a)
        for (std::size_t b = a + 1; b < all.sets.size(); ++b) {
            const std::vector<double> ea = energies(all, a), eb = energies(all, b);
            pairs.push_back({a, b, spearman(ea, eb), kendall(ea, eb)});
        }
    return pairs;
}

Json components_json(const run::Result& r)
{
    Json components = Json::object();
    for (std::size_t c = 0; c < component_count; ++c) {
        Energy sum;
        for (const Energy e : r.energy_by_component[c])
            sum += e;
        if (sum > Energy())
            components[std::string(name_of(static_cast<Component>(c)))] = sum.joules();
    }
    return components;
}

} // namespace

std::string as_text(const Recosted& all)
{
    std::size_t widest = 3;
    for (const StoredRun& stored : all.runs)
        widest = std::max(widest, stored.name.size());
    std::string text = fmt::format("{:<{}}  {:<16} {:>16} {:>24} {:>16} {:>24} {:>10}\n", "run", widest, "costs",
                                   "energy/uJ", "[low, high]", "steady/uJ", "[low, high]", "TOPS/W");
    for (std::size_t i = 0; i < all.runs.size(); ++i)
        for (std::size_t s = 0; s < all.sets.size(); ++s) {
            const run::Result& r = all.priced[i][s];
            text += fmt::format("{:<{}}  {:<16} {:>16.6g} {:>24} {:>16.6g} {:>24} {:>10.4g}\n",
                                s == 0 ? all.runs[i].name : "", widest, all.sets[s].name, r.energy.joules() * 1e6,
                                range_text(r.energy_range_j), r.energy_per_inference_steady_j * 1e6,
                                range_text(r.steady_energy_range_j), r.tops_per_w());
        }
    if (all.runs.size() > 1) {
        for (const Agreement& pair : agreements(all))
            text += fmt::format("\nranks by energy under {} and {}: Spearman {:.4f}, Kendall {:.4f}",
                                all.sets[pair.a].name, all.sets[pair.b].name, pair.spearman_rho, pair.kendall_tau);
        text += "\n\nnon-dominated in energy and latency under all costs:\n";
        const std::vector<char> keep = stays(all);
        for (std::size_t i = 0; i < keep.size(); ++i)
            if (keep[i])
                text += "  " + all.runs[i].name + "\n";
    }
    return text;
}

std::string as_json(const Recosted& all)
{
    const auto number = [](double value) { return std::isnan(value) ? Json(nullptr) : Json(value); };
    Json sets = Json::array(), runs = Json::array(), pairs = Json::array();
    std::vector<std::vector<char>> fronts;
    for (std::size_t s = 0; s < all.sets.size(); ++s) {
        sets.push_back(all.sets[s].name);
        fronts.push_back(front(all, s));
    }
    const std::vector<char> keep = stays(all);
    for (std::size_t i = 0; i < all.runs.size(); ++i) {
        Json costs = Json::array();
        for (std::size_t s = 0; s < all.sets.size(); ++s) {
            const run::Result& r = all.priced[i][s];
            costs.push_back({{"costs", all.sets[s].name},
                             {"energy_j", r.energy.joules()},
                             {"energy_range_j", range_json(r.energy_range_j)},
                             {"energy_per_inference_steady_j", r.energy_per_inference_steady_j},
                             {"energy_per_inference_steady_range_j", range_json(r.steady_energy_range_j)},
                             {"calibrate_energy_j", r.calibrate_energy.joules()},
                             {"tops_per_w", r.tops_per_w()},
                             {"energy_by_component_j", components_json(r)},
                             {"non_dominated", fronts[s][i] != 0}});
        }
        runs.push_back({{"run", all.runs[i].name},
                        {"latency_s", all.priced[i].front().latency_s},
                        {"non_dominated_in_all", keep[i] != 0},
                        {"under", std::move(costs)}});
    }
    for (const Agreement& pair : agreements(all))
        pairs.push_back({{"costs", {all.sets[pair.a].name, all.sets[pair.b].name}},
                         {"spearman", number(pair.spearman_rho)},
                         {"kendall", number(pair.kendall_tau)}});
    return Json{{"schema", "imcsim.recost/1"},
                {"costs", std::move(sets)},
                {"runs", std::move(runs)},
                {"rank_correlation", std::move(pairs)},
                {"warnings", all.warnings}}
               .dump(2) +
           "\n";
}

} // namespace imc::cli
