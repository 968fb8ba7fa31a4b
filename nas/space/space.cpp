#include "nas/space/space.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/config/suggest.h"

namespace imc::nas
{

namespace
{

constexpr double none = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void fail(const std::string& key, const std::string& what)
{
    throw std::invalid_argument(key + ": " + what);
}

bool is_name(std::string_view name)
{
    const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; };
    return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
        return letter(c) || std::isdigit(static_cast<unsigned char>(c)) || c == '[' || c == ']' || c == '.';
    });
}

} // namespace

Space::Space(const std::vector<VariableConfig>& configs)
{
    std::size_t total = 0;
    for (const VariableConfig& config : configs)
        total += static_cast<std::size_t>(std::max(config.count, 1));
    variables_.reserve(total);
    for (std::size_t i = 0; i < configs.size(); ++i) {
        const std::string key = fmt::format("variables[{}]", i);
        if (configs[i].count == 0)
            add(configs[i], configs[i].name, key);
        for (int k = 0; k < configs[i].count; ++k)
            add(configs[i], fmt::format("{}[{}]", configs[i].name, k), key);
    }
    if (variables_.empty())
        fail("variables", "a study needs at least one variable");
}

void Space::add(const VariableConfig& config, const std::string& name, const std::string& key)
{
    if (!is_name(name))
        fail(key + ".name", fmt::format("must be letters, digits, '_' and '.', got '{}'", name));
    if (find(name))
        fail(key + ".name", fmt::format("'{}' is already a variable", name));
    Variable v{name, config.kind, config.low, config.high, config.scale, config.values, config.options, {}, slots_, 1};
    if (v.kind == Kind::permutation)
        v.width = v.texts.size();
    if (!config.when.empty()) {
        try {
            v.when = Expression::parse(config.when, [&](std::string_view n) { return symbol(n); });
        } catch (const std::invalid_argument& e) {
            fail(key + ".when", e.what());
        }
    }
    slots_ += v.width;
    owner_.resize(slots_, variables_.size());
    variables_.push_back(std::move(v));
}

std::optional<Symbol> Space::find(std::string_view name) const
{
    for (const Variable& v : variables_) {
        if (v.name == name)
            return Symbol{v.slot, v.kind == Kind::categorical || v.kind == Kind::permutation ? &v.texts : nullptr};
        // Position i of a permutation is called NAME[i].
        if (v.kind == Kind::permutation && name.starts_with(v.name) && name.substr(v.name.size()).starts_with("["))
            for (std::size_t i = 0; i < v.width; ++i)
                if (name.substr(v.name.size()) == fmt::format("[{}]", i))
                    return Symbol{v.slot + i, &v.texts};
    }
    return std::nullopt;
}

Symbol Space::symbol(std::string_view name) const
{
    if (const auto found = find(name))
        return *found;
    std::vector<std::string> known;
    for (const Variable& v : variables_)
        known.push_back(v.name);
    throw std::invalid_argument(fmt::format("unknown name '{}'{}", name, config::suggestion(name, known)));
}

std::vector<std::size_t> Space::owners(const std::vector<std::size_t>& slots) const
{
    std::vector<std::size_t> variables;
    for (const std::size_t slot : slots)
        if (variables.empty() || variables.back() != owner_[slot])
            variables.push_back(owner_[slot]);
    return variables;
}

void Space::constrain(Expression expression)
{
    Constraint c{expression.text(), owners(expression.slots()), {}};
    c.violation = [e = std::move(expression)](const Candidate& x) { return e.violation(x); };
    constrain(std::move(c));
}

void Space::constrain(Constraint constraint)
{
    const auto place = constraint.costly ? constraints_.end()
                                         : std::find_if(constraints_.begin(), constraints_.end(),
                                                        [](const Constraint& c) { return c.costly; });
    constraints_.insert(place, std::move(constraint));
}

bool Space::active(const Candidate& candidate, std::size_t variable) const
{
    return !std::isnan(candidate[variables_[variable].slot]);
}

void Space::settle(Candidate& candidate, RandomStream& random) const
{
    for (const Variable& v : variables_) {
        const double exists = v.when ? v.when->evaluate(candidate) : 1.0;
        double* slots = candidate.data() + v.slot;
        if (std::isnan(exists) || exists == 0)
            std::fill(slots, slots + v.width, none);
        else if (std::isnan(slots[0]))
            v.sample(slots, random);
    }
}

Candidate Space::sample(RandomStream& random) const
{
    Candidate candidate(slots_, none);
    settle(candidate, random);
    return candidate;
}

double Space::violation(const Candidate& candidate, Checks checks) const
{
    double sum = 0;
    for (const Constraint& c : constraints_)
        if (checks == Checks::all || c.costly == (checks == Checks::costly))
            sum += c.violation(candidate);
    return sum;
}

bool Space::admissible(const Candidate& candidate, Checks checks) const
{
    return std::all_of(constraints_.begin(), constraints_.end(), [&](const Constraint& c) {
        return (checks != Checks::all && c.costly != (checks == Checks::costly)) || c.violation(candidate) == 0;
    });
}

std::string Space::text(const Candidate& candidate) const
{
    std::string object = "{";
    for (const Variable& v : variables_)
        if (!std::isnan(candidate[v.slot]))
            object += fmt::format("{}\"{}\":{}", object.size() > 1 ? "," : "", v.name, v.text(&candidate[v.slot]));
    return object + "}";
}

Candidate Space::parse(const nlohmann::json& object) const
{
    Candidate candidate(slots_, none);
    const auto index = [](const Variable& v, const nlohmann::json& text) {
        const auto it =
            text.is_string() ? std::find(v.texts.begin(), v.texts.end(), text.get<std::string>()) : v.texts.end();
        if (it == v.texts.end())
            throw std::invalid_argument(fmt::format("'{}' is never {}", v.name, text.dump()));
        return static_cast<double>(it - v.texts.begin());
    };
    for (const auto& [name, value] : object.items()) {
        const Variable& v = variables_[owner_[symbol(name).slot]];
        if (v.kind == Kind::categorical) {
            candidate[v.slot] = index(v, value);
        } else if (v.kind == Kind::permutation) {
            if (!value.is_array() || value.size() != v.width)
                throw std::invalid_argument(fmt::format("'{}' needs {} items", name, v.width));
            for (std::size_t i = 0; i < v.width; ++i)
                candidate[v.slot + i] = index(v, value[i]);
        } else if (value.is_number()) {
            candidate[v.slot] = value.get<double>();
        } else {
            throw std::invalid_argument(fmt::format("'{}' must be a number, got {}", name, value.dump()));
        }
    }
    return candidate;
}

} // namespace imc::nas
