#include "nas/evaluators/simulator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nas/evaluators/template.h"
#include "sim/base/config/describe.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/base/version.h"
#include "sim/run/result_json.h"
#include "sim/run/run.h"

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
                       std::vector<std::string> fidelities)
        : space_(space), document_(std::move(document)), sets_(std::move(sets)), fidelities_(std::move(fidelities)),
          metrics_(metric_names())
    {
    }

    const std::vector<std::string>& metrics() const override { return metrics_; }
    std::string version() const override { return fmt::format("imcsim {}", imc::version()); }
    bool known(std::size_t metric) const override { return metric < mapping_metrics; }

    run::Experiment experiment(const Candidate& candidate, std::size_t fidelity) const
    {
        config::Document document = document_;
        for (const Template& set : sets_)
            document.set(set.fill(candidate));
        if (!fidelities_.empty())
            document.set("run.fidelity=" + fidelities_[std::min(fidelity, fidelities_.size() - 1)]);
        return document.read<run::Experiment>();
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
        run::Mapped mapped = run::map_experiment(e);
        run::compute_values(e, mapped);
        const run::Result result = run::simulate(e, mapped, nullptr);
        std::map<std::string, double> numbers;
        flatten(nlohmann::json::parse(run::to_json(result)), "", numbers);
        const std::vector<double> before = numbers_of(mapped);
        std::vector<double> values;
        for (std::size_t m = 0; m < metrics_.size(); ++m) {
            // A component that the chip does not have is not in the result: it spent nothing.
            const auto it = numbers.find(metrics_[m]);
            values.push_back(m < mapping_metrics ? before[m] : it == numbers.end() ? 0.0 : it->second);
        }
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

    std::vector<double> mapped_numbers(const Candidate& candidate) const
    {
        try {
            return numbers_of(run::map_experiment(experiment(candidate, fidelities_.size())));
        } catch (const std::exception&) {
            // Does not fit, or is no chip at all.
            return {0.0, none, none};
        }
    }

    const Space& space_;
    config::Document document_;
    std::vector<Template> sets_;
    std::vector<std::string> fidelities_;
    std::vector<std::string> metrics_;
    mutable std::map<std::string, std::vector<double>> peeked_; ///< repair asks for the same candidates again
};

struct SimulatorConfig final : EvaluatorConfig {
    std::filesystem::path experiment;
    std::vector<std::string> set;
    std::vector<std::string> fidelities;

    const char* family() const override { return "simulator"; }

    void fields(config::Visitor& v) override
    {
        v.path("experiment", experiment, "the experiment that candidates change", config::Presence::required);
        v.texts("set", set, "PATH=VALUE as for imcsim run --set, with {variable} where a variable's value goes");
        v.texts("fidelities", fidelities, "run.fidelity of each of the study's rungs; by default the experiment's own");
    }

    std::unique_ptr<Evaluator> make(Space& space, const config::Place& place) const override
    {
        std::optional<config::Document> document;
        try {
            document = config::Document::load(experiment);
            document->read<run::Experiment>();
        } catch (const ConfigError& e) {
            place.fail("evaluator.experiment", e.what());
        }
        std::vector<Template> sets;
        for (std::size_t i = 0; i < set.size(); ++i)
            try {
                sets.emplace_back(set[i], space);
            } catch (const std::invalid_argument& e) {
                place.fail(fmt::format("evaluator.set[{}]", i), e.what());
            }
        auto evaluator = std::make_unique<SimulatorEvaluator>(space, std::move(*document), std::move(sets), fidelities);
        // One candidate shows whether the paths exist; its values may still be refused together.
        RandomStream random(1, "nas.simulator");
        try {
            evaluator->experiment(space.sample(random), fidelities.size());
        } catch (const ConfigError& e) {
            if (std::string(e.what()).find("unknown key") != std::string::npos ||
                std::string(e.what()).find("--set") != std::string::npos)
                place.fail("evaluator.set", e.what());
        }
        return evaluator;
    }
};

} // namespace

std::unique_ptr<EvaluatorConfig> make_simulator_config() { return std::make_unique<SimulatorConfig>(); }

std::string resolved_experiment(const Evaluator& evaluator, const Candidate& candidate, std::size_t fidelity)
{
    const auto* simulator = dynamic_cast<const SimulatorEvaluator*>(&evaluator);
    if (!simulator)
        throw std::invalid_argument("only a study with a simulator has experiments");
    run::Experiment experiment = simulator->experiment(candidate, fidelity);
    return config::dump(config::fields_of(experiment)).dump(2) + "\n";
}

} // namespace imc::nas
