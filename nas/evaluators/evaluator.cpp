#include "nas/evaluators/evaluator.h"

#include <algorithm>
#include <stdexcept>

namespace imc::nas
{

std::optional<std::size_t> Evaluator::find(std::string_view name)
{
    const auto& names = metrics();
    const auto it = std::find(names.begin(), names.end(), name);
    return it == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(it - names.begin()));
}

double Evaluator::peek(std::size_t, const Candidate&) const
{
    throw std::logic_error("this evaluator knows nothing before an evaluation");
}

std::span<const EvaluatorFamily> evaluator_families()
{
    static constexpr EvaluatorFamily families[] = {
        {"function", "a built-in test problem with a known front", make_function_config},
        {"table", "rows of a CSV file", make_table_config},
        {"command", "any program: JSON in, JSON out, in a directory of its own", make_command_config},
        {"simulator", "an experiment that candidates change", make_simulator_config},
        {"join", "several evaluators of one candidate, their metrics side by side", make_join_config},
    };
    return families;
}

} // namespace imc::nas
