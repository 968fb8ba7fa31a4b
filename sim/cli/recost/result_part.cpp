#include "sim/cli/recost/result_part.h"

#include <limits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/config/visitor.h"

namespace imc::cli
{

std::string must_be(const std::string& expected, std::string got)
{
    constexpr std::size_t longest = 80;
    if (got.size() > longest)
        got = got.substr(0, longest - 3) + "...";
    return fmt::format("must be {}, got {}", expected, got);
}

ResultPart::ResultPart(const nlohmann::json& value, std::string file, std::string path)
    : value_(&value), file_(std::move(file)), path_(std::move(path))
{
}

void ResultPart::fail(const std::string& expected) const
{
    config::Place{file_, path_}.fail(
        "", must_be(expected, value_->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
}

bool ResultPart::has(const char* key) const { return value_->is_object() && value_->contains(key); }

ResultPart ResultPart::at(const std::string& key) const
{
    if (!value_->is_object())
        fail("an object");
    const auto found = value_->find(key);
    if (found == value_->end())
        config::Place{file_, path_}.fail(key, "is missing");
    return {*found, file_, path_.empty() ? key : path_ + "." + key};
}

std::vector<ResultPart> ResultPart::items() const
{
    if (!value_->is_array())
        fail("a list");
    std::vector<ResultPart> parts;
    for (const nlohmann::json& item : *value_)
        parts.emplace_back(item, file_, fmt::format("{}[{}]", path_, parts.size()));
    return parts;
}

std::string ResultPart::text() const
{
    if (!value_->is_string())
        fail("a string");
    return value_->get<std::string>();
}

bool ResultPart::flag() const
{
    if (!value_->is_boolean())
        fail("true or false");
    return value_->get<bool>();
}

std::int64_t ResultPart::count() const
{
    // The parser holds what is not negative as unsigned, and what 64 bits do not hold as a float.
    if (!value_->is_number_unsigned() ||
        value_->get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        fail(count_expected);
    return value_->get<std::int64_t>();
}

double ResultPart::number() const
{
    if (!value_->is_number() || !(value_->get<double>() >= 0.0))
        fail(number_expected);
    return value_->get<double>();
}

} // namespace imc::cli
