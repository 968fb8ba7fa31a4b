#include "nas/evaluators/csv.h"

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::nas
{

Csv Csv::load(const std::filesystem::path& file)
{
    const std::string text = read_file(file);
    Csv csv;
    std::vector<std::string> row(1);
    std::size_t line = 1;
    bool quoted = false;
    const auto end_row = [&] {
        if (csv.columns.empty())
            csv.columns = row;
        else if (row.size() != csv.columns.size())
            throw ConfigError(fmt::format("{}: line {}", file.string(), line),
                              fmt::format("has {} fields, the header has {}", row.size(), csv.columns.size()));
        else
            csv.rows.push_back(row);
        row.assign(1, "");
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '"' && i + 1 < text.size() && text[i + 1] == '"')
                row.back() += text[i++];
            else if (c == '"')
                quoted = false;
            else
                row.back() += c;
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',') {
            row.emplace_back();
        } else if (c == '\n') {
            if (row.size() > 1 || !row[0].empty())
                end_row();
            ++line;
        } else if (c != '\r') {
            row.back() += c;
        }
    }
    if (quoted)
        throw ConfigError(file.string(), "ends inside a quoted field");
    if (row.size() > 1 || !row[0].empty())
        end_row();
    if (csv.columns.empty())
        throw ConfigError(file.string(), "is empty, expected a header line");
    return csv;
}

} // namespace imc::nas
