#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imc
{

/// Lines of comma-separated values below a header, each with as many values as the header has.
/// Throws ConfigError naming file and line if one has more or fewer, or there is no header.
class CsvLines
{
public:
    CsvLines(std::string_view text, std::string name);

    const std::vector<std::string_view>& header() const { return header_; }
    /// Index of a column. Throws ConfigError if there is none of that name.
    std::size_t column(const std::string& wanted) const;
    /// Reads the next line that is not empty; false at the end.
    bool next();
    std::string_view text(std::size_t i) const { return values_[i]; }
    /// Throw ConfigError naming the line if the value is no such number.
    double real(std::size_t i) const;
    long integer(std::size_t i, long low, long high) const;
    [[noreturn]] void fail(const std::string& what) const;

private:
    bool split_line();

    std::string_view rest_;
    std::string name_;
    std::vector<std::string_view> header_, values_;
    std::size_t line_ = 0;
};

} // namespace imc
