#pragma once

#include <cstdint>

namespace imc
{

/// What a packet carries; classes may be mapped to disjoint sets of virtual channels.
enum class MessageClass : std::uint8_t { activation, partial_sum, weight, control };
inline constexpr unsigned message_class_count = 4;

} // namespace imc
