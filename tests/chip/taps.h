#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "arch/program/program.h"

/// Windows tap by tap, as one would count them by hand.
namespace imc::test
{

/// Positions of the producer that one output position reads; what lies in the padding is left out.
std::set<int> taps(const program::Reach& reach, int output);
std::set<int> all_taps(const program::Reach& reach, const std::vector<int>& outputs);

/// Of the positions a producer owns, those that are needed.
std::vector<int> common(const std::set<int>& needed, const std::vector<int>& owned);

/// How often the receiver frees rows: after each output row whose end leaves a row that no later one reads.
std::int64_t times_rows_are_freed(const program::Reach& reach, const std::vector<int>& outputs,
                                  const std::vector<int>& rows);

} // namespace imc::test
