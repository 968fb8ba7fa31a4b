#include "nas/study/study.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "sim/base/config/document.h"
#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"

namespace imc::nas
{

namespace
{

constexpr std::uint64_t enumerated_steps = 2'000'000;

} // namespace

std::unique_ptr<Study> Study::load(const std::filesystem::path& file)
{
    return std::make_unique<Study>(config::Document::load(file).read<StudyConfig>());
}

Study::Study(StudyConfig config) : config_(std::move(config))
{
    const config::Place& place = config_.place;
    try {
        space_ = std::make_unique<Space>(config_.variables);
    } catch (const std::invalid_argument& e) {
        throw ConfigError(place.file, e.what());
    }
    evaluator_ = config_.evaluator->make(*space_, {place.file, "evaluator"});
    bind_objectives();
    bind_constraints();
    require_satisfiable();
    size_ = count(*space_);
}

Expression Study::parse(const std::string& text, const std::string& key) const
{
    const auto& metrics = evaluator_->metrics();
    try {
        return Expression::parse(text, [&](std::string_view name) -> std::optional<Symbol> {
            if (const auto symbol = space_->find(name))
                return symbol;
            if (const auto metric = evaluator_->find(name))
                return Symbol{space_->slots() + *metric, nullptr};
            std::vector<std::string> known = metrics;
            for (const Variable& v : space_->variables())
                known.push_back(v.name);
            throw std::invalid_argument(fmt::format("'{}' is neither a variable nor a metric of the evaluator{}", name,
                                                    config::suggestion(name, known)));
        });
    } catch (const std::invalid_argument& e) {
        config_.place.fail(key, e.what());
    }
}

std::vector<std::size_t> Study::metrics_of(const Expression& expression) const
{
    std::vector<std::size_t> metrics;
    for (const std::size_t slot : expression.slots())
        if (slot >= space_->slots())
            metrics.push_back(slot - space_->slots());
    return metrics;
}

void Study::bind_objectives()
{
    for (std::size_t i = 0; i < config_.objectives.size(); ++i) {
        const ObjectiveConfig& o = config_.objectives[i];
        const std::string key = fmt::format("objectives[{}]", i);
        Expression expression =
            o.expression.empty() ? parse(o.name, key + ".name") : parse(o.expression, key + ".expression");
        std::vector<std::size_t> metrics = metrics_of(expression);
        if (o.known_before_evaluation)
            for (const std::size_t m : metrics)
                if (!evaluator_->known(m))
                    config_.place.fail(key + ".known_before_evaluation",
                                       fmt::format("the evaluator has to run for '{}'", evaluator_->metrics()[m]));
        objectives_.push_back({std::move(expression), std::move(metrics)});
    }
}

void Study::bind_constraints()
{
    for (std::size_t i = 0; i < config_.constraints.size(); ++i) {
        const ConstraintConfig& c = config_.constraints[i];
        const std::string key = fmt::format("constraints[{}]", i);
        Expression expression = parse(c.require, key + ".require");
        const std::vector<std::size_t> metrics = metrics_of(expression);
        if (metrics.empty()) {
            space_->constrain(std::move(expression));
        } else if (!c.known_before_evaluation) {
            constraints_.push_back(std::move(expression));
        } else {
            for (const std::size_t m : metrics)
                if (!evaluator_->known(m))
                    config_.place.fail(key + ".known_before_evaluation",
                                       fmt::format("the evaluator has to run for '{}'", evaluator_->metrics()[m]));
            // Metrics depend on every variable.
            Constraint constraint{c.require, {}, {}};
            std::vector<std::size_t> slots = expression.slots();
            std::erase_if(slots, [this](std::size_t slot) { return slot >= space_->slots(); });
            constraint.named = space_->owners(slots);
            for (std::size_t v = 0; v < space_->variables().size(); ++v)
                constraint.variables.push_back(v);
            constraint.violation = [this, metrics, e = std::move(expression)](const Candidate& candidate) {
                return e.violation(environment(candidate, peeked(candidate, metrics)));
            };
            constraint.costly =
                std::any_of(metrics.begin(), metrics.end(), [this](std::size_t m) { return evaluator_->costly(m); });
            space_->constrain(std::move(constraint));
        }
    }
}

/// A study that nobody can satisfy is refused, naming the first constraint that cannot be.
void Study::require_satisfiable() const
{
    const auto& constraints = space_->constraints();
    if (constraints.empty())
        return;
    bool found = false;
    const bool exhausted = for_each_candidate(*space_, enumerated_steps, [&](const Candidate&) {
        found = true;
        return false;
    });
    if (found)
        return;
    RandomStream random(config_.seed, "nas.satisfiable");
    Candidate candidate = space_->sample(random);
    if (!exhausted && repair(*space_, candidate, random))
        return;
    std::string key = "constraints";
    for (std::size_t i = 0; i < config_.constraints.size(); ++i) {
        Space alone(config_.variables);
        for (const Constraint& c : constraints)
            if (c.text == config_.constraints[i].require)
                alone.constrain(c);
        Candidate trial = alone.sample(random);
        if (!repair(alone, trial, random)) {
            key = fmt::format("constraints[{}].require", i);
            break;
        }
    }
    config_.place.fail(key, exhausted ? "no candidate satisfies it: every one was tried"
                                      : "no candidate that satisfies it was found by sampling and repair");
}

std::vector<double> Study::peeked(const Candidate& candidate, const std::vector<std::size_t>& metrics) const
{
    std::vector<double> values(evaluator_->metrics().size(), std::numeric_limits<double>::quiet_NaN());
    for (const std::size_t m : metrics)
        values[m] = evaluator_->peek(m, candidate);
    return values;
}

std::vector<double> Study::environment(const Candidate& candidate, std::span<const double> metrics) const
{
    std::vector<double> values = candidate;
    values.insert(values.end(), metrics.begin(), metrics.end());
    return values;
}

Problem Study::problem() const
{
    Problem p;
    p.space = space_.get();
    p.objectives = objectives_.size();
    p.budget = config_.evaluations;
    p.fidelities = fidelities();
    p.seed = config_.seed;
    for (std::size_t i = 0; i < objectives_.size(); ++i) {
        std::function<double(const Candidate&)> known;
        if (config_.objectives[i].known_before_evaluation || objectives_[i].metrics.empty())
            known = [this, i](const Candidate& candidate) {
                const Objective& o = objectives_[i];
                const double value = o.expression.evaluate(environment(candidate, peeked(candidate, o.metrics)));
                return config_.objectives[i].direction == Direction::maximise ? -value : value;
            };
        p.known.push_back(std::move(known));
    }
    return p;
}

Study::Score Study::score(const Candidate& candidate, std::span<const double> metrics) const
{
    const std::vector<double> values = environment(candidate, metrics);
    Score score;
    for (const Objective& o : objectives_)
        score.objectives.push_back(o.expression.evaluate(values));
    for (const Expression& c : constraints_)
        score.violation += c.violation(values);
    return score;
}

Objectives Study::minimised(Objectives objectives) const
{
    for (std::size_t i = 0; i < objectives.size(); ++i)
        if (config_.objectives[i].direction == Direction::maximise)
            objectives[i] = -objectives[i];
    return objectives;
}

} // namespace imc::nas
