#pragma once

#include <vector>

#include "nas/space/space.h"

namespace imc::nas
{

/// Adds to `around` what differs from `centre` in one variable: every other value of one with few, neighbours in a
/// permutation exchanged, some steps of a tenth to a ten-thousandth of a number's range. Constraints are not looked at.
void neighbours(const Space& space, const Candidate& centre, RandomStream& random, std::vector<Candidate>& around);

} // namespace imc::nas
