#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imc::config
{

/// The candidate most like a mistyped word, or "" if none is close (edit distance with swaps, a third of
/// the word's length at most, at least one edit allowed).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// ", did you mean 'x'?" or "".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

} // namespace imc::config
