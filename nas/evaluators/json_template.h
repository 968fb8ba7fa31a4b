#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "nas/space/space.h"

namespace imc::nas
{

/// A JSON document with places that depend on a candidate, so that a file can state a whole space of networks.
/// It is JSON itself:
///
///     "{EXPRESSION}"                            a number, or the text of a categorical variable; inside a longer
///                                               text, its text
///     {"$if": EXPRESSION, "$then": X, "$else": Y}   X or Y (nothing if there is no $else)
///     {"$case": VARIABLE, "$of": {"a": X, "b": Y}}  the branch named by a categorical variable's text or by a number
///     {"$for": {"i": COUNT}, "$do": [X, …]}     the list again for i = 0 … COUNT − 1
///     {"$let": {"n": EXPRESSION, …}, "$do": X}  X with further names, each of which may use those before it
///     {"$use": NAME, "n": EXPRESSION, …}        what "$define": {NAME: X} at the root says, with names of its own
///
/// As an item of a list, one that gives a list puts that list's items in its place. EXPRESSION is a number or a text
/// in the language of constraints (nas/space/expression.h) over the study's variables and the names in force;
/// `block[i]` is the variable of the list `block` that i counts. Keys that start with '_' may hold notes.
class JsonTemplate
{
public:
    /// Checks every branch with a sample candidate: names exist, each text of a $case has its branch.
    /// Throws ConfigError naming the file and the place in it.
    static JsonTemplate load(const std::filesystem::path& file, const Space& space);
    JsonTemplate(std::string_view text, std::string file, const Space& space);

    /// The document of a candidate, as text. Throws ConfigError if an expression has no value for it.
    std::string fill(const Candidate& candidate) const;

private:
    struct Parts;
    std::shared_ptr<const Parts> parts_;
};

} // namespace imc::nas
