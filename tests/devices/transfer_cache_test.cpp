#include "devices/crossbar/transfer_cache.h"

#include <cmath>

#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "sim/base/random.h"
#include "tests/cli/process.h"

using namespace imc;
using namespace imc::devices;

namespace
{

Matrix<double> random_array(std::uint64_t seed)
{
    RandomStream random(seed, "array");
    Matrix<double> g(12, 9);
    for (double& x : g.flat())
        x = 1e-6 + 40e-6 * random.uniform();
    return g;
}

std::size_t files_in(const std::filesystem::path& folder)
{
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        count += entry.is_regular_file() ? 1 : 0;
    return count;
}

} // namespace

TEST(TransferCache, KeepsMatricesByContentAndGivesThemBackToTheBit)
{
    const test::TemporaryDirectory dir;
    const Wires wires{1.0, 100.0, 50.0, 10.0};
    const Matrix<double> g = random_array(1), exact = transfer_matrix(g, wires);
    EXPECT_EQ(transfer_matrix(g, wires, {}), exact);
    EXPECT_EQ(transfer_matrix(g, wires, dir.path()), exact);
    EXPECT_EQ(files_in(dir.path()), 1U);
    EXPECT_EQ(transfer_matrix(g, wires, dir.path()), exact);
    EXPECT_EQ(files_in(dir.path()), 1U);
    Matrix<double> other(g);
    other(3, 4) = std::nextafter(other(3, 4), 1.0);
    EXPECT_EQ(transfer_matrix(other, wires, dir.path()), transfer_matrix(other, wires));
    EXPECT_EQ(transfer_matrix(g, {1.0, 100.0, 50.0, 10.5}, dir.path()), transfer_matrix(g, {1.0, 100.0, 50.0, 10.5}));
    EXPECT_EQ(files_in(dir.path()), 3U);
}

TEST(TransferCache, KeepsWhatSensitivitiesAreMadeOfBesideTransferMatrices)
{
    const test::TemporaryDirectory dir;
    const Wires wires{1.0, 100.0, 50.0, 10.0};
    const Matrix<double> g = random_array(3), transfer = transfer_matrix(g, wires, dir.path());
    const Sensitivity exact = column_sensitivity(g, wires, transfer, std::filesystem::path());
    for (int n = 0; n < 2; ++n) {
        const Sensitivity seen = column_sensitivity(g, wires, transfer, dir.path());
        EXPECT_EQ(seen.own, exact.own);
        EXPECT_EQ(seen.all, exact.all);
        EXPECT_EQ(files_in(dir.path()), 2U);
    }
}

TEST(TransferCache, ReplacesDamagedFiles)
{
    const test::TemporaryDirectory dir;
    const Wires wires{1.0, 100.0, 50.0, 10.0};
    const Matrix<double> g = random_array(2), exact = transfer_matrix(g, wires, dir.path());
    std::filesystem::path file;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.path()))
        if (entry.is_regular_file())
            file = entry.path();
    const std::string good = read_file(file);
    for (const std::string& bad : {std::string(), good.substr(0, 100), good.substr(0, good.size() - 1) + '\x7f'}) {
        write_file(file, bad);
        EXPECT_EQ(transfer_matrix(g, wires, dir.path()), exact);
        EXPECT_EQ(read_file(file), good);
    }
}
