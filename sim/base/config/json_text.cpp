#include "sim/base/config/document.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"

namespace imc::config
{

namespace
{

/// Deeper than any document of ours; recursion over a parsed document is then safe.
constexpr int max_depth = 256;

std::string position(std::string_view text, std::size_t byte)
{
    const std::string_view before = text.substr(0, std::min(byte > 0 ? byte - 1 : 0, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t start = before.rfind('\n');
    const std::size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
    return fmt::format("line {}, column {}", line, column);
}

} // namespace

nlohmann::json parse_json(std::string_view text, const std::string& name)
{
    using json = nlohmann::json;
    std::vector<std::set<std::string>> keys;
    const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
        switch (event) {
        case json::parse_event_t::object_start:
        case json::parse_event_t::array_start:
            if (depth > max_depth)
                throw ConfigError(name, fmt::format("nested deeper than {} levels", max_depth));
            keys.emplace_back();
            break;
        case json::parse_event_t::object_end:
        case json::parse_event_t::array_end:
            keys.pop_back();
            break;
        case json::parse_event_t::key:
            if (!keys.back().insert(parsed.get<std::string>()).second)
                throw ConfigError(name, fmt::format("key '{}' is given twice", parsed.get<std::string>()));
            break;
        default:
            break;
        }
        return true;
    };
    try {
        json parsed = json::parse(text.begin(), text.end(), watch);
        if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) // the parser stops there
            throw ConfigError(name, fmt::format("{}: not valid JSON", position(text, nul + 1)));
        return parsed;
    } catch (const json::parse_error& e) {
        if (text.empty())
            throw ConfigError(name, "is empty, expected JSON");
        throw ConfigError(name, fmt::format("{}: not valid JSON", position(text, e.byte)));
    } catch (const json::exception& e) {
        throw ConfigError(name, fmt::format("not valid JSON: {}", e.what()));
    }
}

} // namespace imc::config
