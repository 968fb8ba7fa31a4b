#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace imc
{

/// Whether the bytes are UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
/// Results are JSON, which can hold nothing else.
bool is_utf8(std::string_view bytes);

/// The text itself if it has `most` bytes at most, else "…" and as many of its last ones, no character cut in two.
/// For names of layers, which are paths: their ends tell them apart.
std::string shortened(std::string_view text, std::size_t most);

} // namespace imc
