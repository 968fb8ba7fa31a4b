#include "workloads/data/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "workloads/data/data_set.h"

namespace imc
{

CsvLines::CsvLines(std::string_view text, std::string name) : rest_(text), name_(std::move(name))
{
    if (!split_line())
        throw ConfigError(name_, "is empty, expected a header line");
    header_ = values_;
}

void CsvLines::fail(const std::string& what) const
{
    throw ConfigError(fmt::format("{}: line {}", name_, line_), what);
}

bool CsvLines::split_line()
{
    std::string_view line;
    do {
        if (rest_.empty())
            return false;
        const std::size_t end = std::min(rest_.find('\n'), rest_.size());
        line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        if (!line.empty() && line.back() == '\r')
            line.remove_suffix(1);
        ++line_;
    } while (line.empty());
    values_.clear();
    for (;;) {
        const std::size_t comma = line.find(',');
        values_.push_back(line.substr(0, comma));
        if (comma == std::string_view::npos)
            return true;
        line.remove_prefix(comma + 1);
    }
}

bool CsvLines::next()
{
    if (!split_line())
        return false;
    if (values_.size() != header_.size())
        fail(fmt::format("has {} values, the header {}", values_.size(), header_.size()));
    return true;
}

std::size_t CsvLines::column(const std::string& wanted) const
{
    const auto it = std::find(header_.begin(), header_.end(), wanted);
    if (it == header_.end())
        throw ConfigError(name_, fmt::format("has no column '{}'", wanted));
    return static_cast<std::size_t>(it - header_.begin());
}

double CsvLines::real(std::size_t i) const
{
    double value = 0;
    const auto [end, error] = std::from_chars(values_[i].data(), values_[i].data() + values_[i].size(), value);
    if (error != std::errc() || end != values_[i].data() + values_[i].size() || !std::isfinite(value))
        fail(fmt::format("{} is '{}', expected a number", header_[i], values_[i]));
    return value;
}

long CsvLines::integer(std::size_t i, long low, long high) const
{
    long value = 0;
    const auto [end, error] = std::from_chars(values_[i].data(), values_[i].data() + values_[i].size(), value);
    if (error != std::errc() || end != values_[i].data() + values_[i].size() || value < low || value > high)
        fail(fmt::format("{} is '{}', expected an integer in [{}, {}]", header_[i], values_[i], low, high));
    return value;
}

DataSet read_csv(const std::filesystem::path& file, const std::string& label)
{
    const std::string content = read_file(file);
    CsvLines lines(content, file.string());
    const std::size_t label_column = lines.column(label);
    if (lines.header().size() < 2)
        throw ConfigError(file.string(), "has no column beside the label");
    DataSet set{file.stem().string(), Shape{static_cast<std::int64_t>(lines.header().size()) - 1}, 0, nullptr, {}};
    std::vector<float> values;
    while (lines.next()) {
        for (std::size_t i = 0; i < lines.header().size(); ++i)
            if (i != label_column)
                values.push_back(static_cast<float>(lines.real(i)));
        set.labels.push_back(static_cast<int>(lines.integer(label_column, 0, 100000)));
        set.classes = std::max(set.classes, set.labels.back() + 1);
    }
    if (set.labels.empty())
        throw ConfigError(file.string(), "has no line below its header");
    TensorData data(ElementType::float32, static_cast<std::int64_t>(values.size()));
    std::copy(values.begin(), values.end(), data.as<float>().begin());
    set.values = std::make_shared<const TensorData>(std::move(data));
    return set;
}

} // namespace imc
