#include "devices/curve.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::devices
{

namespace
{

constexpr config::Choice<Form> forms[] = {
    {"polynomial", Form::polynomial, "sum of c_i x^i, ascending powers"},
    {"log", Form::log, "polynomial of ln x"},
    {"log10", Form::log10, "polynomial of log10 x"},
    {"power", Form::power, "c_0 x^c_1"},
    {"saturating", Form::saturating, "c_0 (1 - exp(-x/c_1))"},
    {"table", Form::table, "straight lines between the points x, y"},
};
constexpr config::Choice<Argument> arguments[] = {
    {"fraction", Argument::fraction, "conductance / max_us"},
    {"microsiemens", Argument::microsiemens, "conductance in microsiemens"},
    {"seconds", Argument::seconds, "time since programming ended"},
};

double polynomial(const std::vector<double>& c, double x)
{
    double sum = 0.0;
    for (std::size_t i = c.size(); i-- > 0;)
        sum = sum * x + c[i];
    return sum;
}

double interpolated(const std::vector<double>& x, const std::vector<double>& y, double at)
{
    if (at <= x.front())
        return y.front();
    if (at >= x.back())
        return y.back();
    const auto next = static_cast<std::size_t>(std::ranges::upper_bound(x, at) - x.begin());
    const double part = (at - x[next - 1]) / (x[next] - x[next - 1]);
    return y[next - 1] + part * (y[next] - y[next - 1]);
}

} // namespace

void Piece::fields(config::Visitor& v)
{
    v.real("below", below, {}, unit::none, "this piece holds for smaller arguments; the last piece has none");
    v.choice("form", form, forms, "kind of function");
    v.reals("coefficients", coefficients, {}, unit::none, "c_0, c_1, ...");
    v.reals("x", x, {}, unit::none, "points of a table, increasing");
    v.reals("y", y, {}, unit::none, "values at the points of a table");
    v.real("low", low, {}, unit::none, "smaller values are raised to this");
    v.real("high", high, {}, unit::none, "larger values are lowered to this");
}

void Piece::check(const config::Place& place) const
{
    if (form == Form::table) {
        if (!coefficients.empty())
            place.fail("coefficients", "a table has none");
        if (x.size() < 2 || x.size() != y.size())
            place.fail("x", fmt::format("a table needs at least two points and as many values, got {} and {}", x.size(),
                                        y.size()));
        for (std::size_t i = 1; i < x.size(); ++i)
            if (!(x[i] > x[i - 1]))
                place.fail(fmt::format("x[{}]", i),
                           fmt::format("points must increase, got {} after {}", x[i], x[i - 1]));
    } else {
        if (!x.empty() || !y.empty())
            place.fail(x.empty() ? "y" : "x", "belongs to form 'table'");
        const bool pair = form == Form::power || form == Form::saturating;
        if (coefficients.empty() || (pair && coefficients.size() != 2))
            place.fail("coefficients", fmt::format("needs {}, got {}", pair ? "two numbers" : "at least one number",
                                                   coefficients.size()));
        if (form == Form::saturating && !(coefficients[1] > 0.0))
            place.fail("coefficients[1]", fmt::format("must be positive, got {}", coefficients[1]));
    }
    if (low > high)
        place.fail("low", fmt::format("must not exceed 'high', got {} > {}", low, high));
}

double Piece::at(double argument) const
{
    double value = 0.0;
    switch (form) {
    case Form::polynomial:
        value = polynomial(coefficients, argument);
        break;
    case Form::log:
        value = polynomial(coefficients, std::log(argument));
        break;
    case Form::log10:
        value = polynomial(coefficients, std::log10(argument));
        break;
    case Form::power:
        value = coefficients[0] * std::pow(argument, coefficients[1]);
        break;
    case Form::saturating:
        value = coefficients[0] * -std::expm1(-argument / coefficients[1]);
        break;
    case Form::table:
        value = interpolated(x, y, argument);
        break;
    }
    return std::clamp(value, low, high);
}

void Curve::fields(config::Visitor& v)
{
    v.choice("argument", argument, arguments, "what the curve is a function of");
    v.real("smallest", smallest, {0, 1e6}, unit::none, "smaller arguments are raised to this");
    v.real("largest", largest, {0, std::numeric_limits<double>::infinity()}, unit::none,
           "larger arguments are lowered to this");
    v.list("pieces", pieces, "stretches in ascending order", config::Presence::required);
}

void Curve::check(const config::Place& place) const
{
    if (pieces.empty())
        place.fail("pieces", "a curve needs at least one piece");
    if (!(smallest < largest))
        place.fail("largest", fmt::format("must exceed 'smallest', got {} and {}", largest, smallest));
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const bool last = i + 1 == pieces.size();
        const std::string key = fmt::format("pieces[{}].below", i);
        if (last && std::isfinite(pieces[i].below))
            place.fail(key, "the last piece must be unbounded");
        if (!last && !std::isfinite(pieces[i].below))
            place.fail(key, "is missing: only the last piece is unbounded");
        if (i > 0 && !last && !(pieces[i].below > pieces[i - 1].below))
            place.fail(key, "pieces must be in ascending order");
        const bool logarithmic =
            pieces[i].form == Form::log || pieces[i].form == Form::log10 || pieces[i].form == Form::power;
        if (logarithmic && !(smallest > 0.0))
            place.fail("smallest", "must be positive with a logarithm or a power");
    }
}

double Curve::at(double argument_value) const
{
    const double x = std::clamp(argument_value, smallest, largest);
    for (const Piece& piece : pieces)
        if (x < piece.below)
            return piece.at(x);
    return pieces.back().at(x);
}

double Curve::at_conductance(double conductance_s, double max_s) const
{
    if (argument == Argument::seconds)
        throw std::logic_error("a curve over time was asked for its value at a conductance");
    return at(argument == Argument::fraction ? conductance_s / max_s : conductance_s * 1e6);
}

} // namespace imc::devices
