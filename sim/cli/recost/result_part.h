#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace imc::cli
{

/// A value of a result.json and where it stands. What is asked for and is not there, or is of another kind, is a
/// ConfigError ("FILE: power_states.macros.wakes: must be …, got …").
class ResultPart
{
public:
    /// Refers to `value`.
    ResultPart(const nlohmann::json& value, std::string file, std::string path = "");

    bool has(const char* key) const;
    ResultPart at(const std::string& key) const;
    std::vector<ResultPart> items() const;

    std::string text() const;
    bool flag() const;
    std::int64_t count() const; ///< not negative
    double number() const;      ///< finite, not negative

    [[noreturn]] void fail(const std::string& expected) const;

private:
    const nlohmann::json* value_;
    std::string file_;
    std::string path_;
};

/// The message of a value that is something else: "must be EXPECTED, got VALUE", shortened if it is long.
std::string must_be(const std::string& expected, std::string got);

inline constexpr const char* count_expected = "an integer in [0, 9223372036854775807]";
inline constexpr const char* number_expected = "a finite number of at least 0";

} // namespace imc::cli
