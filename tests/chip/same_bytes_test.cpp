// The same experiment gives the same bytes whatever the host offers: threads, BLAS, vector instructions.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "tests/chip/support.h"
#include "tests/cli/process.h"

namespace
{

using namespace imc;
using test::Ended;
using test::TemporaryDirectory;
using testing::HasSubstr;
using testing::Not;

using Environment = std::map<std::string, std::string>;

/// result.json of LeNet-5 on RRAM with programming errors, drift, read noise, wires and values in the circuits.
std::string result_with(const Environment& environment)
{
    const TemporaryDirectory out;
    test::Command command;
    command.words = {test::imcsim_path().string(),
                     "run",
                     test::shipped_experiment("lenet5_digits_rram").string(),
                     "--quiet",
                     "--out",
                     out.path().string()};
    for (const char* change :
         {"chip.tiles[0].core.macro.wires={}", "chip.tiles[0].core.macro.adc.enob=7", "accuracy.images=3",
          "accuracy.instances=1", "accuracy.times_s=[1000]", "accuracy.snr_vectors=8", "accuracy.compensation=column",
          "run.detail=circuit", "mapping.replication=balanced", "mapping.tile_budget=8"})
        command.words.insert(command.words.end(), {"--set", change});
    command.environment = environment;
    const Ended ended = test::run(command);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return read_file(out / "result.json");
}

TEST(SameBytes, WhateverThreadsVectorInstructionsAndMathLibraryOffer)
{
    const std::string plain = result_with({});
    EXPECT_THAT(plain, HasSubstr("\"agreement\""));
    EXPECT_EQ(result_with({}), plain) << "run again";
    for (const char* threads : {"1", "2"})
        EXPECT_EQ(result_with({{"OMP_NUM_THREADS", threads}, {"OPENBLAS_NUM_THREADS", threads}}), plain) << threads;
    for (const char* set : {"baseline", "avx2", "avx512"})
        EXPECT_EQ(result_with({{"IMCSIM_KERNELS", set}}), plain) << set;
    // glibc's functions as they are on a host without fused multiply-add.
    EXPECT_EQ(result_with({{"GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F"}}), plain);
}

TEST(SameBytes, NoVariantOfTheKernelsIsUsedThatWasNotAskedFor)
{
    test::Command command;
    command.words = {test::imcsim_path().string(),
                     "run",
                     test::shipped_experiment("lenet5_digits_rram").string(),
                     "--quiet",
                     "--out",
                     TemporaryDirectory().path().string()};
    command.environment = {{"IMCSIM_KERNELS", "sse9"}};
    const Ended ended = test::run(command);
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, HasSubstr("IMCSIM_KERNELS: must be one of 'baseline', 'avx2', 'avx512', got \"sse9\""));
}

/// The libraries that a program loads, those of its libraries too.
std::string libraries_of(const std::filesystem::path& program)
{
    test::Command command;
    command.words = {"/usr/bin/ldd", program.string()};
    const Ended ended = test::run(command);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return ended.out;
}

TEST(SameBytes, TheSimulatorLoadsNoLibraryThatMultipliesMatricesOrStartsThreads)
{
    const std::string libraries = libraries_of(test::imcsim_path());
    EXPECT_THAT(libraries, HasSubstr("libsystemc"));
    for (const char* name :
         {"blas", "lapack", "libgomp", "libomp", "libiomp", "libtbb", "libmkl", "libtorch", "libarmadillo"})
        EXPECT_THAT(libraries, Not(HasSubstr(name)));
}

} // namespace
