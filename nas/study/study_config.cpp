#include <set>

#include <fmt/format.h>

#include "nas/study/study.h"

namespace imc::nas
{

namespace
{

constexpr const char* schema_name = "imcsim.study/1";

/// Lets the visitor find the evaluator's fields under a key of their own.
struct EvaluatorSection {
    std::unique_ptr<EvaluatorConfig>& config;
    void fields(config::Visitor& v)
    {
        v.variant("type", config, evaluator_families(), "what evaluates candidates", config::Presence::required);
    }
};

} // namespace

void ObjectiveConfig::fields(config::Visitor& v)
{
    v.text("name", name, "what it is called", config::Presence::required);
    v.text("expression", expression, "over variables and the evaluator's metrics; by default the metric of its name");
    v.choice("direction", direction, directions, "what is better");
    v.boolean("known_before_evaluation", known_before_evaluation, "whether it can be had without an evaluation");
    v.real("reference", reference, {}, unit::none, "value beyond which nothing counts in the hypervolume");
}

void ConstraintConfig::fields(config::Visitor& v)
{
    v.text("require", require, "a comparison over variables (checked before an evaluation) or metrics (after)",
           config::Presence::required);
    v.boolean("known_before_evaluation", known_before_evaluation,
              "whether its metrics can be had without an evaluation");
}

void ExecutionConfig::fields(config::Visitor& v)
{
    v.integer("window", window, {1, 100000}, unit::none, "proposal k sees the results of trials up to k - window");
    v.integer("workers", workers, {1, 1024}, unit::none, "processes; does not change what is proposed");
    v.integer("replicates", replicates, {1, 10000}, unit::none, "evaluations per trial, averaged, for noisy metrics");
    v.real("cpu_limit_s", cpu_limit_s, {0, 1e9}, unit::seconds,
           "CPU time of one evaluation, with all processes it starts; 0 = unlimited");
    v.real("wall_limit_s", wall_limit_s, {0, 1e9}, unit::seconds,
           "elapsed time of one evaluation, for one that sleeps; 0 = ten times cpu_limit_s");
    v.integer("memory_limit_mb", memory_limit_mb, {0, 1 << 30}, unit::none, "memory of one evaluation; 0 = unlimited");
}

void StudyConfig::fields(config::Visitor& v)
{
    v.text("schema", schema, schema_name, config::Presence::required);
    v.text("name", name, "what the study is called");
    v.integer("seed", seed, {0, (std::int64_t{1} << 53)}, unit::none, "of every random stream");
    v.integer("evaluations", evaluations, {1, 100'000'000}, unit::none, "trials in all");
    v.list("variables", variables, "the search space", config::Presence::required);
    v.list("constraints", constraints, "what candidates or their results must satisfy");
    v.list("objectives", objectives, "what is minimised or maximised", config::Presence::required);
    EvaluatorSection section{evaluator};
    v.section("evaluator", section, "what evaluates candidates", config::Presence::required);
    v.texts("fidelities", fidelities, "names of the rungs from cheap to exact, for halving");
    v.section("algorithm", algorithm, "how candidates are proposed");
    v.section("execution", execution, "how evaluations are run");
}

void StudyConfig::check(const config::Place& at)
{
    place = at;
    if (schema != schema_name)
        at.fail("schema", fmt::format("must be \"{}\", got \"{}\"", schema_name, schema));
    if (objectives.empty())
        at.fail("objectives", "a study needs at least one objective");
    std::set<std::string> names;
    for (std::size_t i = 0; i < objectives.size(); ++i)
        if (!names.insert(objectives[i].name).second)
            at.fail(fmt::format("objectives[{}].name", i),
                    fmt::format("'{}' is already an objective", objectives[i].name));
    if (algorithm.kind == AlgorithmKind::halving && fidelities.size() < 2)
        at.fail("fidelities", "halving needs at least two");
}

} // namespace imc::nas
