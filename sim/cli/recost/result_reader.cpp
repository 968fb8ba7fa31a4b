#include "sim/cli/recost/result_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/config/visitor.h"
#include "sim/cli/recost/result_part.h"

namespace imc::cli
{

namespace
{

/// Reads JSON from left to right; every function starts at a token and ends behind it.
class Scanner
{
public:
    explicit Scanner(std::string_view text) : begin_(text.data()), at_(begin_), end_(at_ + text.size()) {}

    char peek()
    {
        while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r'))
            ++at_;
        return at_ < end_ ? *at_ : '\0';
    }
    bool at_end()
    {
        peek();
        return at_ == end_;
    }
    void expect(char c)
    {
        if (peek() != c)
            fail();
        ++at_;
    }
    /// After an element of a list or object that ends with `close`: true if there is another one.
    bool more(char close)
    {
        if (peek() == ',') {
            ++at_;
            return true;
        }
        expect(close);
        return false;
    }
    /// With its quotes.
    std::string_view quoted()
    {
        expect('"');
        const char* const first = at_;
        for (;;) {
            const void* const found = std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_));
            if (found == nullptr)
                fail();
            at_ = static_cast<const char*>(found) + 1;
            const char* slash = at_ - 1;
            while (slash > first && slash[-1] == '\\')
                --slash;
            if ((at_ - 1 - slash) % 2 == 0)
                return {first - 1, static_cast<std::size_t>(at_ - first + 1)};
        }
    }
    void text(std::string& into)
    {
        const std::string_view q = quoted();
        if (q.find('\\') == std::string_view::npos)
            into.assign(q.substr(1, q.size() - 2));
        else
            into = nlohmann::json::parse(q).get<std::string>();
    }
    /// False, and still before it, if what stands here is no number of this type that is at least 0.
    template <class Number> bool number(Number& value)
    {
        const char first = peek();
        const auto [stop, error] = std::from_chars(at_, end_, value);
        const bool ends = stop == end_ || std::strchr(",]} \n\t\r", *stop) != nullptr;
        if (first < '0' || first > '9' || error != std::errc() || !ends)
            return false;
        at_ = stop;
        return true;
    }
    /// Whatever stands here.
    std::string_view value()
    {
        const char c = peek();
        const char* const first = at_;
        if (c == '"') {
            quoted();
        } else if (c == '{' || c == '[') {
            for (int depth = 0;;) {
                if (at_ == end_)
                    fail();
                if (*at_ == '"') {
                    quoted();
                    continue;
                }
                depth += (*at_ == '{' || *at_ == '[') - (*at_ == '}' || *at_ == ']');
                ++at_;
                if (depth == 0)
                    break;
            }
        } else {
            while (at_ < end_ && std::strchr(",]} \n\t\r", *at_) == nullptr)
                ++at_;
        }
        if (at_ == first)
            fail();
        return {first, static_cast<std::size_t>(at_ - first)};
    }
    [[noreturn]] void fail() const
    {
        throw std::invalid_argument(fmt::format("not valid JSON at byte {}", at_ - begin_ + 1));
    }

private:
    const char* begin_;
    const char* at_;
    const char* end_;
};

/// Throws naming the first value from here on that JSON has not, if there is one: NaN, Infinity, 1e999.
void expect_values(Scanner& in, const config::Place& place, int depth = 0)
{
    constexpr int deepest = 64; // of a result; what is deeper is not looked at
    const char c = depth < deepest ? in.peek() : '\0';
    if (c == '{' || c == '[') {
        const char close = c == '{' ? '}' : ']';
        in.expect(c);
        if (in.peek() == close)
            return in.expect(close);
        std::size_t i = 0;
        std::string key;
        do {
            if (c == '{') {
                in.text(key);
                in.expect(':');
            }
            const std::string path =
                c == '{' ? fmt::format("{}.{}", place.path, key) : fmt::format("{}[{}]", place.path, i++);
            expect_values(in, {place.file, path}, depth + 1);
        } while (in.more(close));
        return;
    }
    const std::string_view value = in.value();
    if (depth < deepest && !nlohmann::json::accept(value))
        place.fail("", must_be("a value of JSON, whose numbers are finite", std::string(value)));
}

/// Fills the line from one object; what is not known there is passed over. False if something is missing.
bool read_line(Scanner& in, LedgerLine& line, const std::string& file, std::size_t index)
{
    const auto number = [&](auto& into, const char* key, const char* expected) {
        if (!in.number(into))
            config::Place{file, fmt::format("ledger[{}]", index)}.fail(key, must_be(expected, std::string(in.value())));
    };
    static constexpr std::array<std::string LedgerLine::*, 5> texts = {
        &LedgerLine::component, &LedgerLine::event, &LedgerLine::category, &LedgerLine::phase, &LedgerLine::tile_type};
    static constexpr std::array<std::string_view, 5> names = {"\"component\"", "\"event\"", "\"category\"", "\"phase\"",
                                                              "\"tile_type\""};
    line.tile_type.clear();
    line.range = {};
    unsigned seen = 0;
    in.expect('{');
    do {
        const std::string_view key = in.quoted();
        in.expect(':');
        if (const auto it = std::ranges::find(names, key); it != names.end()) {
            in.text(line.*texts[static_cast<std::size_t>(it - names.begin())]);
            seen |= 1u << (it - names.begin());
        } else if (key == "\"count\"") {
            number(line.count, "count", count_expected);
            seen |= 1u << 5;
        } else if (key == "\"unit_energy_j\"") {
            number(line.unit_energy_j, "unit_energy_j", number_expected);
            seen |= 1u << 6;
        } else if (key == "\"range\"") {
            in.expect('[');
            number(line.range.low, "range[0]", number_expected);
            in.expect(',');
            number(line.range.high, "range[1]", number_expected);
            in.expect(']');
        } else {
            in.value();
        }
    } while (in.more('}'));
    constexpr unsigned required = 0b1101111;
    return (seen & required) == required;
}

std::vector<LedgerLine> read_ledger(std::string_view text, const std::string& file)
{
    std::vector<LedgerLine> lines;
    LedgerLine line;
    Scanner in(text);
    in.expect('[');
    if (in.peek() == ']')
        return lines;
    std::size_t index = 0;
    do {
        if (!read_line(in, line, file, index++))
            throw std::invalid_argument("a line of the ledger lacks component, event, category, phase, count or "
                                        "unit_energy_j");
        const auto same = [&](const LedgerLine& o) {
            return o.event == line.event && o.unit_energy_j == line.unit_energy_j && o.component == line.component &&
                   o.category == line.category && o.phase == line.phase && o.tile_type == line.tile_type;
        };
        // An event's lines of several layers follow each other.
        const auto it = std::find_if(lines.rbegin(), lines.rend(), same);
        if (it == lines.rend())
            lines.push_back(line);
        else if (__builtin_add_overflow(it->count, line.count, &it->count))
            config::Place{file, fmt::format("ledger[{}]", index - 1)}.fail(
                "count", fmt::format("{} and those of the same event before it exceed 64 bits", line.count));
    } while (in.more(']'));
    return lines;
}

} // namespace

ResultFile read_result_file(std::string_view text, const std::string& file_name)
{
    static constexpr std::array<std::string_view, 11> kept = {
        "schema",          "network",  "chip",         "cycles",   "clock_hz", "interval_cycles",
        "leakage_power_w", "energy_j", "power_states", "accuracy", "leakage"};
    ResultFile file;
    nlohmann::json rest = nlohmann::json::object();
    Scanner in(text);
    std::string key;
    in.expect('{');
    bool more = in.peek() == '"' || in.more('}');
    while (more) {
        in.text(key);
        in.expect(':');
        const std::string_view value = in.value();
        if (key == "ledger")
            file.ledger = read_ledger(value, file_name);
        else if (std::ranges::find(kept, key) != kept.end()) {
            try {
                rest[key] = nlohmann::json::parse(value);
            } catch (const nlohmann::json::exception&) {
                Scanner again(value);
                expect_values(again, {file_name, key});
                throw;
            }
        }
        more = in.more('}');
    }
    if (!in.at_end())
        in.fail();
    file.rest = std::make_shared<const nlohmann::json>(std::move(rest));
    return file;
}

} // namespace imc::cli
