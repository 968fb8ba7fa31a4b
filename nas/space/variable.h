#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nas/space/expression.h"
#include "sim/base/config/visitor.h"
#include "sim/base/random.h"

namespace imc::nas
{

enum class Kind { integer, real, ordinal, categorical, permutation };
enum class Scale { linear, log };

inline constexpr config::Choice<Kind> kinds[] = {
    {"integer", Kind::integer, "whole numbers from low to high"},
    {"real", Kind::real, "numbers from low to high"},
    {"ordinal", Kind::ordinal, "one of the listed numbers, neighbours being alike"},
    {"categorical", Kind::categorical, "one of the listed texts, without order"},
    {"permutation", Kind::permutation, "an order of the listed items"},
};
inline constexpr config::Choice<Scale> scales[] = {
    {"linear", Scale::linear, "differences matter"},
    {"log", Scale::log, "ratios matter; low must be positive"},
};

/// A variable as a study states it.
struct VariableConfig {
    std::string name;
    Kind kind = Kind::real;
    int count = 0;
    double low = 0.0;
    double high = 1.0;
    Scale scale = Scale::linear;
    std::vector<double> values;
    std::vector<std::string> options;
    std::string when;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// A variable of a built space. Its value fills `width` slots of a candidate from `slot` on: a number (an
/// ordinal's level itself, a categorical's index), or for a permutation the indices of its items in order.
struct Variable {
    std::string name;
    Kind kind = Kind::real;
    double low = 0.0;
    double high = 1.0;
    Scale scale = Scale::linear;
    std::vector<double> levels;     ///< ordinal
    std::vector<std::string> texts; ///< categorical, permutation
    std::optional<Expression> when;
    std::size_t slot = 0;
    std::size_t width = 1;

    bool numeric() const { return kind == Kind::integer || kind == Kind::real || kind == Kind::ordinal; }
    /// Number of values of a discrete variable with one slot; 0 for reals and permutations.
    std::uint64_t cardinality() const;
    double value(std::uint64_t index) const;

    /// Position of a value in [0, 1]; for discrete kinds the middle of its equal share. from_unit() is
    /// its inverse and takes any u, clamped to [0, 1].
    double to_unit(double value) const;
    double from_unit(double u) const;

    /// Fills the variable's slots, which start at `slots`.
    void sample(double* slots, RandomStream& random) const;
    /// The value as JSON: a number, a text or a list of texts.
    std::string text(const double* slots) const;
};

} // namespace imc::nas
