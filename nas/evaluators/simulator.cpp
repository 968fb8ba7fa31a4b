#include "nas/evaluators/simulator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nas/evaluators/folds.h"
#include "nas/evaluators/join.h"
#include "nas/evaluators/json_template.h"
#include "nas/evaluators/template.h"
#include "nas/evaluators/trace_series.h"
#include "sim/base/config/describe.h"
#include "sim/base/config/document.h"
#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"
#include "sim/base/version.h"
#include "sim/run/result_json.h"
#include "sim/run/run.h"
#include "workloads/network.h"
#include "workloads/read/json_reader.h"

namespace imc::nas
{

namespace
{

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Every number of a result under its path: chip.area_mm2, noc.max_link_utilization. Lists are left out.
void flatten(const nlohmann::json& value, const std::string& path, std::map<std::string, double>& numbers)
{
    if (value.is_number())
        numbers[path] = value.get<double>();
    if (value.is_object())
        for (const auto& [key, inner] : value.items())
            flatten(inner, path.empty() ? key : path + "." + key, numbers);
}

/// Known from the mapping alone, before anything is simulated.
constexpr const char* from_mapping[] = {"fits", "required_bits", "arrays"};
constexpr std::size_t mapping_metrics = std::size(from_mapping);

/// A result with one of everything, to see whether a path leads anywhere.
nlohmann::json example_result()
{
    run::Result r;
    r.layers.resize(1);
    r.completions.resize(1);
    return nlohmann::json::parse(run::to_json(r));
}

constexpr std::string_view trace_prefix = "trace.";

/// A metric that is computed because a study asked for it.
struct Asked {
    std::string path;   ///< of a result
    std::string series; ///< of a trace, with
    Fold fold;
};

/// counts.NAME or counts.COMPONENT.EVENT; what did not happen is not in a result.
bool counted(std::string_view name)
{
    constexpr std::string_view prefix = "counts.";
    if (!name.starts_with(prefix))
        return false;
    const std::string_view rest = name.substr(prefix.size());
    for (const char* total : {"packets", "flits", "flit_hops", "macro_operations", "conversions"})
        if (rest == total)
            return true;
    for (std::size_t c = 0; c < component_count; ++c)
        if (rest.starts_with(std::string(name_of(static_cast<Component>(c))) + "."))
            return true;
    return false;
}

/// trace.SERIES.FOLD
Asked trace_metric(std::string_view name)
{
    const std::string_view path = name.substr(trace_prefix.size());
    const std::size_t dot = path.rfind('.');
    const std::string series(path.substr(0, dot));
    const auto known = TraceSeries::names();
    if (std::find(known.begin(), known.end(), series) == known.end())
        throw std::invalid_argument(
            fmt::format("'{}': a trace has no series '{}'{}", name, series, config::suggestion(series, known)));
    const auto fold = dot == std::string_view::npos ? std::nullopt : Fold::parse(path.substr(dot + 1));
    if (!fold)
        throw std::invalid_argument(
            fmt::format("'{}' must end in min, max, mean, sum, std, count or a percentile like p95", name));
    return {"", series, *fold};
}

std::vector<std::string> metric_names()
{
    std::vector<std::string> names(std::begin(from_mapping), std::end(from_mapping));
    std::map<std::string, double> numbers;
    flatten(nlohmann::json::parse(run::to_json(run::Result())), "", numbers);
    for (std::size_t c = 0; c < component_count; ++c) {
        const std::string component(name_of(static_cast<Component>(c)));
        for (std::size_t k = 0; k < category_count; ++k)
            numbers["energy_by_component_j." + component + "." + std::string(name_of(static_cast<Category>(k)))] = 0;
        numbers["area_by_component_mm2." + component] = 0;
    }
    for (const auto& [name, value] : numbers)
        names.push_back(name);
    return names;
}

class SimulatorEvaluator final : public Evaluator
{
public:
    SimulatorEvaluator(const Space& space, config::Document document, std::vector<Template> sets,
                       std::optional<JsonTemplate> network, std::vector<std::string> fidelities)
        : space_(space), document_(std::move(document)), sets_(std::move(sets)), network_(std::move(network)),
          fidelities_(std::move(fidelities)), metrics_(metric_names()), given_(metrics_.size())
    {
    }

    std::optional<std::size_t> find(std::string_view name) override
    {
        if (const auto known = Evaluator::find(name))
            return known;
        std::string example(name); // of lists, the example has one item
        for (std::size_t open = 0; (open = example.find('[', open)) != std::string::npos; ++open)
            example.replace(open, example.find(']', open) - open, "[0");
        if (name.starts_with(trace_prefix))
            asked_.push_back(trace_metric(name));
        else if (counted(name) || !std::isnan(number_at(example_, example)))
            asked_.push_back({std::string(name), "", {}});
        else
            return std::nullopt;
        metrics_.emplace_back(name);
        return metrics_.size() - 1;
    }

    const std::vector<std::string>& metrics() const override { return metrics_; }
    std::string version() const override { return fmt::format("imcsim {}", imc::version()); }
    bool known(std::size_t metric) const override { return metric < mapping_metrics; }

    run::Experiment experiment(const Candidate& candidate, std::size_t fidelity) const
    {
        config::Document document = document_;
        for (const Template& set : sets_)
            if (set.complete(candidate))
                document.set(set.fill(candidate));
        if (!fidelities_.empty())
            document.set("run.fidelity=" + fidelities_[std::min(fidelity, fidelities_.size() - 1)]);
        return document.read<run::Experiment>();
    }

    /// The network a template makes of a candidate, as text; nothing if the experiment's own is used.
    std::optional<std::string> network(const Candidate& candidate) const
    {
        return network_ ? std::optional(network_->fill(candidate)) : std::nullopt;
    }

    double peek(std::size_t metric, const Candidate& candidate) const override
    {
        const std::string key = space_.text(candidate);
        auto it = peeked_.find(key);
        if (it == peeked_.end())
            it = peeked_.emplace(key, mapped_numbers(candidate)).first;
        return it->second[metric];
    }

    std::vector<double> evaluate(const Request& request) const override
    {
        run::Experiment e = experiment(*request.candidate, request.fidelity);
        e.seed = static_cast<std::int64_t>(request.seed);
        run::Mapped mapped = run::map_experiment(e, graph_of(e, *request.candidate));
        run::compute_values(e, mapped);
        trace::Trace trace;
        auto owned = std::make_unique<TraceSeries>(to_femtoseconds(e.run.power_bin_s));
        const TraceSeries& observed = *owned;
        const bool watched = std::any_of(asked_.begin(), asked_.end(), [](const Asked& a) { return a.path.empty(); });
        if (watched)
            trace.attach(std::move(owned));
        const run::Result result = run::simulate(e, mapped, watched ? &trace : nullptr);
        trace.finish(result.cycles * e.chip.clock().period());
        const nlohmann::json document = nlohmann::json::parse(run::to_json(result));
        std::map<std::string, double> numbers;
        flatten(document, "", numbers);
        std::vector<double> values = numbers_of(mapped);
        for (std::size_t m = mapping_metrics; m < given_; ++m) {
            // A component that the chip does not have is not in the result: it spent nothing.
            const auto it = numbers.find(metrics_[m]);
            values.push_back(it == numbers.end() ? 0.0 : it->second);
        }
        for (const Asked& a : asked_)
            if (a.path.empty())
                values.push_back(a.fold.of(observed.series(a.series)));
            else if (const auto it = numbers.find(a.path); it != numbers.end())
                values.push_back(it->second);
            else
                values.push_back(counted(a.path) ? 0.0 : number_at(document, a.path));
        return values;
    }

private:
    static std::vector<double> numbers_of(const run::Mapped& mapped)
    {
        int bits = 0;
        for (const auto& layer : mapped.mapping.layers)
            bits = std::max(bits, layer.tiling.required_bits);
        return {1.0, static_cast<double>(bits), static_cast<double>(mapped.mapping.arrays_used)};
    }

    Graph graph_of(const run::Experiment& e, const Candidate& candidate) const
    {
        const auto text = network(candidate);
        return text ? build_graph(parse_json_network(*text, "network of the candidate")).graph
                    : load_network(e.network);
    }

    /// What is asked beforehand needs no places in the mesh, which cost most of the time.
    std::vector<double> mapped_numbers(const Candidate& candidate) const
    {
        try {
            const run::Experiment e = experiment(candidate, fidelities_.size());
            return numbers_of(run::lay_out_experiment(e, graph_of(e, candidate)));
        } catch (const std::exception&) {
            // Does not fit, or is no chip at all.
            return {0.0, none, none};
        }
    }

    const Space& space_;
    config::Document document_;
    std::vector<Template> sets_;
    std::optional<JsonTemplate> network_;
    std::vector<std::string> fidelities_;
    nlohmann::json example_ = example_result();
    std::vector<std::string> metrics_;
    std::size_t given_; ///< metrics that are always there; the others were asked for
    std::vector<Asked> asked_;
    mutable std::map<std::string, std::vector<double>> peeked_; ///< repair asks for the same candidates again
};

struct SimulatorConfig final : EvaluatorConfig {
    std::filesystem::path experiment;
    std::vector<std::string> set;
    std::filesystem::path network;
    std::vector<std::string> fidelities;

    const char* family() const override { return "simulator"; }

    void fields(config::Visitor& v) override
    {
        v.path("experiment", experiment, "the experiment that candidates change", config::Presence::required);
        v.texts("set", set,
                "PATH=VALUE as for imcsim run --set, with {variable} where a variable's value goes and {study} for the "
                "study's directory; one with an inactive variable is left out");
        v.path("network", network,
               "JSON network with places that depend on the candidate, in the place of the experiment's");
        v.texts("fidelities", fidelities, "run.fidelity of each of the study's rungs; by default the experiment's own");
    }

    std::unique_ptr<Evaluator> make(Space& space, const config::Place& place) const override
    {
        std::optional<config::Document> document;
        try {
            document = config::Document::load(experiment);
            document->read<run::Experiment>();
        } catch (const ConfigError& e) {
            place.fail("experiment", e.what());
        }
        std::vector<Template> sets;
        for (std::size_t i = 0; i < set.size(); ++i)
            try {
                sets.emplace_back(with_study_directory(set[i], place), space);
            } catch (const std::invalid_argument& e) {
                place.fail(fmt::format("set[{}]", i), e.what());
            }
        std::optional<JsonTemplate> networks;
        try {
            if (!network.empty())
                networks = JsonTemplate::load(network, space);
        } catch (const ConfigError& e) {
            place.fail("network", e.what());
        }
        auto evaluator = std::make_unique<SimulatorEvaluator>(space, std::move(*document), std::move(sets),
                                                              std::move(networks), fidelities);
        // One candidate shows whether the paths exist; its values may still be refused together.
        RandomStream random(1, "nas.simulator");
        const Candidate sample = space.sample(random);
        try {
            if (const auto text = evaluator->network(sample))
                build_graph(parse_json_network(*text, "of " + space.text(sample)));
        } catch (const ConfigError& e) {
            place.fail("network", fmt::format("{}: {}", network.string(), e.what()));
        }
        for (std::size_t rung = 0; rung < std::max<std::size_t>(1, fidelities.size()); ++rung)
            try {
                evaluator->experiment(sample, rung);
            } catch (const ConfigError& e) {
                const std::string what = e.what();
                if (what.find("run.fidelity") != std::string::npos)
                    place.fail(fmt::format("fidelities[{}]", rung), what);
                if (what.find("unknown key") != std::string::npos || what.find("--set") != std::string::npos)
                    place.fail("set", what);
            }
        return evaluator;
    }
};

} // namespace

std::unique_ptr<EvaluatorConfig> make_simulator_config() { return std::make_unique<SimulatorConfig>(); }

namespace
{

const SimulatorEvaluator& simulator_in(const Evaluator& evaluator)
{
    for (const Evaluator* part : parts_of(evaluator))
        if (const auto* simulator = dynamic_cast<const SimulatorEvaluator*>(part))
            return *simulator;
    throw std::invalid_argument("only a study with a simulator has experiments");
}

} // namespace

std::optional<std::string> resolved_network(const Evaluator& evaluator, const Candidate& candidate)
{
    return simulator_in(evaluator).network(candidate);
}

std::string resolved_experiment(const Evaluator& evaluator, const Candidate& candidate, std::size_t fidelity,
                                const std::string& network)
{
    run::Experiment experiment = simulator_in(evaluator).experiment(candidate, fidelity);
    auto document = config::dump(config::fields_of(experiment));
    if (!network.empty())
        document["network"] = network; // beside the experiment, so that both can be moved
    return document.dump(2) + "\n";
}

} // namespace imc::nas
