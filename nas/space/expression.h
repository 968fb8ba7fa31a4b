#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace imc::nas
{

/// What a name in an expression stands for: a slot of the values given to evaluate(), and, for a
/// categorical variable, the texts it may be compared with (its value is then the index of its text).
struct Symbol {
    std::size_t slot = 0;
    const std::vector<std::string>* texts = nullptr;
};

using Names = std::function<std::optional<Symbol>(std::string_view)>;

/// An arithmetic or logical expression over named values, used for conditions, constraints and objectives.
///
///     rows * columns <= 65536        2 * macs / energy_j        device == "rram" || cell_bits == 1
///
/// Operators, loosest first: `||`, `&&`, `== != < <= > >=`, `+ -`, `* / %`, unary `- !`, `^` (power).
/// Functions: min, max (any number of arguments), abs, sqrt, exp, log, log2, log10, floor, ceil, round,
/// if(condition, a, b), active(variable).
///
/// The value of an inactive variable is undefined (NaN). A comparison with it is undefined as well, and
/// logic has three values (Kleene): `false && undefined` is false, `true && undefined` undefined.
class Expression
{
public:
    /// Throws std::invalid_argument saying at which column what is wrong, and what a name may have meant.
    static Expression parse(std::string_view text, const Names& names);

    const std::string& text() const { return text_; }
    /// Every slot the expression reads, ascending.
    const std::vector<std::size_t>& slots() const { return slots_; }

    /// The value: a number, 1 or 0 for logic, NaN if undefined.
    double evaluate(std::span<const double> values) const { return value(root_, values); }
    /// How far the values are from satisfying the expression; 0 if they do or if it is undefined. A failed
    /// comparison counts the difference of its sides; `&&` adds, `||` takes the least.
    double violation(std::span<const double> values) const;

    enum class Op {
        number,
        load,
        active,
        negate,
        logical_not,
        add,
        subtract,
        multiply,
        divide,
        modulo,
        power,
        equal,
        not_equal,
        less,
        less_equal,
        greater,
        greater_equal,
        logical_and,
        logical_or,
        minimum,
        maximum,
        absolute,
        square_root,
        exponential,
        natural_log,
        binary_log,
        decimal_log,
        floor,
        ceiling,
        round,
        choose
    };

private:
    friend class ExpressionParser;

    /// Nodes refer to their operands by index; `arguments` is used by functions only.
    struct Node {
        Op op = Op::number;
        double number = 0.0;
        std::size_t slot = 0;
        std::vector<std::size_t> arguments;
    };

    double value(std::size_t node, std::span<const double> values) const;
    double distance(std::size_t node, std::span<const double> values) const;

    std::string text_;
    std::vector<Node> nodes_;
    std::vector<std::size_t> slots_;
    std::size_t root_ = 0;
};

} // namespace imc::nas
