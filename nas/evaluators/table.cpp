#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>

#include "nas/evaluators/csv.h"
#include "nas/evaluators/evaluator.h"
#include "nas/evaluators/template.h"
#include "nas/space/count.h"
#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"

namespace imc::nas
{

namespace
{

enum class Missing { error, inadmissible };
constexpr config::Choice<Missing> missing_choices[] = {
    {"error", Missing::error, "every candidate must have a row"},
    {"inadmissible", Missing::inadmissible, "a candidate without a row is not admissible"},
};

/// How a key column's text is made from a candidate.
struct KeyConfig {
    std::string column;
    std::string text;

    void fields(config::Visitor& v)
    {
        v.text("column", column, "name of a column", config::Presence::required);
        v.text("text", text, "its text, with {variable} where a variable's value goes", config::Presence::required);
    }
};

class TableEvaluator final : public Evaluator
{
public:
    TableEvaluator(const Csv& csv, const std::vector<std::size_t>& key_columns, std::vector<Template> key,
                   std::string name)
        : key_(std::move(key)), name_(std::move(name)), rows_(csv.rows.size())
    {
        for (std::size_t c = 0; c < csv.columns.size(); ++c)
            if (std::find(key_columns.begin(), key_columns.end(), c) == key_columns.end())
                metrics_.push_back(csv.columns[c]);
        for (std::size_t r = 0; r < csv.rows.size(); ++r) {
            std::string identity;
            for (const std::size_t c : key_columns)
                identity += csv.rows[r][c] + '\n';
            if (!by_key_.emplace(std::move(identity), r).second)
                throw std::invalid_argument(fmt::format("rows {} and an earlier one have the same key", r + 1));
            for (std::size_t c = 0; c < csv.columns.size(); ++c)
                if (std::find(key_columns.begin(), key_columns.end(), c) == key_columns.end())
                    rows_[r].push_back(number(csv.rows[r][c]));
        }
    }

    const std::vector<std::string>& metrics() const override { return metrics_; }
    std::string version() const override { return fmt::format("table {} ({} rows)", name_, rows_.size()); }
    bool known(std::size_t) const override { return true; }

    std::string identity(const Candidate& candidate) const
    {
        std::string text;
        for (const Template& column : key_) {
            text += column.fill(candidate);
            text += '\n';
        }
        return text;
    }

    const std::vector<double>* row(const Candidate& candidate) const
    {
        const auto it = by_key_.find(identity(candidate));
        return it == by_key_.end() ? nullptr : &rows_[it->second];
    }

    double peek(std::size_t metric, const Candidate& candidate) const override
    {
        const auto* found = row(candidate);
        return found ? (*found)[metric] : std::numeric_limits<double>::quiet_NaN();
    }

    std::vector<double> evaluate(const Request& request) const override
    {
        const auto* found = row(*request.candidate);
        if (!found)
            throw RunError("the table has no row for it");
        return *found;
    }

private:
    static double number(const std::string& text)
    {
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc() && end == text.data() + text.size() ? value
                                                                        : std::numeric_limits<double>::quiet_NaN();
    }

    std::vector<Template> key_;
    std::string name_;
    std::vector<std::string> metrics_;
    std::vector<std::vector<double>> rows_;
    std::unordered_map<std::string, std::size_t> by_key_;
};

struct TableConfig final : EvaluatorConfig {
    std::filesystem::path file;
    std::vector<KeyConfig> key;
    Missing missing = Missing::error;

    const char* family() const override { return "table"; }

    void fields(config::Visitor& v) override
    {
        v.path("file", file, "CSV file with a header", config::Presence::required);
        v.list("key", key, "columns that name the row; by default those called like variables");
        v.choice("missing", missing, missing_choices, "what a candidate without a row is");
    }

    std::unique_ptr<Evaluator> make(Space& space, const config::Place& place) const override
    {
        Csv csv;
        try {
            csv = Csv::load(file);
        } catch (const ConfigError& e) {
            place.fail("file", e.what());
        }
        std::vector<std::size_t> columns;
        std::vector<Template> templates;
        std::vector<KeyConfig> keys = key;
        if (keys.empty())
            for (const Variable& v : space.variables())
                if (std::find(csv.columns.begin(), csv.columns.end(), v.name) != csv.columns.end())
                    keys.push_back({v.name, "{" + v.name + "}"});
        if (keys.empty())
            place.fail("key", "no column is called like a variable; say how rows are found");
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const std::string where = fmt::format("key[{}]", i);
            const auto it = std::find(csv.columns.begin(), csv.columns.end(), keys[i].column);
            if (it == csv.columns.end())
                place.fail(where + ".column", fmt::format("{} has no column '{}'{}", file.string(), keys[i].column,
                                                          config::suggestion(keys[i].column, csv.columns)));
            columns.push_back(static_cast<std::size_t>(it - csv.columns.begin()));
            try {
                templates.emplace_back(keys[i].text, space);
            } catch (const std::invalid_argument& e) {
                place.fail(where + ".text", e.what());
            }
        }
        std::shared_ptr<TableEvaluator> table;
        try {
            table = std::make_shared<TableEvaluator>(csv, columns, templates, file.filename().string());
        } catch (const std::invalid_argument& e) {
            place.fail("file", fmt::format("{}: {}", file.string(), e.what()));
        }
        if (missing == Missing::inadmissible)
            space.constrain(membership(templates, table));
        else
            require_all(space, variables_of(templates), *table, place);
        return std::make_unique<Shared>(table);
    }

private:
    /// The evaluator and the constraint on the space use one table.
    class Shared final : public Evaluator
    {
    public:
        explicit Shared(std::shared_ptr<TableEvaluator> table) : table_(std::move(table)) {}
        const std::vector<std::string>& metrics() const override { return table_->metrics(); }
        std::vector<double> evaluate(const Request& request) const override { return table_->evaluate(request); }
        bool known(std::size_t metric) const override { return table_->known(metric); }
        double peek(std::size_t metric, const Candidate& c) const override { return table_->peek(metric, c); }
        bool isolated() const override { return false; }
        std::string version() const override { return table_->version(); }

    private:
        std::shared_ptr<TableEvaluator> table_;
    };

    /// The variables that decide on the row.
    static std::vector<std::size_t> variables_of(const std::vector<Template>& templates)
    {
        std::vector<std::size_t> variables;
        for (const Template& t : templates)
            for (const std::size_t v : t.variables())
                variables.push_back(v);
        std::sort(variables.begin(), variables.end());
        variables.erase(std::unique(variables.begin(), variables.end()), variables.end());
        return variables;
    }

    static Constraint membership(const std::vector<Template>& templates, const std::shared_ptr<TableEvaluator>& table)
    {
        Constraint c{"the table has a row", variables_of(templates), {}};
        c.violation = [table](const Candidate& candidate) { return table->row(candidate) ? 0.0 : 1.0; };
        return c;
    }

    void require_all(const Space& space, const std::vector<std::size_t>& variables, const TableEvaluator& table,
                     const config::Place& place) const
    {
        std::string lacking;
        for_each_choice(space, variables, 2'000'000, [&](const Candidate& c) {
            if (!table.row(c))
                lacking = space.text(c);
            return lacking.empty();
        });
        if (!lacking.empty())
            place.fail("file", fmt::format("{} has no row for {} (\"missing\": \"inadmissible\" would leave such "
                                           "candidates out)",
                                           file.string(), lacking));
    }
};

} // namespace

std::unique_ptr<EvaluatorConfig> make_table_config() { return std::make_unique<TableConfig>(); }

} // namespace imc::nas
