#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "devices/crossbar/network.h"
#include "tests/support/shared.h"

using namespace imc;
using namespace imc::devices;
using nlohmann::json;

namespace
{

json read_json(const std::filesystem::path& file)
{
    std::ifstream in(file);
    return json::parse(in);
}

Matrix<double> conductances(const std::filesystem::path& folder, const json& c)
{
    const std::size_t n = c["n"];
    Matrix<double> g(n, n, 1e-4);
    if (c["G"] == "allon")
        return g;
    std::ifstream in(folder / ("G_" + std::to_string(n) + ".csv"));
    std::string cell;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            std::getline(in, cell, j + 1 < n ? ',' : '\n');
            g(i, j) = std::stod(cell);
        }
    return g;
}

Matrix<double> voltages(const std::filesystem::path& folder, const json& c)
{
    const std::size_t n = c["n"];
    Matrix<double> v(1, n, 0.2);
    if (c["V"] == "allon")
        return v;
    const json bits = read_json(folder / ("Vbin_" + std::to_string(n) + ".json"));
    for (std::size_t i = 0; i < n; ++i)
        v(0, i) =
            c.contains("Vread") ? (bits[i].get<double>() > 0 ? c["Vread"].get<double>() : 0.0) : bits[i].get<double>();
    return v;
}

double number(const json& c, const char* key) { return c.contains(key) ? c[key].get<double>() : 0.0; }

Wires wires(const json& c) { return {number(c, "Rw"), number(c, "Rs"), number(c, "Rl"), number(c, "Rt")}; }

void expect_currents(std::span<const double> got, const json& expected, double tolerance, const std::string& what)
{
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t j = 0; j < got.size(); ++j) {
        const double want = expected[j];
        EXPECT_NEAR(got[j], want, tolerance * std::abs(want)) << what << " column " << j;
    }
}

void check_linear(const std::string& name)
{
    IMC_SHARED_OR_SKIP(folder, "reference/crossbar");
    const json cases = read_json(folder / name);
    ASSERT_FALSE(cases.empty());
    for (std::size_t k = 0; k < cases.size(); ++k) {
        const json& c = cases[k];
        const Matrix<double> g = conductances(folder, c), v = voltages(folder, c);
        const Matrix<double> direct = solve_linear(g, wires(c), v);
        const std::string what = name + " case " + std::to_string(k);
        expect_currents(direct.row(0), c["I_spice"], 1e-9, what);
        const Matrix<double> t = transfer_matrix(g, wires(c));
        std::vector<double> mapped(g.cols());
        for (std::size_t i = 0; i < g.rows(); ++i)
            for (std::size_t j = 0; j < g.cols(); ++j)
                mapped[j] += v(0, i) * t(i, j);
        expect_currents(mapped, c["I_spice"], 1e-9, what + " transfer");
    }
}

void check_sinh(const std::string& name)
{
    IMC_SHARED_OR_SKIP(folder, "reference/crossbar");
    const json cases = read_json(folder / name);
    ASSERT_FALSE(cases.empty());
    for (std::size_t k = 0; k < cases.size(); ++k) {
        const json& c = cases[k];
        const SinhCell law(c["a"].get<double>());
        const Matrix<double> current = solve_nonlinear(conductances(folder, c), wires(c), voltages(folder, c), law);
        expect_currents(current.row(0), c["I_spice"], 1e-8, name + " case " + std::to_string(k));
    }
}

} // namespace

TEST(CrossbarReference, LinearArraysOf4AgreeWithSpice) { check_linear("linear_4.json"); }
TEST(CrossbarReference, LinearArraysOf16AgreeWithSpice) { check_linear("linear_16.json"); }
TEST(CrossbarReference, LinearArraysOf32AgreeWithSpice) { check_linear("linear_32.json"); }
TEST(CrossbarReference, ArraysWithAccessTransistorsAgreeWithSpice) { check_linear("1t1r_16.json"); }
TEST(CrossbarReference, SinhArraysOf4AgreeWithSpice) { check_sinh("sinh_4.json"); }
TEST(CrossbarReference, SinhArraysOf16AgreeWithSpice) { check_sinh("sinh_16.json"); }
