#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "nas/space/variable.h"

namespace imc::nas
{

/// One point of a search space: the slots of all variables, NaN where a variable is inactive. Two
/// candidates are the same exactly if their slots are.
using Candidate = std::vector<double>;

/// A requirement on candidates that costs no evaluation.
struct Constraint {
    std::string text;
    std::vector<std::size_t> variables; ///< those it depends on, ascending
    /// 0 if the candidate satisfies it, else how far it is from doing so.
    std::function<double(const Candidate&)> violation;
    bool costly = false;                 ///< too slow to be asked for every candidate of a space
    std::vector<std::size_t> named = {}; ///< those its text names, where it depends on others too
};

/// Which constraints are looked at.
enum class Checks { all, cheap, costly };

/// Variables, the conditions under which they exist, and constraints between them.
class Space
{
public:
    /// Throws std::invalid_argument (what(): "KEY: message") for unknown names and repeated ones, with KEY
    /// relative to the study, like variables[2].when.
    explicit Space(const std::vector<VariableConfig>& variables);
    Space(const Space&) = delete; // expressions point to the texts of variables
    Space& operator=(const Space&) = delete;

    const std::vector<Variable>& variables() const { return variables_; }
    const std::vector<Constraint>& constraints() const { return constraints_; }
    std::size_t slots() const { return slots_; }

    /// The meaning of a name within expressions over variables; throws std::invalid_argument with a suggestion.
    Symbol symbol(std::string_view name) const;
    std::optional<Symbol> find(std::string_view name) const;
    /// The variables that own the given slots.
    std::vector<std::size_t> owners(const std::vector<std::size_t>& slots) const;

    void constrain(Expression expression);
    /// Costly ones stay behind the others, so that they are asked last.
    void constrain(Constraint constraint);

    bool active(const Candidate& candidate, std::size_t variable) const;
    /// Makes the slots agree with the conditions: what is inactive becomes NaN, what newly exists is sampled.
    void settle(Candidate& candidate, RandomStream& random) const;
    /// Any candidate, constraints not looked at.
    Candidate sample(RandomStream& random) const;
    /// The sum of the constraints' violations; 0 for an admissible candidate.
    double violation(const Candidate& candidate, Checks checks = Checks::all) const;
    bool admissible(const Candidate& candidate, Checks checks = Checks::all) const;

    /// The resolved candidate as a JSON object of its active variables, in their order: also its identity.
    std::string text(const Candidate& candidate) const;
    /// Inverse of text(); throws std::invalid_argument for what is not a candidate of this space.
    Candidate parse(const nlohmann::json& object) const;

private:
    void add(const VariableConfig& config, const std::string& name, const std::string& key);

    std::vector<Variable> variables_;
    std::vector<Constraint> constraints_;
    std::vector<std::size_t> owner_; ///< per slot
    std::size_t slots_ = 0;
};

/// Changes as little as is needed to satisfy the constraints: in turn one variable of a violated
/// constraint takes the value that leaves the least violation, the nearest of them. Falls back on fresh
/// samples. Returns false if nothing admissible was found.
bool repair(const Space& space, Candidate& candidate, RandomStream& random, Checks checks = Checks::all);

/// A random admissible candidate. Throws RunError if none is found.
Candidate sample_admissible(const Space& space, RandomStream& random, Checks checks = Checks::all);

} // namespace imc::nas
