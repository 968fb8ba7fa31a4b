#pragma once

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nas/space/space.h"
#include "sim/base/config/visitor.h"

namespace imc::nas
{

/// One evaluation to be made.
struct Request {
    const Candidate* candidate = nullptr;
    std::size_t trial = 0;
    std::size_t replicate = 0;
    std::size_t fidelity = 0;        ///< rung
    std::uint64_t seed = 1;          ///< differs between replicates, the same for all candidates
    std::filesystem::path directory; ///< exists, empty, the evaluation's own
};

/// Thrown by evaluate() where a process that it started was ended for its CPU time.
struct OutOfCpuTime : std::exception {
    const char* what() const noexcept override { return "used more CPU time than allowed"; }
};

/// Gives metrics for candidates. evaluate() runs in a worker process.
class Evaluator
{
public:
    virtual ~Evaluator() = default;

    /// The names evaluate() gives values for, in its order.
    virtual const std::vector<std::string>& metrics() const = 0;
    /// The index of a metric. An evaluator that could give more metrics than anybody wants (folds over a trace)
    /// adds to metrics() those that are asked for, which is why a study asks before it evaluates.
    /// Throws std::invalid_argument for a name that is nearly one of those.
    virtual std::optional<std::size_t> find(std::string_view name);
    /// Throws RunError saying why there is no result. What is not finite is a failure too.
    virtual std::vector<double> evaluate(const Request& request) const = 0;
    /// Whether the metric can be had without an evaluation, by peek().
    virtual bool known(std::size_t) const { return false; }
    virtual double peek(std::size_t metric, const Candidate& candidate) const;
    /// Whether peek() is too slow to be asked for every candidate of a space.
    virtual bool costly(std::size_t) const { return isolated(); }
    /// Whether evaluate() may crash, hang or leak, and so needs a process of its own.
    virtual bool isolated() const { return true; }
    /// Tells results of different evaluators, or versions of one, apart.
    virtual std::string version() const = 0;
    /// Which unit costs the results are for, where that applies.
    virtual std::string cost_set() const { return ""; }
};

/// An evaluator as a study states it: one struct per family, told apart by "type".
struct EvaluatorConfig {
    virtual ~EvaluatorConfig() = default;
    virtual void fields(config::Visitor& v) = 0;
    virtual const char* family() const = 0;
    /// Ready for use; may add to the space what restricts candidates. Throws ConfigError at `place`, where the
    /// evaluator stands in the study.
    virtual std::unique_ptr<Evaluator> make(Space& space, const config::Place& place) const = 0;
};

struct EvaluatorFamily {
    const char* name;
    const char* meaning;
    std::unique_ptr<EvaluatorConfig> (*make)();
};

std::span<const EvaluatorFamily> evaluator_families();

std::unique_ptr<EvaluatorConfig> make_function_config();
std::unique_ptr<EvaluatorConfig> make_table_config();
std::unique_ptr<EvaluatorConfig> make_command_config();
std::unique_ptr<EvaluatorConfig> make_simulator_config();
std::unique_ptr<EvaluatorConfig> make_join_config();

} // namespace imc::nas
