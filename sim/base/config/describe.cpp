#include "sim/base/config/describe.h"

#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imc::config
{

namespace
{

using nlohmann::ordered_json;

/// The shortest decimal that reads back as exactly `si` after conversion from the user's unit.
double user_value(double si, Unit unit)
{
    const double exact = si / unit.to_si;
    for (int digits = 1; digits <= 17; ++digits) {
        const double candidate = std::strtod(fmt::format("{:.{}g}", exact, digits).c_str(), nullptr);
        if (to_si(candidate, unit) == si)
            return candidate;
    }
    // The quotient is rounded: what reads back may be its neighbour.
    double below = exact, above = exact;
    for (int i = 0; i < 4; ++i) {
        below = std::nextafter(below, -INFINITY);
        above = std::nextafter(above, INFINITY);
        for (const double candidate : {below, above})
            if (to_si(candidate, unit) == si)
                return candidate;
    }
    return exact;
}

ordered_json number(double si, Unit unit)
{
    const double value = user_value(si, unit);
    if (!std::isfinite(value))
        return nullptr;
    if (value == std::floor(value) && std::abs(value) < 1e15)
        return static_cast<std::int64_t>(value);
    return value;
}

std::string bound(double value) { return std::isinf(value) ? "" : fmt::format("{:g}", value); }

std::string bounds(RealRange range)
{
    const std::string low = bound(range.low), high = bound(range.high);
    return low.empty() && high.empty() ? ""
           : high.empty()              ? "≥ " + low
           : low.empty()               ? "≤ " + high
                                       : low + " … " + high;
}

std::string bounds(IntegerRange range)
{
    const bool low = range.low != std::numeric_limits<std::int64_t>::min();
    const bool high = range.high != std::numeric_limits<std::int64_t>::max();
    return low && high ? fmt::format("{} … {}", range.low, range.high)
           : low       ? fmt::format("≥ {}", range.low)
           : high      ? fmt::format("≤ {}", range.high)
                       : "";
}

/// What every describing visitor needs: one call per leaf with its default, and nesting.
class Lister : public Visitor
{
public:
    struct Leaf {
        const char* key;
        const char* type;
        ordered_json value;
        std::string range;
        ordered_json schema;
        const char* unit;
        const char* meaning;
        bool required;
    };

    void boolean(const char* key, bool& value, const char* meaning) override
    {
        leaf({key, "boolean", value, "", {{"type", "boolean"}}, "", meaning, false});
    }
    void integer(const char* key, std::int64_t& value, IntegerRange range, Unit unit, const char* meaning,
                 Presence presence) override
    {
        leaf({key, "integer", value, bounds(range), integer_schema(range), unit.name, meaning, needed(presence)});
    }
    void real(const char* key, double& value, RealRange range, Unit unit, const char* meaning,
              Presence presence) override
    {
        leaf({key, "number", number(value, unit), bounds(range), real_schema(range), unit.name, meaning,
              needed(presence)});
    }
    void text(const char* key, std::string& value, const char* meaning, Presence presence) override
    {
        leaf({key, "string", value, "", {{"type", "string"}}, "", meaning, needed(presence)});
    }
    void path(const char* key, std::filesystem::path& value, const char* meaning, Presence presence) override
    {
        // Absolute, so that a resolved configuration can be run from wherever it lies; no name is null.
        const ordered_json name =
            value.empty() ? ordered_json() : ordered_json(std::filesystem::absolute(value).string());
        leaf({key, "file", name, "", {{"type", "string"}}, "", meaning, needed(presence)});
    }
    void integers(const char* key, std::vector<std::int64_t>& values, IntegerRange range, Unit unit,
                  const char* meaning, Presence presence) override
    {
        leaf({key, "list of integers", values, bounds(range), list_schema(integer_schema(range)), unit.name, meaning,
              needed(presence)});
    }
    void reals(const char* key, std::vector<double>& values, RealRange range, Unit unit, const char* meaning,
               Presence presence) override
    {
        ordered_json shown = ordered_json::array();
        for (const double v : values)
            shown.push_back(number(v, unit));
        leaf({key, "list of numbers", shown, bounds(range), list_schema(real_schema(range)), unit.name, meaning,
              needed(presence)});
    }
    void integers_or_word(const char* key, std::vector<std::int64_t>& values, const char* word, IntegerRange range,
                          Unit unit, const char* meaning) override
    {
        const ordered_json value = values.empty() ? ordered_json(word) : ordered_json(values);
        const ordered_json schema = {{"anyOf", {ordered_json{{"const", word}}, list_schema(integer_schema(range))}}};
        leaf({key, "list of integers", value, fmt::format("\"{}\" or {}", word, bounds(range)), schema, unit.name,
              meaning, false});
    }
    void texts(const char* key, std::vector<std::string>& values, const char* meaning) override
    {
        leaf({key, "list of strings", values, "", list_schema({{"type", "string"}}), "", meaning, false});
    }
    void table(const char* key, std::vector<std::vector<double>>& rows, RealRange range, Unit unit, const char* meaning,
               Presence presence) override
    {
        ordered_json shown = ordered_json::array();
        for (const auto& row : rows) {
            ordered_json& line = shown.emplace_back(ordered_json::array());
            for (const double v : row)
                line.push_back(number(v, unit));
        }
        const ordered_json lists = list_schema(list_schema(real_schema(range)));
        leaf({key,
              "table or CSV file",
              shown,
              bounds(range),
              {{"anyOf", ordered_json::array({lists, {{"type", "string"}}})}},
              unit.name,
              meaning,
              needed(presence)});
    }

protected:
    virtual void leaf(const Leaf& leaf) = 0;

    void pick(const char* key, std::size_t& index, std::span<const Option> options, const char* meaning,
              Presence presence) override
    {
        std::string range;
        ordered_json names = ordered_json::array();
        for (const Option& option : options) {
            range += (range.empty() ? "" : ", ") + option.name;
            names.push_back(option.name);
        }
        leaf({key,
              "choice",
              index < options.size() ? ordered_json(options[index].name) : ordered_json(),
              range,
              {{"enum", names}},
              "",
              meaning,
              needed(presence)});
    }

private:
    static bool needed(Presence presence) { return presence == Presence::required; }
    static ordered_json list_schema(ordered_json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
    static ordered_json integer_schema(IntegerRange range)
    {
        ordered_json s = {{"type", "integer"}};
        if (range.low != std::numeric_limits<std::int64_t>::min())
            s["minimum"] = range.low;
        if (range.high != std::numeric_limits<std::int64_t>::max())
            s["maximum"] = range.high;
        return s;
    }
    static ordered_json real_schema(RealRange range)
    {
        ordered_json s = {{"type", "number"}};
        if (std::isfinite(range.low))
            s["minimum"] = range.low;
        if (std::isfinite(range.high))
            s["maximum"] = range.high;
        return s;
    }
};

class Dumper final : public Lister
{
public:
    ordered_json result = ordered_json::object();

    Dumper() { stack_.push_back(&result); }

protected:
    void leaf(const Leaf& l) override { (*stack_.back())[l.key] = l.value; }
    bool begin_section(const char* key, const char*, Presence) override
    {
        stack_.push_back(&((*stack_.back())[key] = ordered_json::object()));
        return true;
    }
    bool begin_optional(const char* key, bool present, const char* meaning) override
    {
        if (!present)
            (*stack_.back())[key] = nullptr;
        return present && begin_section(key, meaning, Presence::optional);
    }
    void end_section() override { stack_.pop_back(); }
    std::optional<std::size_t> begin_list(const char* key, std::size_t size, const char*, Presence) override
    {
        ordered_json items = ordered_json::array();
        for (std::size_t i = 0; i < size; ++i)
            items.push_back(ordered_json::object());
        stack_.push_back(&((*stack_.back())[key] = std::move(items)));
        return size;
    }
    void begin_item(std::size_t index) override { stack_.push_back(&(*stack_.back())[index]); }
    void end_list() override { stack_.pop_back(); }
    void begin_alternative(const char*, const Option&) override {}

private:
    std::vector<ordered_json*> stack_;
};

class Table final : public Lister
{
public:
    std::string result = "| key | type | default | range | unit | meaning |\n|---|---|---|---|---|---|\n";

    bool describing() const override { return true; }

protected:
    void leaf(const Leaf& l) override
    {
        const std::string shown = l.required ? "required" : l.value.is_null() ? "" : "`" + l.value.dump() + "`";
        result += fmt::format("| `{}{}` | {} | {} | {} | {} | {} |\n", prefix_, l.key, l.type, shown, l.range, l.unit,
                              l.meaning);
    }
    bool begin_section(const char* key, const char* meaning, Presence presence) override
    {
        row(key, "object or file", presence == Presence::required ? "required" : "", meaning);
        return open(std::string(key) + ".");
    }
    bool begin_optional(const char* key, bool, const char* meaning) override
    {
        row(key, "object, file or null", "`null`", meaning);
        return open(std::string(key) + ".");
    }
    void end_section() override
    {
        prefix_ = saved_.back();
        saved_.pop_back();
    }
    std::optional<std::size_t> begin_list(const char* key, std::size_t, const char* meaning, Presence presence) override
    {
        row(key, "list of objects", presence == Presence::required ? "required" : "", meaning);
        list_ = key;
        return 1;
    }
    void begin_item(std::size_t) override { open(std::string(list_) + "[]."); }
    void end_list() override {}
    void begin_alternative(const char* key, const Option& option) override
    {
        result += fmt::format("| `{}{}` | choice |  | `{}` |  | {} |\n", prefix_, key, option.name, option.meaning);
        open("");
    }

private:
    void row(const char* key, const char* type, const char* shown, const char* meaning)
    {
        result += fmt::format("| `{}{}` | {} | {} |  |  | {} |\n", prefix_, key, type, shown, meaning);
    }
    bool open(const std::string& part)
    {
        saved_.push_back(prefix_);
        prefix_ += part;
        return true;
    }

    std::string prefix_;
    std::string list_;
    std::vector<std::string> saved_;
};

class Schema final : public Lister
{
public:
    ordered_json result = object();

    Schema() { stack_.push_back(&result); }
    bool describing() const override { return true; }

protected:
    void leaf(const Leaf& l) override
    {
        ordered_json s = l.schema;
        s["description"] = *l.unit ? fmt::format("{} ({})", l.meaning, l.unit) : std::string(l.meaning);
        if (l.required)
            require(l.key);
        else if (!l.value.is_null())
            s["default"] = l.value;
        properties()[l.key] = std::move(s);
    }
    bool begin_section(const char* key, const char* meaning, Presence presence) override
    {
        if (presence == Presence::required)
            require(key);
        properties()[key] = {{"description", meaning}, {"anyOf", {object(), {{"type", "string"}}}}};
        stack_.push_back(&properties()[key]["anyOf"][0]);
        return true;
    }
    bool begin_optional(const char* key, bool, const char* meaning) override
    {
        properties()[key] = {{"description", meaning}, {"anyOf", {object(), {{"type", "string"}}, {{"type", "null"}}}}};
        stack_.push_back(&properties()[key]["anyOf"][0]);
        return true;
    }
    void end_section() override { stack_.pop_back(); }
    std::optional<std::size_t> begin_list(const char* key, std::size_t, const char* meaning, Presence presence) override
    {
        if (presence == Presence::required)
            require(key);
        properties()[key] = {{"description", meaning}, {"type", "array"}, {"items", object()}};
        stack_.push_back(&properties()[key]["items"]);
        return 1;
    }
    void begin_item(std::size_t) override { stack_.push_back(stack_.back()); }
    void end_list() override { stack_.pop_back(); }
    void begin_alternative(const char* key, const Option& option) override
    {
        // The alternatives' keys are merged: an editor completes all, the reader rejects what does not belong.
        ordered_json& names = properties()[key]["enum"];
        names.push_back(option.name);
        stack_.push_back(stack_.back());
    }

private:
    static ordered_json object()
    {
        return {{"type", "object"},
                {"properties", ordered_json::object()},
                {"patternProperties", {{"^_", ordered_json::object()}}},
                {"additionalProperties", false}};
    }
    ordered_json& properties() { return (*stack_.back())["properties"]; }
    void require(const char* key)
    {
        ordered_json& list = (*stack_.back())["required"];
        for (const auto& item : list)
            if (item == key)
                return;
        list.push_back(key);
    }

    std::vector<ordered_json*> stack_;
};

} // namespace

ordered_json dump(const Fields& fields)
{
    Dumper dumper;
    fields(dumper);
    return std::move(dumper.result);
}

std::string markdown(const Fields& fields)
{
    Table table;
    fields(table);
    return std::move(table.result);
}

ordered_json json_schema(const Fields& fields, const std::string& title)
{
    Schema schema;
    fields(schema);
    ordered_json result = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
    result.update(schema.result);
    result["properties"]["$schema"] = {{"type", "string"}};
    return result;
}

} // namespace imc::config
