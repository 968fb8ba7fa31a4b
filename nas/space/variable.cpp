#include "nas/space/variable.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imc::nas
{

void VariableConfig::fields(config::Visitor& v)
{
    v.text("name", name, "how expressions call it", config::Presence::required);
    v.choice("type", kind, kinds, "kind of variable", config::Presence::required);
    v.integer("count", count, {0, 100000}, unit::none, "if positive, that many variables NAME[0], NAME[1], ...");
    v.real("low", low, {}, unit::none, "least value (integer, real)");
    v.real("high", high, {}, unit::none, "greatest value (integer, real)");
    v.choice("scale", scale, scales, "how values are spread between low and high");
    v.reals("values", values, {}, unit::none, "levels of an ordinal variable, in their order");
    v.texts("options", options, "texts of a categorical variable, items of a permutation");
    v.text("when", when, "condition over earlier variables under which it exists");
}

void VariableConfig::check(const config::Place& place) const
{
    const bool bounded = kind == Kind::integer || kind == Kind::real;
    if (bounded && !(low <= high))
        place.fail("low", fmt::format("the range is empty: low is {}, high is {}", low, high));
    if (bounded && scale == Scale::log && low <= 0)
        place.fail("low", fmt::format("must be positive on a log scale, got {}", low));
    if (kind == Kind::integer && (low != std::floor(low) || high != std::floor(high)))
        place.fail("low", fmt::format("an integer variable needs whole bounds, got {} and {}", low, high));
    if (kind == Kind::integer && (std::abs(low) > 1e15 || std::abs(high) > 1e15))
        place.fail("high", "an integer variable's bounds must be within 1e15");
    if (kind == Kind::ordinal && values.empty())
        place.fail("values", "an ordinal variable needs at least one level");
    if (kind == Kind::ordinal && std::set<double>(values.begin(), values.end()).size() != values.size())
        place.fail("values", "a level is listed twice");
    const bool texts = kind == Kind::categorical || kind == Kind::permutation;
    if (texts && options.empty())
        place.fail("options", "needs at least one text");
    if (texts && std::set<std::string>(options.begin(), options.end()).size() != options.size())
        place.fail("options", "a text is listed twice");
    if (!texts && !options.empty())
        place.fail("options", "belongs to categorical variables and permutations only");
    const VariableConfig unset;
    if (!bounded && (low != unset.low || high != unset.high))
        place.fail(low != unset.low ? "low" : "high", "belongs to integer and real variables only");
    if (!bounded && scale != unset.scale)
        place.fail("scale", "belongs to integer and real variables only");
    if (kind != Kind::ordinal && !values.empty())
        place.fail("values", "belongs to ordinal variables only");
}

std::uint64_t Variable::cardinality() const
{
    switch (kind) {
    case Kind::integer:
        return static_cast<std::uint64_t>(high - low) + 1;
    case Kind::ordinal:
        return levels.size();
    case Kind::categorical:
        return texts.size();
    default:
        return 0;
    }
}

double Variable::value(std::uint64_t index) const
{
    const auto i = static_cast<double>(index);
    return kind == Kind::integer ? low + i : kind == Kind::ordinal ? levels[index] : i;
}

double Variable::to_unit(double x) const
{
    switch (kind) {
    case Kind::real:
        if (high == low)
            return 0.5;
        return scale == Scale::log ? std::log(x / low) / std::log(high / low) : (x - low) / (high - low);
    case Kind::integer:
        // Half a step beyond each bound, so that all integers have the same share on a linear scale.
        return scale == Scale::log ? std::log(x / (low - 0.5)) / std::log((high + 0.5) / (low - 0.5))
                                   : (x - low + 0.5) / (high - low + 1);
    case Kind::ordinal: {
        const auto it = std::find(levels.begin(), levels.end(), x);
        return (static_cast<double>(it - levels.begin()) + 0.5) / static_cast<double>(levels.size());
    }
    default:
        return (x + 0.5) / static_cast<double>(texts.size());
    }
}

double Variable::from_unit(double u) const
{
    u = std::clamp(u, 0.0, 1.0);
    const auto index = [&](std::size_t n) {
        return std::min(static_cast<std::size_t>(u * static_cast<double>(n)), n - 1);
    };
    switch (kind) {
    case Kind::real:
        if (scale == Scale::log)
            return std::clamp(low * std::pow(high / low, u), low, high);
        return std::clamp(low + u * (high - low), low, high);
    case Kind::integer: {
        const double x = scale == Scale::log ? (low - 0.5) * std::pow((high + 0.5) / (low - 0.5), u)
                                             : low - 0.5 + u * (high - low + 1);
        return std::clamp(std::round(x), low, high);
    }
    case Kind::ordinal:
        return levels[index(levels.size())];
    default:
        return static_cast<double>(index(texts.size()));
    }
}

void Variable::sample(double* slots, RandomStream& random) const
{
    if (kind != Kind::permutation) {
        slots[0] =
            cardinality() && scale == Scale::linear ? value(random.below(cardinality())) : from_unit(random.uniform());
        return;
    }
    for (std::size_t i = 0; i < width; ++i)
        slots[i] = static_cast<double>(i);
    for (std::size_t i = width; i > 1; --i)
        std::swap(slots[i - 1], slots[random.below(i)]);
}

std::string Variable::text(const double* slots) const
{
    const auto quoted = [&](double index) { return nlohmann::json(texts[static_cast<std::size_t>(index)]).dump(); };
    if (kind == Kind::categorical)
        return quoted(slots[0]);
    if (kind != Kind::permutation)
        return fmt::format("{}", slots[0]);
    std::string list = "[";
    for (std::size_t i = 0; i < width; ++i)
        list += (i ? "," : "") + quoted(slots[i]);
    return list + "]";
}

} // namespace imc::nas
