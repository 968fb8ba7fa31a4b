#pragma once

#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "nas/algorithms/algorithm.h"
#include "nas/evaluators/evaluator.h"
#include "nas/space/count.h"

namespace imc::nas
{

enum class Direction { minimise, maximise };
inline constexpr config::Choice<Direction> directions[] = {
    {"minimise", Direction::minimise, "less is better"},
    {"maximise", Direction::maximise, "more is better"},
};

struct ObjectiveConfig {
    std::string name;
    std::string expression;
    Direction direction = Direction::minimise;
    bool known_before_evaluation = false;
    /// Beyond it nothing counts in the hypervolume; NaN: a tenth of the results' extent beyond the worst.
    double reference = std::numeric_limits<double>::quiet_NaN();

    void fields(config::Visitor& v);
};

struct ConstraintConfig {
    std::string require;
    bool known_before_evaluation = false;

    void fields(config::Visitor& v);
};

struct ExecutionConfig {
    std::size_t window = 8;
    std::size_t workers = 2;
    std::size_t replicates = 1;
    double cpu_limit_s = 3600;
    double wall_limit_s = 0;
    std::size_t memory_limit_mb = 0;

    void fields(config::Visitor& v);
};

/// A study as its file states it, schema imcsim.study/1.
struct StudyConfig {
    std::string schema;
    std::string name;
    std::uint64_t seed = 1;
    std::size_t evaluations = 100;
    std::vector<VariableConfig> variables;
    std::vector<ConstraintConfig> constraints;
    std::vector<ObjectiveConfig> objectives;
    std::unique_ptr<EvaluatorConfig> evaluator;
    std::vector<std::string> fidelities;
    AlgorithmConfig algorithm;
    ExecutionConfig execution;

    void fields(config::Visitor& v);
    void check(const config::Place& place);

    // Filled by check().
    config::Place place;
};

/// A study made ready: expressions bound, constraints on variables in the space, all of it checked.
class Study
{
public:
    /// Throws ConfigError with the path of the key for whatever cannot work: empty ranges, unknown names,
    /// constraints that nobody can satisfy, a table that lacks a row.
    static std::unique_ptr<Study> load(const std::filesystem::path& file);
    explicit Study(StudyConfig config);

    const StudyConfig& config() const { return config_; }
    const Space& space() const { return *space_; }
    const Evaluator& evaluator() const { return *evaluator_; }
    const Size& size() const { return size_; }
    Problem problem() const;
    std::size_t fidelities() const { return std::max<std::size_t>(1, config_.fidelities.size()); }

    /// The objectives (as the user states them, not negated) and the violation of the constraints on results.
    struct Score {
        Objectives objectives;
        double violation = 0.0;
    };
    Score score(const Candidate& candidate, std::span<const double> metrics) const;
    /// The same with maximised objectives negated, for algorithms and indicators.
    Objectives minimised(Objectives objectives) const;

private:
    struct Objective {
        Expression expression;
        std::vector<std::size_t> metrics; ///< it reads
    };

    void bind_objectives();
    void bind_constraints();
    void require_satisfiable() const;
    Expression parse(const std::string& text, const std::string& key) const;
    std::vector<std::size_t> metrics_of(const Expression& expression) const;
    std::vector<double> peeked(const Candidate& candidate, const std::vector<std::size_t>& metrics) const;
    std::vector<double> environment(const Candidate& candidate, std::span<const double> metrics) const;

    StudyConfig config_;
    std::unique_ptr<Space> space_;
    std::unique_ptr<Evaluator> evaluator_;
    std::vector<Objective> objectives_;
    std::vector<Expression> constraints_; ///< on results
    Size size_;
};

} // namespace imc::nas
