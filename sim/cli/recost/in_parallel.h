#pragma once

#include <cstddef>
#include <functional>

namespace imc::cli
{

/// Calls job(0) … job(count-1), on as many threads as the host has processors. Jobs must not share what they write.
/// What the first failing job throws is thrown here, "first" by index, whichever thread was first.
void in_parallel(std::size_t count, const std::function<void(std::size_t)>& job);

} // namespace imc::cli
