#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/units.h"

/// A config struct lists its fields once:
///
///     struct AdcConfig {
///         int bits = 8;
///         double settling_s = 0.5e-9;
///         AdcKind kind = AdcKind::sar;
///         void fields(config::Visitor& v)
///         {
///             v.integer("bits", bits, {1, 16}, unit::bits, "resolution");
///             v.real("settling_ns", settling_s, {0, 1e6}, unit::nanoseconds, "time to settle before sampling");
///             v.choice("kind", kind, adc_kinds, "converter architecture");
///         }
///         void check(const config::Place& place) const;   // optional: relations between fields
///     };
///
/// Reading, range and type checks, unknown-key errors, the resolved dump, `describe` and the JSON
/// schema are visitors over that one list. Model code never sees JSON.
namespace imc::config
{

struct IntegerRange {
    std::int64_t low = std::numeric_limits<std::int64_t>::min();
    std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

/// Bounds of a real field, in the user's unit (not SI).
struct RealRange {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
};

/// One admissible value of a choice: its name in the file, its value, what it means.
template <class E> struct Choice {
    const char* name;
    E value;
    const char* meaning;
};

/// Says whether a key may be left out (its default then stands).
enum class Presence { optional, required };

/// Where in which file the visitor stands; lets check() raise a ConfigError at the right place.
struct Place {
    std::string file;
    std::string path;
    /// Throws ConfigError("FILE: path.key: what").
    [[noreturn]] void fail(const std::string& key, const std::string& what) const;
};

class Visitor
{
public:
    virtual ~Visitor() = default;

    virtual void boolean(const char* key, bool& value, const char* meaning) = 0;
    virtual void integer(const char* key, std::int64_t& value, IntegerRange range, Unit unit, const char* meaning,
                         Presence presence = Presence::optional) = 0;
    /// `value` is SI; the file holds it in `unit`, which the key's suffix names.
    virtual void real(const char* key, double& value, RealRange range, Unit unit, const char* meaning,
                      Presence presence = Presence::optional) = 0;
    virtual void text(const char* key, std::string& value, const char* meaning,
                      Presence presence = Presence::optional) = 0;
    /// A file name, relative to the file that names it; `value` becomes usable from the working directory.
    virtual void path(const char* key, std::filesystem::path& value, const char* meaning,
                      Presence presence = Presence::optional) = 0;
    virtual void integers(const char* key, std::vector<std::int64_t>& values, IntegerRange range, Unit unit,
                          const char* meaning, Presence presence = Presence::optional) = 0;
    virtual void reals(const char* key, std::vector<double>& values, RealRange range, Unit unit, const char* meaning,
                       Presence presence = Presence::optional) = 0;
    /// A list of integers, or one word that stands for the empty list ("mesh": [4, 4] or "fit").
    virtual void integers_or_word(const char* key, std::vector<std::int64_t>& values, const char* word,
                                  IntegerRange range, Unit unit, const char* meaning) = 0;
    virtual void texts(const char* key, std::vector<std::string>& values, const char* meaning) = 0;
    /// Rows of numbers, all of one length: in the file a list of lists, or the name of a CSV file.
    virtual void table(const char* key, std::vector<std::vector<double>>& rows, RealRange range, Unit unit,
                       const char* meaning, Presence presence = Presence::optional) = 0;

    template <std::integral I>
    requires(!std::same_as<I, std::int64_t> &&
             !std::same_as<I, bool>) void integer(const char* key, I& value, IntegerRange range, Unit unit,
                                                  const char* meaning, Presence presence = Presence::optional)
    {
        // The type's own limits bound the field as well, so that no value can wrap.
        if (std::cmp_less(range.low, std::numeric_limits<I>::min()))
            range.low = static_cast<std::int64_t>(std::numeric_limits<I>::min());
        if (std::cmp_greater(range.high, std::numeric_limits<I>::max()))
            range.high = static_cast<std::int64_t>(std::numeric_limits<I>::max());
        auto wide = static_cast<std::int64_t>(value);
        integer(key, wide, range, unit, meaning, presence);
        value = static_cast<I>(wide);
    }

    template <class E, std::size_t N>
    void choice(const char* key, E& value, const Choice<E> (&table)[N], const char* meaning,
                Presence presence = Presence::optional)
    {
        std::vector<Option> options;
        std::size_t index = 0;
        for (std::size_t i = 0; i < N; ++i) {
            options.push_back({table[i].name, table[i].meaning});
            if (table[i].value == value)
                index = i;
        }
        pick(key, index, options, meaning, presence);
        value = table[index].value;
    }

    /// A nested struct. In a file it may also be a string: the name of a JSON file that holds it.
    template <class T>
    void section(const char* key, T& value, const char* meaning, Presence presence = Presence::optional)
    {
        if (begin_section(key, meaning, presence)) {
            visit(value);
            end_section();
        }
    }

    /// A nested struct that may be absent or null.
    template <class T> void section(const char* key, std::optional<T>& value, const char* meaning)
    {
        if (begin_optional(key, value.has_value(), meaning)) {
            if (!value)
                value.emplace();
            visit(*value);
            end_section();
        } else if (reading()) {
            value.reset();
        }
    }

    /// A list of structs; the defaults apply to each item.
    template <class T>
    void list(const char* key, std::vector<T>& values, const char* meaning, Presence presence = Presence::optional)
    {
        const std::optional<std::size_t> count = begin_list(key, values.size(), meaning, presence);
        if (!count)
            return;
        if (reading()) {
            values.clear();
            values.resize(*count);
        } else if (values.size() < *count)
            values.resize(*count);
        for (std::size_t i = 0; i < *count; ++i) {
            begin_item(i);
            visit(values[i]);
            end_section();
        }
        end_list();
    }

    /// One of several structs behind a common base, told apart by the tag `key` among their own fields.
    /// `Family` has `name`, `meaning` and `make()` returning std::unique_ptr<Base>; Base has
    /// `virtual void fields(Visitor&)` and `virtual const char* family() const`.
    template <class Base, class Family>
    void variant(const char* key, std::unique_ptr<Base>& value, std::span<const Family> table, const char* meaning,
                 Presence presence = Presence::optional)
    {
        std::vector<Option> options;
        std::size_t index = 0;
        for (std::size_t i = 0; i < table.size(); ++i) {
            options.push_back({table[i].name, table[i].meaning});
            if (value && std::string(value->family()) == table[i].name)
                index = i;
        }
        if (describing()) {
            for (std::size_t i = 0; i < table.size(); ++i) {
                begin_alternative(key, options[i]);
                auto sample = table[i].make();
                sample->fields(*this);
                end_section();
            }
            return;
        }
        pick(key, index, options, meaning, presence);
        if (reading() && !(value && std::string(value->family()) == table[index].name))
            value = table[index].make();
        if (value) {
            value->fields(*this);
            if constexpr (requires { value->check(place()); })
                if (reading())
                    value->check(place());
        }
    }

    /// True while values are being read from a file; check() runs only then.
    virtual bool reading() const { return false; }
    /// True while alternatives should be listed rather than the one in use.
    virtual bool describing() const { return false; }
    virtual Place place() const { return {}; }

    /// Visits the struct that fills the current place and runs its check(), after keys it does not know have
    /// been reported: a mistyped key must not hide behind what its absence leads to.
    template <class T> void visit(T& value)
    {
        value.fields(*this);
        end_fields();
        if constexpr (requires { value.check(place()); })
            if (reading())
                value.check(place());
    }

protected:
    struct Option {
        std::string name;
        std::string meaning;
    };

    virtual void pick(const char* key, std::size_t& index, std::span<const Option> options, const char* meaning,
                      Presence presence) = 0;
    virtual bool begin_section(const char* key, const char* meaning, Presence presence) = 0;
    virtual bool begin_optional(const char* key, bool present, const char* meaning) = 0;
    virtual void end_section() = 0;
    /// Every field of the struct at the current place has been listed.
    virtual void end_fields() {}
    virtual std::optional<std::size_t> begin_list(const char* key, std::size_t size, const char* meaning,
                                                  Presence presence) = 0;
    virtual void begin_item(std::size_t index) = 0;
    virtual void end_list() = 0;
    virtual void begin_alternative(const char* key, const Option& option) = 0;
};

} // namespace imc::config
