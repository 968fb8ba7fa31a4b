#include "nas/evaluators/scope.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/base/config/suggest.h"

namespace imc::nas
{

std::string NamedValue::text() const
{
    return !exists() ? "" : texts ? texts->at(static_cast<std::size_t>(number)) : fmt::format("{}", number);
}

bool Scope::is_name(std::string_view text)
{
    const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
           std::all_of(text.begin(), text.end(), part);
}

NamedValue Scope::evaluate(const std::string& expression) const
{
    std::vector<double> values = *candidate_;
    for (const Name& n : names_)
        values.push_back(n.value.number);
    if (const auto alone = find(expression))
        return {values[alone->slot], alone->texts};
    const auto parsed = Expression::parse(expression, [this](std::string_view name) { return symbol(name); });
    return {parsed.evaluate(values), nullptr};
}

std::optional<Symbol> Scope::find(std::string_view name) const
{
    for (std::size_t i = names_.size(); i-- > 0;)
        if (names_[i].name == name)
            return Symbol{candidate_->size() + i, names_[i].value.texts};
    const std::size_t open = name.find('['), close = name.find(']', open);
    if (close != std::string_view::npos)
        for (std::size_t i = names_.size(); i-- > 0;)
            if (names_[i].name == name.substr(open + 1, close - open - 1) && names_[i].value.exists())
                return space_->find(
                    fmt::format("{}[{}]{}", name.substr(0, open), names_[i].value.number, name.substr(close + 1)));
    return space_->find(name);
}

Symbol Scope::symbol(std::string_view name) const
{
    if (const auto found = find(name))
        return *found;
    std::vector<std::string> known;
    for (const Name& n : names_)
        known.push_back(n.name);
    for (const Variable& v : space_->variables())
        known.push_back(v.name);
    throw std::invalid_argument(fmt::format("unknown name '{}'{}", name, config::suggestion(name, known)));
}

} // namespace imc::nas
