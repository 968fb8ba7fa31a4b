#include "sim/base/utf8.h"

namespace imc
{

bool is_utf8(std::string_view bytes)
{
    for (std::size_t i = 0; i < bytes.size();) {
        const auto lead = static_cast<unsigned char>(bytes[i++]);
        if (lead < 0x80)
            continue;
        const int more = lead >= 0xC2 && lead < 0xE0   ? 1
                         : (lead & 0xF0) == 0xE0       ? 2
                         : lead >= 0xF0 && lead < 0xF5 ? 3
                                                       : 0;
        if (more == 0)
            return false;
        // What the second byte may be keeps overlong forms, surrogates and too large values out.
        unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        for (int k = 0; k < more; ++k, ++i) {
            if (i == bytes.size())
                return false;
            const auto next = static_cast<unsigned char>(bytes[i]);
            if (next < low || next > high)
                return false;
            low = 0x80;
            high = 0xBF;
        }
    }
    return true;
}

std::string shortened(std::string_view text, std::size_t most)
{
    if (text.size() <= most)
        return std::string(text);
    std::size_t begin = text.size() - (most - 1);
    while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80)
        ++begin;
    return "…" + std::string(text.substr(begin));
}

} // namespace imc
