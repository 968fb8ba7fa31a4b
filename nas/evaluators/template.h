#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nas/space/space.h"

namespace imc::nas
{

/// A text with {variable} where a candidate's values go: "0{link2}{link3}".
class Template
{
public:
    /// Throws std::invalid_argument for an unknown variable or a '{' that is not closed.
    Template(std::string_view text, const Space& space);

    /// Categories as their text, numbers as they are, nothing for an inactive variable.
    std::string fill(const Candidate& candidate) const;
    /// Whether all its variables are active.
    bool complete(const Candidate& candidate) const;
    /// The indices of the variables in it, ascending, each once.
    std::vector<std::size_t> variables() const;

private:
    struct Piece {
        std::string literal;
        std::size_t variable; ///< or none
    };
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    const Space& space_;
    std::vector<Piece> pieces_;
};

/// The text with {study} replaced by the study's directory, absolute: what is relative to the study must be found
/// from wherever an evaluation runs.
std::string with_study_directory(std::string text, const config::Place& place);

} // namespace imc::nas
