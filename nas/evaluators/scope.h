#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nas/space/space.h"

namespace imc::nas
{

/// A number, or the index of one of the texts of a categorical variable. NaN: it has no value.
struct NamedValue {
    double number = 0.0;
    const std::vector<std::string>* texts = nullptr;

    bool exists() const { return !std::isnan(number); }
    std::string text() const;
};

/// What names stand for at one place of a template: the variables of a candidate, and names given on the way
/// there, the innermost first.
class Scope
{
public:
    Scope(const Space& space, const Candidate& candidate) : space_(&space), candidate_(&candidate) {}

    static bool is_name(std::string_view text);

    void push(std::string name, NamedValue value) { names_.push_back({std::move(name), value}); }
    std::size_t size() const { return names_.size(); }
    void shrink(std::size_t size) { names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(size), names_.end()); }

    /// The value of an expression, or of a name alone, which may then be categorical. `block[i]`, with i a name
    /// given, is the variable of the list `block` that i counts. Throws std::invalid_argument.
    NamedValue evaluate(const std::string& expression) const;

private:
    struct Name {
        std::string name;
        NamedValue value;
    };

    std::optional<Symbol> find(std::string_view name) const;
    Symbol symbol(std::string_view name) const;

    const Space* space_;
    const Candidate* candidate_;
    std::vector<Name> names_;
};

} // namespace imc::nas
