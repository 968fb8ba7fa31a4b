#include "nas/evaluators/problems.h"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace imc::nas
{

namespace
{

using std::numbers::pi;

double mean_from_second(const Candidate& x)
{
    double sum = 0;
    for (std::size_t i = 1; i < x.size(); ++i)
        sum += x[i];
    return sum / static_cast<double>(x.size() - 1);
}

// Zitzler, Deb & Thiele, "Comparison of multiobjective evolutionary algorithms", Evol. Comp. 8(2), 2000.
std::vector<double> zdt1(const Candidate& x)
{
    const double g = 1 + 9 * mean_from_second(x);
    return {x[0], g * (1 - std::sqrt(x[0] / g))};
}

std::vector<double> zdt2(const Candidate& x)
{
    const double g = 1 + 9 * mean_from_second(x);
    return {x[0], g * (1 - (x[0] / g) * (x[0] / g))};
}

std::vector<double> zdt3(const Candidate& x)
{
    const double g = 1 + 9 * mean_from_second(x);
    return {x[0], g * (1 - std::sqrt(x[0] / g) - x[0] / g * std::sin(10 * pi * x[0]))};
}

std::vector<double> zdt4(const Candidate& x)
{
    double g = 1 + 10 * static_cast<double>(x.size() - 1);
    for (std::size_t i = 1; i < x.size(); ++i)
        g += x[i] * x[i] - 10 * std::cos(4 * pi * x[i]);
    return {x[0], g * (1 - std::sqrt(x[0] / g))};
}

std::vector<double> zdt6(const Candidate& x)
{
    const double f = 1 - std::exp(-4 * x[0]) * std::pow(std::sin(6 * pi * x[0]), 6);
    const double g = 1 + 9 * std::pow(mean_from_second(x), 0.25);
    return {f, g * (1 - (f / g) * (f / g))};
}

// Deb, Thiele, Laumanns & Zitzler, "Scalable multi-objective optimization test problems", CEC 2002.
std::vector<double> dtlz1(const Candidate& x)
{
    double g = static_cast<double>(x.size() - 2);
    for (std::size_t i = 2; i < x.size(); ++i)
        g += (x[i] - 0.5) * (x[i] - 0.5) - std::cos(20 * pi * (x[i] - 0.5));
    g *= 100;
    return {0.5 * x[0] * x[1] * (1 + g), 0.5 * x[0] * (1 - x[1]) * (1 + g), 0.5 * (1 - x[0]) * (1 + g)};
}

std::vector<double> dtlz2(const Candidate& x)
{
    double g = 0;
    for (std::size_t i = 2; i < x.size(); ++i)
        g += (x[i] - 0.5) * (x[i] - 0.5);
    const double a = x[0] * pi / 2, b = x[1] * pi / 2;
    return {(1 + g) * std::cos(a) * std::cos(b), (1 + g) * std::cos(a) * std::sin(b), (1 + g) * std::sin(a)};
}

/// CONSTR (Deb, "Multi-objective optimization using evolutionary algorithms", 2001, section 8.1.5).
std::vector<double> constr(const Candidate& x)
{
    return {x[0], (1 + x[1]) / x[0], x[1] + 9 * x[0] - 6, -x[1] + 9 * x[0] - 1};
}

/// A conditional space: with method "convex" f2 = 1 − √f1 + p, with "concave" f2 = 1 − 1.5 f1² + p, where p is the
/// distance of the method's own four variables from their best values. The front takes the better method at each f1.
/// Slots: method, x, then four of either method.
std::vector<double> branches(const Candidate& x)
{
    const bool convex = x[0] == 0;
    double penalty = 0;
    for (std::size_t i = 0; i < 4; ++i)
        penalty += std::abs(x[(convex ? 2 : 6) + i] - (convex ? 0.3 : 0.8));
    return {x[1], (convex ? 1 - std::sqrt(x[1]) : 1 - 1.5 * x[1] * x[1]) + penalty};
}

/// A mixed space: f1 = level / 20, f2 = (1 − √f1) (1 + penalty) with one best value for each of an ordinal, two
/// categories, a log-scaled real and a permutation. The front is the 21 points with no penalty.
/// Slots: level, width, kind, order (4), rate, flag.
std::vector<double> mixed(const Candidate& x)
{
    double penalty = std::abs(std::log2(x[1] / 32)) + (x[2] == 2 ? 0 : 1.5) + std::abs(std::log10(x[7]) + 3);
    for (std::size_t i = 0; i < 4; ++i)
        penalty += 0.5 * std::abs(x[3 + i] - static_cast<double>(3 - i));
    penalty += x[8] == 1 ? 0 : 0.5;
    const double f1 = x[0] / 20;
    return {f1 + 0.05 * penalty, (1 - std::sqrt(f1)) * (1 + penalty) + 0.05 * penalty};
}

template <class F> std::vector<Objectives> curve(std::size_t n, double from, double to, F f)
{
    std::vector<Objectives> points;
    for (std::size_t i = 0; i < n; ++i) {
        const double x = from + (to - from) * static_cast<double>(i) / static_cast<double>(n - 1);
        points.push_back({x, f(x)});
    }
    std::vector<Objectives> kept;
    for (const std::size_t i : non_dominated(points))
        kept.push_back(points[i]);
    return kept;
}

double convex(double x) { return 1 - std::sqrt(x); }
double concave(double x) { return 1 - x * x; }

/// Points of a surface over the unit simplex, made by `place` from its barycentric coordinates.
template <class F> std::vector<Objectives> simplex(std::size_t n, F place)
{
    const auto k = static_cast<std::size_t>(std::sqrt(2.0 * static_cast<double>(n)));
    std::vector<Objectives> points;
    for (std::size_t i = 0; i <= k; ++i)
        for (std::size_t j = 0; i + j <= k; ++j) {
            const auto d = static_cast<double>(k);
            points.push_back(
                place({static_cast<double>(i) / d, static_cast<double>(j) / d, static_cast<double>(k - i - j) / d}));
        }
    return points;
}

std::vector<Objectives> front_dtlz2(std::size_t n)
{
    return simplex(n, [](Objectives p) {
        const double length = std::hypot(p[0], p[1], p[2]);
        return Objectives{p[0] / length, p[1] / length, p[2] / length};
    });
}

VariableConfig real(std::string name, double low, double high, int count = 0)
{
    VariableConfig v;
    v.name = std::move(name);
    v.count = count;
    v.low = low;
    v.high = high;
    return v;
}

VariableConfig texts(std::string name, Kind kind, std::vector<std::string> options)
{
    VariableConfig v;
    v.name = std::move(name);
    v.kind = kind;
    v.options = std::move(options);
    return v;
}

std::vector<VariableConfig> zdt4_variables() { return {real("x1", 0, 1), real("x", -5, 5, 9)}; }

std::vector<VariableConfig> branches_variables()
{
    std::vector<VariableConfig> v = {texts("method", Kind::categorical, {"convex", "concave"}), real("x", 0, 1),
                                     real("a", 0, 1, 4), real("b", 0, 1, 4)};
    v[2].when = "method == 'convex'";
    v[3].when = "method == 'concave'";
    return v;
}

std::vector<VariableConfig> mixed_variables()
{
    VariableConfig level = real("level", 0, 20), width = real("width", 0, 1), rate = real("rate", 1e-5, 1);
    level.kind = Kind::integer;
    width.kind = Kind::ordinal;
    width.values = {8, 16, 32, 64, 128};
    rate.scale = Scale::log;
    return {level,
            width,
            texts("kind", Kind::categorical, {"gat", "gcn", "gin", "sage"}),
            texts("order", Kind::permutation, {"a", "b", "c", "d"}),
            rate,
            texts("flag", Kind::categorical, {"off", "on"})};
}

} // namespace

std::vector<std::string> TestProblem::metrics() const
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < objectives; ++i)
        names.push_back(fmt::format("f{}", i + 1));
    for (std::size_t i = 0; i < constraints; ++i)
        names.push_back(fmt::format("g{}", i + 1));
    return names;
}

const std::vector<TestProblem>& test_problems()
{
    static const std::vector<TestProblem> problems = {
        {"zdt1",
         "ZDT 2000",
         {real("x", 0, 1, 30)},
         2,
         0,
         {1.1, 1.1},
         zdt1,
         [](std::size_t n) { return curve(n, 0, 1, convex); }},
        {"zdt2",
         "ZDT 2000",
         {real("x", 0, 1, 30)},
         2,
         0,
         {1.1, 1.1},
         zdt2,
         [](std::size_t n) { return curve(n, 0, 1, concave); }},
        {"zdt3",
         "ZDT 2000",
         {real("x", 0, 1, 30)},
         2,
         0,
         {1.1, 1.1},
         zdt3,
         [](std::size_t n) {
             return curve(n, 0, 1, [](double x) { return 1 - std::sqrt(x) - x * std::sin(10 * pi * x); });
         }},
        {"zdt4",
         "ZDT 2000",
         zdt4_variables(),
         2,
         0,
         {1.1, 1.1},
         zdt4,
         [](std::size_t n) { return curve(n, 0, 1, convex); }},
        {"zdt6",
         "ZDT 2000",
         {real("x", 0, 1, 10)},
         2,
         0,
         {1.1, 1.1},
         zdt6,
         [](std::size_t n) { return curve(n, 0.2807753191, 1, concave); }},
        {"dtlz1",
         "DTLZ 2002",
         {real("x", 0, 1, 7)},
         3,
         0,
         {0.55, 0.55, 0.55},
         dtlz1,
         [](std::size_t n) {
             return simplex(n, [](Objectives p) { return Objectives{p[0] / 2, p[1] / 2, p[2] / 2}; });
         }},
        {"dtlz2", "DTLZ 2002", {real("x", 0, 1, 12)}, 3, 0, {1.1, 1.1, 1.1}, dtlz2, front_dtlz2},
        {"constr",
         "Deb 2001",
         {real("x1", 0.1, 1), real("x2", 0, 5)},
         2,
         2,
         {1.1, 9.0},
         constr,
         [](std::size_t n) {
             // x2 = 6 − 9 x1 up to x1 = 2/3, then 0; below 7/18 nothing is feasible.
             return curve(n, 7.0 / 18, 1, [](double x) { return (1 + std::max(0.0, 6 - 9 * x)) / x; });
         }},
        {"branches",
         "conditional variables",
         branches_variables(),
         2,
         0,
         {1.1, 1.1},
         branches,
         [](std::size_t n) { return curve(n, 0, 1, [](double x) { return std::min(convex(x), 1 - 1.5 * x * x); }); }},
        {"mixed",
         "every kind of variable",
         mixed_variables(),
         2,
         0,
         {1.1, 1.1},
         mixed,
         [](std::size_t) { return curve(21, 0, 1, convex); }},
    };
    return problems;
}

const TestProblem* find_test_problem(const std::string& name)
{
    for (const TestProblem& p : test_problems())
        if (name == p.name)
            return &p;
    return nullptr;
}

} // namespace imc::nas
