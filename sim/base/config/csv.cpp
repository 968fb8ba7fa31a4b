#include "sim/base/config/csv.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace imc::config
{

namespace
{

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// What is before the next `separator`; `text` becomes what is behind it. False at the end.
bool next_part(std::string_view& text, char separator, std::string_view& part)
{
    if (text.data() == nullptr)
        return false;
    const std::size_t end = text.find(separator);
    part = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    return true;
}

} // namespace

std::vector<std::vector<double>> parse_csv(std::string_view text, const std::string& name, RealRange range)
{
    std::vector<std::vector<double>> rows;
    std::string_view line, field;
    for (std::size_t number = 1; next_part(text, '\n', line); ++number) {
        line = trimmed(line);
        if (line.empty() || line[0] == '#')
            continue;
        auto& row = rows.emplace_back();
        while (next_part(line, ',', field)) {
            field = trimmed(field);
            double value = 0.0;
            const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
            const bool whole = error == std::errc() && end == field.data() + field.size() && !field.empty();
            if (!whole || !std::isfinite(value) || value < range.low || value > range.high) {
                std::string expected = "a number";
                if (std::isfinite(range.low))
                    expected += fmt::format(" of at least {}", range.low);
                if (std::isfinite(range.high))
                    expected += fmt::format("{} at most {}", std::isfinite(range.low) ? " and" : " of", range.high);
                throw ConfigError(fmt::format("{}: line {}, column {}", name, number, row.size() + 1),
                                  fmt::format("must be {}, got '{}'", expected, field.substr(0, 80)));
            }
            row.push_back(value);
        }
        if (row.size() != rows[0].size())
            throw ConfigError(fmt::format("{}: line {}", name, number),
                              fmt::format("has {} numbers, the lines before it {}", row.size(), rows[0].size()));
    }
    return rows;
}

} // namespace imc::config
