#include "nas/evaluators/folds.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include <nlohmann/json.hpp>

namespace imc::nas
{

namespace
{

constexpr double none = std::numeric_limits<double>::quiet_NaN();

struct Named {
    const char* name;
    Fold::Kind kind;
};
constexpr Named named[] = {{"min", Fold::Kind::minimum}, {"max", Fold::Kind::maximum},   {"mean", Fold::Kind::mean},
                           {"sum", Fold::Kind::sum},     {"std", Fold::Kind::deviation}, {"count", Fold::Kind::count}};

/// Every number that the path leads to; a key applied to a list means that key of each of its items.
void collect(const nlohmann::json& value, std::string_view path, std::vector<double>& numbers)
{
    if (path.empty()) {
        if (value.is_number())
            numbers.push_back(value.get<double>());
        if (value.is_array())
            for (const auto& item : value)
                if (item.is_number())
                    numbers.push_back(item.get<double>());
        return;
    }
    if (path[0] == '[') {
        std::size_t index = 0;
        const auto [end, error] = std::from_chars(path.data() + 1, path.data() + path.size(), index);
        const auto close = static_cast<std::size_t>(end - path.data());
        if (error != std::errc() || close >= path.size() || path[close] != ']' || !value.is_array() ||
            index >= value.size())
            return;
        collect(value[index], path.substr(close + 1), numbers);
        return;
    }
    if (path[0] == '.')
        path.remove_prefix(1);
    if (value.is_array()) {
        for (const auto& item : value)
            collect(item, path, numbers);
        return;
    }
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    const auto it = value.is_object() ? value.find(std::string(path.substr(0, end))) : value.end();
    if (value.is_object() && it != value.end())
        collect(*it, path.substr(end), numbers);
}

} // namespace

std::optional<Fold> Fold::parse(std::string_view name)
{
    for (const Named& n : named)
        if (name == n.name)
            return Fold{n.kind, 0.0};
    double percent = 0;
    if (name.size() < 2 || name[0] != 'p')
        return std::nullopt;
    const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), percent);
    if (error != std::errc() || end != name.data() + name.size() || !(percent >= 0 && percent <= 100))
        return std::nullopt;
    return Fold{Kind::percentile, percent};
}

double Fold::of(std::vector<double> values) const
{
    const auto count = static_cast<double>(values.size());
    if (kind == Kind::count)
        return count;
    if (values.empty())
        return none;
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    switch (kind) {
    case Kind::minimum:
        return *std::min_element(values.begin(), values.end());
    case Kind::maximum:
        return *std::max_element(values.begin(), values.end());
    case Kind::mean:
        return sum / count;
    case Kind::sum:
        return sum;
    case Kind::deviation: {
        double squares = 0;
        for (const double v : values)
            squares += (v - sum / count) * (v - sum / count);
        return std::sqrt(squares / count);
    }
    default: {
        const auto rank = static_cast<std::size_t>(std::max(std::ceil(percent / 100 * count), 1.0)) - 1;
        std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank), values.end());
        return values[rank];
    }
    }
}

double number_at(const nlohmann::json& document, std::string_view path)
{
    std::vector<double> numbers;
    collect(document, path, numbers);
    if (numbers.size() == 1)
        return numbers[0];
    const std::size_t dot = path.rfind('.');
    if (dot == std::string_view::npos || !numbers.empty())
        return none;
    const auto fold = Fold::parse(path.substr(dot + 1));
    if (!fold)
        return none;
    collect(document, path.substr(0, dot), numbers);
    return fold->of(std::move(numbers));
}

} // namespace imc::nas
