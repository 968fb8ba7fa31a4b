// Time per array of the circuit solver on one core. Aims: transfer matrix 40 ms at 128×128, 400 ms at 256×256.
#include <benchmark/benchmark.h>

#include "devices/crossbar/kernels.h"
#include "devices/crossbar/network.h"
#include "sim/base/random.h"

using namespace imc;
using namespace imc::devices;

namespace
{

Matrix<double> cells(std::size_t n)
{
    RandomStream random(1, "bench");
    Matrix<double> g(n, n);
    for (double& x : g.flat())
        x = 1e-6 + 9.9e-5 * random.uniform();
    return g;
}

void transfer(benchmark::State& state)
{
    const auto n = static_cast<std::size_t>(state.range(0));
    const Matrix<double> g = cells(n);
    for (auto _ : state)
        benchmark::DoNotOptimize(transfer_matrix(g, {1.0, 100.0, 50.0, 0.0}));
    state.SetLabel(dense_kernels().name);
}
BENCHMARK(transfer)->Arg(64)->Arg(128)->Arg(256)->Arg(512)->Unit(benchmark::kMillisecond);

void one_vector(benchmark::State& state)
{
    const auto n = static_cast<std::size_t>(state.range(0));
    const Matrix<double> g = cells(n), v(1, n, 0.2);
    for (auto _ : state)
        benchmark::DoNotOptimize(solve_linear(g, {1.0, 100.0, 50.0, 0.0}, v));
}
BENCHMARK(one_vector)->Arg(128)->Arg(256)->Unit(benchmark::kMillisecond);

void one_sinh_vector(benchmark::State& state)
{
    const auto n = static_cast<std::size_t>(state.range(0));
    const Matrix<double> g = cells(n), v(1, n, 0.2);
    for (auto _ : state)
        benchmark::DoNotOptimize(solve_nonlinear(g, {1.0, 100.0, 50.0, 0.0}, v, SinhCell(5.0)));
}
BENCHMARK(one_sinh_vector)->Arg(64)->Arg(128)->Unit(benchmark::kMillisecond);

void gate_phase(benchmark::State& state)
{
    const auto n = static_cast<std::size_t>(state.range(0));
    const Matrix<double> g = cells(n);
    const Matrix<unsigned char> active(8, n, 1);
    for (auto _ : state)
        benchmark::DoNotOptimize(solve_gate_drive(g, {1.0, 0.0, 50.0, 5e3}, 0.2, active));
}
BENCHMARK(gate_phase)->Arg(128)->Arg(256)->Unit(benchmark::kMillisecond);

} // namespace
