#include "sim/base/config/document_state.h"

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "sim/base/config/csv.h"
#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::config
{

void Place::fail(const std::string& key, const std::string& what) const
{
    const std::string full = path.empty() ? key : key.empty() ? path : path + (key[0] == '[' ? "" : ".") + key;
    throw ConfigError(file.empty() ? full : full.empty() ? file : file + ": " + full, what);
}

namespace
{

using nlohmann::json;

std::string shown(const json& value)
{
    const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    return text.size() <= 80 ? text : text.substr(0, 77) + "...";
}

class Reader final : public Visitor
{
public:
    explicit Reader(Document::State& state) : state_(state) { push(state.root, ""); }

    void boolean(const char* key, bool& value, const char*) override
    {
        if (const json* j = find(key, Presence::optional)) {
            if (!j->is_boolean())
                fail(key, "must be true or false", *j);
            value = j->get<bool>();
        }
    }

    void integer(const char* key, std::int64_t& value, IntegerRange range, Unit, const char*,
                 Presence presence) override
    {
        if (const json* j = find(key, presence))
            value = integer_of(*j, key, range);
    }

    void real(const char* key, double& value, RealRange range, Unit unit, const char*, Presence presence) override
    {
        if (const json* j = find(key, presence))
            value = to_si(real_of(*j, key, range), unit);
    }

    void text(const char* key, std::string& value, const char*, Presence presence) override
    {
        if (const json* j = find(key, presence))
            value = text_of(*j, key);
    }

    void path(const char* key, std::filesystem::path& value, const char*, Presence presence) override
    {
        if (const json* j = find(key, presence)) {
            const std::string name = text_of(*j, key);
            if (name.empty())
                fail(key, "must be the name of a file", *j);
            value = state_.origin_of(child(key)).directory / name;
        }
    }

    void integers(const char* key, std::vector<std::int64_t>& values, IntegerRange range, Unit, const char*,
                  Presence presence) override
    {
        read_list(key, values, presence, [&](const json& j, const std::string& k) { return integer_of(j, k, range); });
    }

    void reals(const char* key, std::vector<double>& values, RealRange range, Unit unit, const char*,
               Presence presence) override
    {
        read_list(key, values, presence,
                  [&](const json& j, const std::string& k) { return to_si(real_of(j, k, range), unit); });
    }

    void integers_or_word(const char* key, std::vector<std::int64_t>& values, const char* word, IntegerRange range,
                          Unit unit, const char* meaning) override
    {
        const json* j = find(key, Presence::optional);
        if (!j)
            return;
        if (j->is_string() && j->get_ref<const std::string&>() == word)
            values.clear();
        else if (j->is_array() && !j->empty())
            integers(key, values, range, unit, meaning, Presence::optional);
        else
            fail(key, fmt::format("must be \"{}\" or a list of integers", word), *j);
    }

    void texts(const char* key, std::vector<std::string>& values, const char*) override
    {
        read_list(key, values, Presence::optional, [&](const json& j, const std::string& k) { return text_of(j, k); });
    }

    void table(const char* key, std::vector<std::vector<double>>& rows, RealRange range, Unit unit, const char*,
               Presence presence) override
    {
        const json* j = find(key, presence);
        if (!j)
            return;
        if (j->is_string()) {
            const std::filesystem::path file = state_.origin_of(child(key)).directory / text_of(*j, key);
            if (j->get_ref<const std::string&>().empty())
                fail(key, "must be a list of lists of numbers or the name of a CSV file", *j);
            std::string content;
            try {
                content = read_file(file);
            } catch (const ConfigError& e) {
                locate(key).fail(key, fmt::format("names a file that fails: {}", e.what()));
            }
            rows = parse_csv(content, file.string(), range);
        } else {
            if (!j->is_array())
                fail(key, "must be a list of lists of numbers or the name of a CSV file", *j);
            rows.clear();
            for (std::size_t i = 0; i < j->size(); ++i) {
                const json& row = (*j)[i];
                const std::string name = fmt::format("{}[{}]", key, i);
                if (!row.is_array())
                    fail(name, "must be a list of numbers", row);
                if (row.size() != (*j)[0].size())
                    locate(key).fail(name,
                                     fmt::format("has {} numbers, the rows before it {}", row.size(), (*j)[0].size()));
                auto& values = rows.emplace_back();
                for (std::size_t k = 0; k < row.size(); ++k)
                    values.push_back(real_of(row[k], fmt::format("{}[{}]", name, k), range));
            }
        }
        for (auto& row : rows)
            for (double& value : row)
                value = to_si(value, unit);
    }

    bool reading() const override { return true; }
    Place place() const override { return {state_.origin_of(frames_.back().path).name, frames_.back().path}; }

protected:
    void pick(const char* key, std::size_t& index, std::span<const Option> options, const char*,
              Presence presence) override
    {
        const json* j = find(key, presence);
        if (!j)
            return;
        std::vector<std::string> names;
        for (std::size_t i = 0; i < options.size(); ++i) {
            names.push_back(options[i].name);
            if (j->is_string() && j->get_ref<const std::string&>() == options[i].name) {
                index = i;
                return;
            }
        }
        fail(key, fmt::format("must be one of '{}'", fmt::join(names, "', '")), *j,
             j->is_string() ? suggestion(j->get<std::string>(), names) : "");
    }

    bool begin_section(const char* key, const char*, Presence presence) override
    {
        json* j = find(key, presence);
        if (!j)
            return false;
        enter(*j, key);
        return true;
    }

    bool begin_optional(const char* key, bool, const char*) override
    {
        return begin_section(key, "", Presence::optional);
    }

    void end_fields() override
    {
        const Frame& frame = frames_.back();
        for (const auto& [key, value] : frame.node->items()) {
            // Keys that start with an underscore are the user's notes; $schema is for editors.
            if (key.starts_with('_') || key == "$schema")
                continue;
            if (std::find(frame.known.begin(), frame.known.end(), key) == frame.known.end())
                locate(key).fail(key, "unknown key" + suggestion(key, frame.known));
        }
    }

    void end_section() override { frames_.pop_back(); }

    std::optional<std::size_t> begin_list(const char* key, std::size_t, const char*, Presence presence) override
    {
        json* j = find(key, presence);
        if (!j)
            return std::nullopt;
        state_.load_in_place(*j, child(key));
        if (!j->is_array())
            fail(key, "must be a list", *j);
        push(*j, child(key));
        return j->size();
    }

    void begin_item(std::size_t index) override
    {
        json& item = (*frames_.back().node)[index];
        enter(item, fmt::format("[{}]", index));
    }

    void end_list() override { frames_.pop_back(); }
    void begin_alternative(const char*, const Option&) override {}

private:
    struct Frame {
        json* node;
        std::string path;
        std::vector<std::string> known;
    };

    std::string child(const std::string& key) const
    {
        const std::string& path = frames_.back().path;
        return path.empty() ? key : key[0] == '[' ? path + key : path + "." + key;
    }

    void push(json& node, std::string path) { frames_.push_back({&node, std::move(path), {}}); }

    void enter(json& node, const std::string& key)
    {
        state_.load_in_place(node, child(key));
        if (!node.is_object())
            fail(key, "must be an object", node);
        push(node, child(key));
    }

    json* find(const char* key, Presence presence)
    {
        Frame& frame = frames_.back();
        frame.known.emplace_back(key);
        if (!frame.node->is_object())
            place().fail("", fmt::format("must be an object, got {}", shown(*frame.node)));
        const auto it = frame.node->find(key);
        if (it == frame.node->end() || it->is_null()) {
            if (presence == Presence::required)
                place().fail(key, "is missing and has no default");
            return nullptr;
        }
        return &*it;
    }

    /// The place to blame for `key`: the part itself may come from another file than its parent.
    Place locate(const std::string& key) const { return {state_.origin_of(child(key)).name, frames_.back().path}; }

    [[noreturn]] void fail(const std::string& key, const std::string& expected, const json& got,
                           const std::string& hint = "") const
    {
        locate(key).fail(key, fmt::format("{}, got {}{}", expected, shown(got), hint));
    }

    std::int64_t integer_of(const json& j, const std::string& key, IntegerRange range) const
    {
        std::int64_t value = 0;
        bool whole = false;
        if (j.is_number_unsigned()) {
            whole = j.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
            value = whole ? j.get<std::int64_t>() : 0;
        } else if (j.is_number_integer()) {
            whole = true;
            value = j.get<std::int64_t>();
        } else if (j.is_number_float()) {
            const double d = j.get<double>();
            whole = std::abs(d) <= 0x1p53 && d == std::floor(d);
            value = whole ? static_cast<std::int64_t>(d) : 0;
        }
        if (!whole || value < range.low || value > range.high)
            fail(key, "must be an integer" + bounds(range), j);
        return value;
    }

    static std::string bounds(IntegerRange range)
    {
        const bool low = range.low != std::numeric_limits<std::int64_t>::min();
        const bool high = range.high != std::numeric_limits<std::int64_t>::max();
        return low && high ? fmt::format(" in [{}, {}]", range.low, range.high)
               : low       ? fmt::format(" of at least {}", range.low)
               : high      ? fmt::format(" of at most {}", range.high)
                           : "";
    }

    double real_of(const json& j, const std::string& key, RealRange range) const
    {
        const double value = j.is_number() ? j.get<double>() : std::nan("");
        if (!std::isfinite(value) || value < range.low || value > range.high) {
            const bool low = std::isfinite(range.low), high = std::isfinite(range.high);
            fail(key,
                 "must be a number" + (low && high ? fmt::format(" in [{}, {}]", range.low, range.high)
                                       : low       ? fmt::format(" of at least {}", range.low)
                                       : high      ? fmt::format(" of at most {}", range.high)
                                                   : ""),
                 j);
        }
        return value;
    }

    std::string text_of(const json& j, const std::string& key) const
    {
        if (!j.is_string())
            fail(key, "must be a string", j);
        return j.get<std::string>();
    }

    template <class T, class Read> void read_list(const char* key, std::vector<T>& values, Presence presence, Read read)
    {
        json* j = find(key, presence);
        if (!j)
            return;
        if (!j->is_array())
            fail(key, "must be a list", *j);
        std::vector<T> items;
        items.reserve(j->size());
        for (std::size_t i = 0; i < j->size(); ++i)
            items.push_back(read((*j)[i], fmt::format("{}[{}]", key, i)));
        values = std::move(items);
    }

    Document::State& state_;
    std::vector<Frame> frames_;
};

} // namespace

std::unique_ptr<Visitor> make_reader(Document::State& state) { return std::make_unique<Reader>(state); }

} // namespace imc::config
