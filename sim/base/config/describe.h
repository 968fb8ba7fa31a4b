#pragma once

#include <functional>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "sim/base/config/visitor.h"

namespace imc::config
{

using Fields = std::function<void(Visitor&)>;

/// The values a struct holds now, as JSON with every key present: what resolved.json contains.
nlohmann::ordered_json dump(const Fields& fields);
/// A Markdown table of every key: default, range, unit, meaning.
std::string markdown(const Fields& fields);
/// A JSON Schema (draft 2020-12) for editors.
nlohmann::ordered_json json_schema(const Fields& fields, const std::string& title);

/// Adapts a config struct; the struct is copied or, if it cannot be, borrowed.
template <class T> Fields fields_of(T& value)
{
    return [&value](Visitor& v) { v.visit(value); };
}

} // namespace imc::config
