#include "sim/cli/report/result_view.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/time.h"

namespace imc::cli
{

namespace
{

struct Row {
    double start_s;
    double end_s;
    double joules;
};

double to_double(std::string_view text, bool& good)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    good = good && error == std::errc() && end == text.data() + text.size();
    return value;
}

/// The first two fields and the last: those between may hold quoted commas.
bool parse(const std::string& line, Row& row)
{
    const std::size_t first = line.find(','), second = line.find(',', first + 1), last = line.rfind(',');
    if (second == std::string::npos || last <= second)
        return false;
    const std::string_view text = line;
    bool good = true;
    row.start_s = to_double(text.substr(0, first), good) * femtosecond_s;
    row.end_s = to_double(text.substr(first + 1, second - first - 1), good) * femtosecond_s;
    row.joules = to_double(text.substr(last + 1), good);
    return good && row.end_s >= row.start_s;
}

/// Calls visit for every row of the file.
template <class Visit> void for_each_row(const std::filesystem::path& csv, Visit visit)
{
    std::ifstream stream(csv);
    std::string line;
    if (!std::getline(stream, line) || !line.starts_with("start_fs,end_fs,") || !line.ends_with(",energy_j"))
        throw ConfigError(csv.string(), "is not an energy trace: its first line names other columns");
    const auto in_quotes = [&] { return std::ranges::count(line, '"') % 2 == 1; };
    for (std::size_t number = 2; std::getline(stream, line); ++number) {
        std::string more;
        while (in_quotes() && std::getline(stream, more)) // a layer's name may have line breaks
            line += '\n' + more;
        Row row{};
        if (!parse(line, row))
            throw ConfigError(fmt::format("{}:{}", csv.string(), number), "is not a row of an energy trace");
        visit(row);
    }
}

} // namespace

std::vector<std::pair<double, double>> read_power(const std::filesystem::path& csv, std::size_t points)
{
    double end_s = 0, shortest_s = std::numeric_limits<double>::infinity();
    for_each_row(csv, [&](const Row& row) {
        end_s = std::max(end_s, row.end_s);
        if (row.end_s > row.start_s)
            shortest_s = std::min(shortest_s, row.end_s - row.start_s);
    });
    if (end_s == 0)
        return {};
    // No finer than the trace itself.
    const auto count = std::max<std::size_t>(1, std::min(points, static_cast<std::size_t>(end_s / shortest_s + 0.5)));
    const double width_s = end_s / static_cast<double>(count);
    std::vector<double> joules(count, 0.0);
    for_each_row(csv, [&](const Row& row) {
        const auto bin = [&](double s) { return std::min(count - 1, static_cast<std::size_t>(s / width_s)); };
        const double length = row.end_s - row.start_s;
        for (std::size_t i = bin(row.start_s); i <= bin(row.end_s); ++i) {
            const double from = std::max(row.start_s, static_cast<double>(i) * width_s);
            const double to = std::min(row.end_s, static_cast<double>(i + 1) * width_s);
            if (length <= 0)
                joules[i] += row.joules;
            else if (to > from)
                joules[i] += row.joules * (to - from) / length;
        }
    });
    std::vector<std::pair<double, double>> power;
    for (std::size_t i = 0; i < count; ++i) { // two points per interval draw its step
        power.emplace_back(static_cast<double>(i) * width_s, joules[i] / width_s);
        power.emplace_back(static_cast<double>(i + 1) * width_s, joules[i] / width_s);
    }
    return power;
}

} // namespace imc::cli
