#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "devices/crossbar/network.h"
#include "sim/base/random.h"

using namespace imc;
using namespace imc::devices;

namespace
{

struct Case {
    Matrix<double> g;
    Wires wires;
    double read_v = 0.2;
    Matrix<unsigned char> active;
    double sinh_a = 0.0; ///< 0: linear cells
};

Case make_case(std::size_t n, double share, double wire, double sense, double access, std::uint64_t seed)
{
    RandomStream random(seed, "gate drive");
    Case c{Matrix<double>(n, n), {wire, 0.0, sense, access}, 0.2, Matrix<unsigned char>(1, n), 0.0};
    for (double& g : c.g.flat())
        g = 1e-6 + 9.9e-5 * random.uniform();
    for (auto& on : c.active.flat())
        on = random.uniform() < share;
    c.active(0, n / 2) = 1;
    return c;
}

/// The circuit as a netlist; SPICE knows nothing of sweeps.
std::string netlist(const Case& c)
{
    const std::size_t rows = c.g.rows(), cols = c.g.cols();
    std::string text = fmt::format("* gate drive\nVs s 0 DC {:.17g}\n", c.read_v);
    std::string saved;
    for (std::size_t j = 0; j < cols; ++j) {
        for (std::size_t i = 0; i < rows; ++i) {
            if (c.active(0, i)) {
                std::string top = "s";
                if (c.wires.access_ohm > 0) {
                    text += fmt::format("Rt{0}_{1} s t{0}_{1} {2:.17g}\n", i, j, c.wires.access_ohm);
                    top = fmt::format("t{}_{}", i, j);
                }
                if (c.sinh_a > 0)
                    text += fmt::format("B{0}_{1} {2} b{0}_{1} I={3:.17g}*sinh({4:.17g}*V({2},b{0}_{1}))\n", i, j, top,
                                        c.g(i, j) / c.sinh_a, c.sinh_a);
                else
                    text += fmt::format("Rg{0}_{1} {2} b{0}_{1} {3:.17g}\n", i, j, top, 1.0 / c.g(i, j));
            }
            if (i + 1 < rows)
                text += fmt::format("Rb{0}_{1} b{0}_{1} b{2}_{1} {3:.17g}\n", i, j, i + 1, c.wires.wire_ohm);
        }
        text += fmt::format("Rl{0} b{1}_{0} o{0} {2:.17g}\nVc{0} o{0} 0 DC 0\n", j, rows - 1, c.wires.sense_ohm);
        saved += fmt::format(" i(vc{})", j);
    }
    return text + ".options reltol=1e-9 abstol=1e-15 vntol=1e-12 itl1=200 gmin=1e-30\n.save" + saved +
           "\n.control\nset filetype=ascii\nset rawfileprec=16\nop\nwrite\nquit\n.endc\n.end\n";
}

std::vector<double> spice(const Case& c)
{
    const std::string stem = testing::TempDir() + fmt::format("gate_{}_", getpid());
    std::ofstream(stem + "c.cir") << netlist(c);
    const std::string command = fmt::format("ngspice -b -r {0}c.raw {0}c.cir > {0}c.log 2>&1", stem);
    if (std::system(command.c_str()) != 0)
        ADD_FAILURE() << "ngspice failed; see " << stem << "c.log";
    std::ifstream raw(stem + "c.raw");
    std::vector<double> values;
    std::vector<std::string> names;
    std::string line;
    while (std::getline(raw, line) && !line.starts_with("Variables:")) {
    }
    while (std::getline(raw, line) && !line.starts_with("Values:")) {
        std::istringstream fields(line);
        std::string index, name;
        fields >> index >> name;
        names.push_back(name);
    }
    std::string first;
    raw >> first;
    for (double v; raw >> v;)
        values.push_back(v);
    EXPECT_EQ(values.size(), names.size());
    for (const char* end : {"c.cir", "c.raw", "c.log"})
        std::remove((stem + end).c_str());
    return values;
}

bool has_ngspice() { return std::system("command -v ngspice > /dev/null 2>&1") == 0; }

void compare(const Case& c, double tolerance)
{
    const std::vector<double> expected = spice(c);
    const Matrix<double> got = c.sinh_a > 0 ? solve_gate_drive(c.g, c.wires, c.read_v, c.active, SinhCell(c.sinh_a))
                                            : solve_gate_drive(c.g, c.wires, c.read_v, c.active);
    ASSERT_EQ(expected.size(), got.cols());
    for (std::size_t j = 0; j < got.cols(); ++j)
        EXPECT_NEAR(got(0, j), expected[j], tolerance * std::abs(expected[j])) << "column " << j;
}

} // namespace

#define NGSPICE_OR_SKIP()                                                                                              \
    if (!has_ngspice())                                                                                                \
    GTEST_SKIP() << "REFERENCE ngspice is not here"

TEST(GateDrive, AgreesWithSpiceAt10PercentActiveRows)
{
    NGSPICE_OR_SKIP();
    compare(make_case(32, 0.1, 2.5, 50.0, 5e3, 1), 1e-9);
    compare(make_case(16, 0.1, 1.0, 100.0, 0.0, 2), 1e-9);
}
TEST(GateDrive, AgreesWithSpiceAt50PercentActiveRows)
{
    NGSPICE_OR_SKIP();
    compare(make_case(32, 0.5, 2.5, 50.0, 5e3, 3), 1e-9);
    compare(make_case(16, 0.5, 5.0, 10.0, 0.0, 4), 1e-9);
}
TEST(GateDrive, AgreesWithSpiceAt100PercentActiveRows)
{
    NGSPICE_OR_SKIP();
    compare(make_case(32, 1.0, 2.5, 50.0, 5e3, 5), 1e-9);
    compare(make_case(16, 1.0, 5.0, 10.0, 0.0, 6), 1e-9);
}
TEST(GateDrive, NonlinearCellsAgreeWithSpice)
{
    NGSPICE_OR_SKIP();
    for (const double access : {0.0, 5e3}) {
        Case c = make_case(16, 0.5, 2.5, 50.0, access, 7);
        c.sinh_a = 5.0;
        c.read_v = 0.5;
        compare(c, 1e-8);
    }
}

TEST(GateDrive, DiffersFromRowVoltageWithTheUnselectedRowsAtZero)
{
    const Case c = make_case(64, 0.5, 2.5, 50.0, 0.0, 8);
    Matrix<double> v(1, 64);
    for (std::size_t i = 0; i < 64; ++i)
        v(0, i) = c.active(0, i) ? c.read_v : 0.0;
    const Matrix<double> gate = solve_gate_drive(c.g, c.wires, c.read_v, c.active);
    const Matrix<double> row = solve_linear(c.g, c.wires, v);
    double mean = 0.0;
    for (std::size_t j = 0; j < 64; ++j)
        mean += gate(0, j) / row(0, j) / 64;
    EXPECT_GT(mean, 1.02);
}

TEST(GateDrive, WithoutWiresIsTheSumOfTheSelectedCells)
{
    Case c = make_case(24, 0.5, 0.0, 0.0, 2e3, 9);
    const Matrix<double> current = solve_gate_drive(c.g, c.wires, c.read_v, c.active);
    for (std::size_t j = 0; j < 24; ++j) {
        double sum = 0.0;
        for (std::size_t i = 0; i < 24; ++i)
            sum += c.active(0, i) * c.read_v / (1.0 / c.g(i, j) + 2e3);
        EXPECT_NEAR(current(0, j), sum, 1e-13 * sum);
    }
}

TEST(GateDrive, NewtonWithNearlyLinearCellsEqualsTheSweep)
{
    const Case c = make_case(20, 0.4, 2.5, 50.0, 1e3, 10);
    const Matrix<double> sweep = solve_gate_drive(c.g, c.wires, c.read_v, c.active);
    const Matrix<double> iterated = solve_gate_drive(c.g, c.wires, c.read_v, c.active, SinhCell(1e-6));
    for (std::size_t j = 0; j < 20; ++j)
        EXPECT_NEAR(iterated(0, j), sweep(0, j), 1e-11 * sweep(0, j));
}

TEST(GateDrive, RejectsASourceResistance)
{
    Case c = make_case(4, 0.5, 1.0, 1.0, 0.0, 11);
    c.wires.source_ohm = 10.0;
    EXPECT_THROW(solve_gate_drive(c.g, c.wires, 0.2, c.active), std::invalid_argument);
}
