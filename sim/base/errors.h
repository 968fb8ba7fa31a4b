#pragma once

#include <stdexcept>
#include <string>

namespace imc
{

/// The user's input cannot be used: exit code 2. The message starts with where it is
/// ("FILE: path.within.file"), then what was found and what was expected.
class ConfigError : public std::runtime_error
{
public:
    ConfigError(const std::string& path, const std::string& what)
        : std::runtime_error(path.empty() ? what : path + ": " + what)
    {
    }
};

/// A well-formed request failed (does not fit, deadlock, a check failed, disk full): exit code 1.
class RunError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

} // namespace imc
