#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "nas/space/expression.h"
#include "sim/base/config/suggest.h"

namespace imc::nas
{

using Op = Expression::Op;

namespace
{

struct Function {
    const char* name;
    Op op;
    std::size_t least;
    std::size_t most;
};

constexpr std::size_t any_number = 64;
constexpr Function functions[] = {
    {"min", Op::minimum, 1, any_number}, {"max", Op::maximum, 1, any_number}, {"abs", Op::absolute, 1, 1},
    {"sqrt", Op::square_root, 1, 1},     {"exp", Op::exponential, 1, 1},      {"log", Op::natural_log, 1, 1},
    {"log2", Op::binary_log, 1, 1},      {"log10", Op::decimal_log, 1, 1},    {"floor", Op::floor, 1, 1},
    {"ceil", Op::ceiling, 1, 1},         {"round", Op::round, 1, 1},          {"if", Op::choose, 3, 3},
    {"active", Op::active, 1, 1},
};

struct Operator {
    const char* text;
    Op op;
    int level;
};

/// Longer texts before their prefixes.
constexpr Operator operators[] = {
    {"||", Op::logical_or, 1}, {"&&", Op::logical_and, 2},   {"==", Op::equal, 3},   {"!=", Op::not_equal, 3},
    {"<=", Op::less_equal, 3}, {">=", Op::greater_equal, 3}, {"<", Op::less, 3},     {">", Op::greater, 3},
    {"+", Op::add, 4},         {"-", Op::subtract, 4},       {"*", Op::multiply, 5}, {"/", Op::divide, 5},
    {"%", Op::modulo, 5},
};

constexpr int deepest = 200;

} // namespace

/// Precedence climbing. Texts ("rram") exist only while parsing: beside == or != a categorical variable
/// turns them into the index of the text.
class ExpressionParser
{
public:
    ExpressionParser(std::string_view text, const Names& names) : text_(text), names_(names) {}

    Expression run()
    {
        result_.text_ = std::string(text_);
        const Operand whole = binary(1);
        skip();
        if (at_ < text_.size())
            fail(fmt::format("did not expect '{}'", text_[at_]));
        result_.root_ = number_of(whole);
        std::sort(result_.slots_.begin(), result_.slots_.end());
        result_.slots_.erase(std::unique(result_.slots_.begin(), result_.slots_.end()), result_.slots_.end());
        return std::move(result_);
    }

private:
    struct Operand {
        std::size_t node = 0;
        std::optional<std::string> literal;
        const std::vector<std::string>* texts = nullptr;
        std::string name;
    };

    [[noreturn]] void fail(const std::string& what) const
    {
        throw std::invalid_argument(fmt::format("'{}', column {}: {}", text_, at_ + 1, what));
    }

    void skip()
    {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])))
            ++at_;
    }

    bool take(std::string_view token)
    {
        skip();
        if (!text_.substr(at_).starts_with(token))
            return false;
        at_ += token.size();
        return true;
    }

    void expect(std::string_view token)
    {
        if (!take(token))
            fail(fmt::format("expected '{}'", token));
    }

    std::size_t add(Expression::Node node)
    {
        result_.nodes_.push_back(std::move(node));
        return result_.nodes_.size() - 1;
    }

    std::size_t number_of(const Operand& operand) const
    {
        if (operand.literal)
            fail(fmt::format("the text \"{}\" can only be compared with a categorical variable", *operand.literal));
        if (operand.texts)
            fail(fmt::format("'{}' is categorical: it can only be compared, by == or !=, with one of its texts",
                             operand.name));
        return operand.node;
    }

    const Operator* next_operator(int level)
    {
        skip();
        for (const Operator& o : operators)
            if (text_.substr(at_).starts_with(o.text)) {
                if (o.level < level)
                    return nullptr;
                at_ += std::string_view(o.text).size();
                return &o;
            }
        return nullptr;
    }

    Operand binary(int level)
    {
        if (++depth_ > deepest)
            fail("nested too deeply");
        Operand left = unary();
        while (const Operator* o = next_operator(level)) {
            const Operand right = binary(o->level + 1);
            if ((o->op == Op::equal || o->op == Op::not_equal) && (left.texts || right.texts))
                left = {compare_texts(o->op, left, right), {}, nullptr, ""};
            else {
                const std::size_t a = number_of(left), b = number_of(right);
                left = {add({o->op, 0, 0, {a, b}}), {}, nullptr, ""};
            }
        }
        --depth_;
        return left;
    }

    std::size_t compare_texts(Op op, const Operand& a, const Operand& b)
    {
        const Operand& variable = a.texts ? a : b;
        const Operand& other = a.texts ? b : a;
        if (!other.literal) {
            if (other.texts && *other.texts == *variable.texts)
                return add({op, 0, 0, {a.node, b.node}});
            fail(fmt::format("'{}' is categorical and can only be compared with one of its texts", variable.name));
        }
        const auto it = std::find(variable.texts->begin(), variable.texts->end(), *other.literal);
        if (it == variable.texts->end())
            fail(fmt::format("'{}' is never \"{}\"{}", variable.name, *other.literal,
                             config::suggestion(*other.literal, *variable.texts)));
        const std::size_t index = add({Op::number, static_cast<double>(it - variable.texts->begin()), 0, {}});
        return add({op, 0, 0, {variable.node, index}});
    }

    Operand unary()
    {
        if (take("-"))
            return {add({Op::negate, 0, 0, {number_of(nested_unary())}}), {}, nullptr, ""};
        skip();
        if (text_.substr(at_, 2) != "!=" && take("!"))
            return {add({Op::logical_not, 0, 0, {number_of(nested_unary())}}), {}, nullptr, ""};
        Operand base = primary();
        if (!take("^"))
            return base;
        const std::size_t a = number_of(base), b = number_of(nested_unary());
        return {add({Op::power, 0, 0, {a, b}}), {}, nullptr, ""};
    }

    Operand nested_unary()
    {
        if (++depth_ > deepest)
            fail("nested too deeply");
        Operand operand = unary();
        --depth_;
        return operand;
    }

    Operand primary()
    {
        skip();
        if (at_ >= text_.size())
            fail("ends where a value was expected");
        const char c = text_[at_];
        if (take("(")) {
            Operand inner = binary(1);
            expect(")");
            return inner;
        }
        if (c == '"' || c == '\'') {
            const std::size_t end = text_.find(c, at_ + 1);
            if (end == std::string_view::npos)
                fail("a text is not closed");
            Operand operand;
            operand.literal = std::string(text_.substr(at_ + 1, end - at_ - 1));
            at_ = end + 1;
            return operand;
        }
        if (std::isdigit(static_cast<unsigned char>(c)) || c == '.')
            return number();
        if (std::isalpha(static_cast<unsigned char>(c)) || c == '_')
            return named();
        fail(fmt::format("did not expect '{}'", c));
    }

    Operand number()
    {
        double value = 0;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error != std::errc())
            fail("not a number");
        at_ = static_cast<std::size_t>(end - text_.data());
        return {add({Op::number, value, 0, {}}), {}, nullptr, ""};
    }

    /// Names may reach into results: layers[0].energy_j.
    std::string identifier()
    {
        const std::size_t start = at_;
        const auto part = [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '[' || c == ']';
        };
        while (at_ < text_.size() && part(text_[at_]))
            ++at_;
        return std::string(text_.substr(start, at_ - start));
    }

    Symbol resolve(const std::string& name, std::size_t column)
    {
        try {
            if (const auto symbol = names_(name)) {
                result_.slots_.push_back(symbol->slot);
                return *symbol;
            }
        } catch (const std::invalid_argument& e) {
            at_ = column;
            fail(e.what());
        }
        at_ = column;
        fail(fmt::format("unknown name '{}'", name));
    }

    Operand named()
    {
        const std::size_t column = at_;
        const std::string name = identifier();
        if (take("("))
            return call(name, column);
        const Symbol symbol = resolve(name, column);
        return {add({Op::load, 0, symbol.slot, {}}), {}, symbol.texts, name};
    }

    Operand call(const std::string& name, std::size_t column)
    {
        const auto* f = std::find_if(std::begin(functions), std::end(functions),
                                     [&](const Function& candidate) { return name == candidate.name; });
        if (f == std::end(functions)) {
            std::vector<std::string> known;
            for (const Function& candidate : functions)
                known.emplace_back(candidate.name);
            at_ = column;
            fail(fmt::format("unknown function '{}'{}", name, config::suggestion(name, known)));
        }
        if (f->op == Op::active) {
            skip();
            const std::size_t start = at_;
            const std::string variable = identifier();
            const Symbol symbol = resolve(variable, start);
            expect(")");
            return {add({Op::active, 0, symbol.slot, {}}), {}, nullptr, ""};
        }
        std::vector<std::size_t> arguments;
        do
            arguments.push_back(number_of(binary(1)));
        while (take(","));
        expect(")");
        if (arguments.size() < f->least || arguments.size() > f->most)
            fail(fmt::format("{}() takes {} argument{}, got {}", name, f->least, f->least == 1 ? "" : "s",
                             arguments.size()));
        return {add({f->op, 0, 0, std::move(arguments)}), {}, nullptr, ""};
    }

    std::string_view text_;
    const Names& names_;
    Expression result_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

Expression Expression::parse(std::string_view text, const Names& names) { return ExpressionParser(text, names).run(); }

} // namespace imc::nas
