#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <boost/multiprecision/cpp_int.hpp>

#include "nas/space/space.h"

namespace imc::nas
{

using BigInteger = boost::multiprecision::cpp_int;

/// How many candidates a space has.
struct Size {
    enum class Kind { exact, at_most, infinite, unknown };
    Kind kind = Kind::exact;
    BigInteger candidates = 0;      ///< for exact and at_most (some constraints could not be counted)
    std::size_t real_variables = 0; ///< for infinite
    std::string text() const;
};

/// Counts the distinct admissible candidates exactly: branching on variables that conditions or
/// constraints refer to, with parts that have become independent counted apart and multiplied. Past
/// `steps` branchings the constraints are left out, then the count is given up.
Size count(const Space& space, std::uint64_t steps = 5'000'000);

/// Calls `visit` for every admissible candidate of a space without real variables, in order of the
/// values, until it returns false. Returns false if that would take more than `steps` branchings or
/// there is a real variable or a costly constraint.
bool for_each_candidate(const Space& space, std::uint64_t steps, const std::function<bool(const Candidate&)>& visit);

/// The same for the given variables (ascending) and those their conditions refer to. Other variables are
/// inactive in what is visited, and constraints that need them are not looked at.
bool for_each_choice(const Space& space, const std::vector<std::size_t>& variables, std::uint64_t steps,
                     const std::function<bool(const Candidate&)>& visit);

} // namespace imc::nas
