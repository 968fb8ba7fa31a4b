// Values as a share of the bare single-precision product of the same shape, measured in the same run: 256 rows,
// 256 columns, 8 input slices, one weight slice, 8-bit converters. Aims: programming error ≥ 40 %, with IR drop the
// same, with read noise ≥ 20 %; counting bits ≥ 3 times the float path.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>

#include "devices/device_model.h"
#include "sim/base/random.h"
#include "sim/values/contraction.h"
#include "sim/values/packing.h"
#include "tests/values/constant_curve.h"

extern "C" void cblas_sgemm(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*,
                            int);
extern "C" void openblas_set_num_threads(int) __attribute__((weak));

using namespace imc;
using namespace imc::values;

namespace
{

constexpr std::size_t rows = 256, columns = 256, slices = 8, vectors = 4096;

/// CPU time, so that a busy machine does not count.
double cpu_seconds()
{
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double seconds(const std::function<void()>& work)
{
    double best = 1e9;
    for (int n = 0; n < 5; ++n) {
        const double start = cpu_seconds();
        work();
        best = std::min(best, cpu_seconds() - start);
    }
    return best;
}

Physics physics(bool wires, bool noise)
{
    devices::DeviceConfig d;
    d.max_s = 25e-6;
    d.programming.sigma_us = test::constant(0.5);
    if (noise) {
        devices::ReadNoiseConfig read;
        read.amplitude = test::constant(0.01);
        read.white_s = 0.1e-6;
        d.read_noise = read;
    }
    Physics p;
    p.device = std::make_shared<const devices::DeviceModel>(d);
    if (wires)
        p.wires = devices::Wires{1.0, 100.0, 50.0, 0.0};
    p.moment.time_s = 100.0;
    return p;
}

} // namespace

int main()
{
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
    RandomStream random(1, "bench");
    ArraySpec spec;
    spec.rows = rows;
    spec.columns = columns;
    spec.cell_bits = 1;
    spec.weight_bits = 1;
    spec.encoding = Encoding::twos_complement;
    spec.adc.bits = 8;
    Matrix<std::int32_t> w(rows, columns), x(vectors, rows);
    for (auto& v : w.flat())
        v = -static_cast<std::int32_t>(random.below(2));
    for (auto& v : x.flat())
        v = static_cast<std::int32_t>(random.below(256));

    std::vector<float> a(vectors * slices * rows), b(rows * columns), c(vectors * slices * columns);
    for (float& v : a)
        v = static_cast<float>(random.below(2));
    for (float& v : b)
        v = static_cast<float>(random.below(32768));
    const double operations = 2.0 * vectors * slices * rows * columns;
    const double bare = seconds([&] {
        cblas_sgemm(101, 111, 111, int(vectors * slices), int(columns), int(rows), 1.0f, a.data(), int(rows), b.data(),
                    int(columns), 0.0f, c.data(), int(columns));
    });
    std::printf("%-34s %8.1f GFLOP/s\n", "bare product (BLAS, one thread)", operations / bare / 1e9);
    const auto report = [&](const char* name, Contraction& contraction) {
        Matrix<double> y;
        const double time = seconds([&] { y = contraction.run(x); });
        std::printf("%-34s %8.1f GFLOP/s %6.1f %% of bare, %8.0f vectors/s (%s)\n", name, operations / time / 1e9,
                    100.0 * bare / time, vectors / time, value_kernels().name);
        return time;
    };
    Contraction counted(spec, w);
    const double count = report("ideal cells, counting bits", counted);
    for (MappedArray& array : counted.arrays())
        array.use_counting(false);
    const double floats = report("ideal cells, float path", counted);
    std::printf("%-34s %8.2f times faster\n", "counting", floats / count);
    const Physics error = physics(false, false), drop = physics(true, false), noise = physics(false, true),
                  both = physics(true, true);
    for (const auto& [name, p] : {std::pair("programming error", &error),
                                  {"programming error, IR drop", &drop},
                                  {"read noise", &noise},
                                  {"read noise, IR drop", &both}}) {
        Contraction contraction(spec, w, p);
        report(name, contraction);
    }
    return 0;
}
