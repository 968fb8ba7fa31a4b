#include <cmath>

#include <fmt/format.h>

#include "nas/evaluators/evaluator.h"
#include "nas/evaluators/problems.h"
#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"

namespace imc::nas
{

namespace
{

class FunctionEvaluator final : public Evaluator
{
public:
    FunctionEvaluator(const TestProblem& problem, double noise)
        : problem_(problem), noise_(noise), metrics_(problem.metrics())
    {
    }

    const std::vector<std::string>& metrics() const override { return metrics_; }
    bool isolated() const override { return false; }
    std::string version() const override { return fmt::format("function {} 1", problem_.name); }

    std::vector<double> evaluate(const Request& request) const override
    {
        std::vector<double> values = problem_.evaluate(*request.candidate);
        RandomStream random(request.seed, "nas.function", request.trial);
        for (double& v : values)
            if (noise_ > 0)
                v += noise_ * random.normal();
        return values;
    }

private:
    const TestProblem& problem_;
    double noise_;
    std::vector<std::string> metrics_;
};

struct FunctionConfig final : EvaluatorConfig {
    std::string problem;
    double noise = 0.0;

    const char* family() const override { return "function"; }

    void fields(config::Visitor& v) override
    {
        v.text("problem", problem, "zdt1 ... zdt6, dtlz1, dtlz2, constr, branches, mixed", config::Presence::required);
        v.real("noise", noise, {0, 1e9}, unit::none, "standard deviation added to every metric");
    }

    std::unique_ptr<Evaluator> make(Space& space, const config::Place& place) const override
    {
        const TestProblem* found = find_test_problem(problem);
        if (!found) {
            std::vector<std::string> names;
            for (const TestProblem& p : test_problems())
                names.emplace_back(p.name);
            place.fail("problem",
                       fmt::format("there is no test problem '{}'{}", problem, config::suggestion(problem, names)));
        }
        // The variables' names are the study's own; kinds and widths are the problem's.
        const Space expected(found->variables);
        bool same = expected.variables().size() == space.variables().size();
        for (std::size_t i = 0; same && i < space.variables().size(); ++i) {
            const Variable &a = space.variables()[i], &b = expected.variables()[i];
            same = a.kind == b.kind && a.width == b.width && a.texts.size() == b.texts.size();
        }
        if (!same && found->variables[0].kind == Kind::real && found->constraints == 0 &&
            found->variables.size() == 1) {
            // ZDT and DTLZ are scalable: any number of reals is one of them.
            same = space.variables().size() > found->objectives;
            for (const Variable& v : space.variables())
                same &= v.numeric();
        }
        if (!same)
            config::Place{place.file, ""}.fail(
                "variables",
                fmt::format("do not fit the test problem '{}', which has {}", problem, expected.variables().size()));
        return std::make_unique<FunctionEvaluator>(*found, noise);
    }
};

} // namespace

std::unique_ptr<EvaluatorConfig> make_function_config() { return std::make_unique<FunctionConfig>(); }

} // namespace imc::nas
