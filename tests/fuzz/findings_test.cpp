// Inputs that once crashed, hung or grew a reader, and systematic damage to good ones.

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "sim/base/random.h"
#include "tests/fuzz/readers.h"
#include "workloads/network.h"
#include "workloads/npy.h"
#include "workloads/transform/randomise.h"
#include "workloads/write/onnx_writer.h"

using namespace imc;
namespace fs = std::filesystem;

namespace
{

const fs::path root = IMC_SOURCE_DIR;

void read(const std::string& kind, const std::string& bytes)
{
    if (kind == ".onnx")
        fuzz::read_onnx_bytes(bytes);
    else if (kind == ".json")
        fuzz::read_json_bytes(bytes);
    else
        fuzz::read_npy_bytes(bytes);
}

/// A small network of each format, as bytes.
std::string sample(const std::string& kind)
{
    const fs::path lenet = root / "configs" / "networks" / "lenet5.json";
    if (kind == ".json")
        return read_file(lenet);
    if (kind == ".onnx")
        return onnx_bytes(load_network(lenet));
    return npy_bytes(Value::integers({1, 2, 3, 4, 5, 6}));
}

TEST(Readers, RefuseWhatFuzzingFound)
{
    int files = 0;
    for (const auto& entry : fs::directory_iterator(root / "tests" / "fuzz" / "found"))
        if (entry.path().extension() != ".md") {
            SCOPED_TRACE(entry.path().string());
            EXPECT_NO_THROW(read(entry.path().extension(), read_file(entry.path())));
            ++files;
        }
    EXPECT_GT(files, 0);
}

class Damage : public ::testing::TestWithParam<const char*>
{
};

TEST_P(Damage, CutOffAnywhereIsRefusedOrRead)
{
    const std::string bytes = sample(GetParam());
    for (std::size_t n = 0; n < bytes.size(); ++n)
        ASSERT_NO_THROW(read(GetParam(), bytes.substr(0, n))) << n;
}

TEST_P(Damage, ChangedBytesAreRefusedOrRead)
{
    const std::string good = sample(GetParam());
    RandomStream random(7, GetParam());
    for (int i = 0; i < 1500; ++i) {
        std::string bytes = good;
        for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes)
            bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        ASSERT_NO_THROW(read(GetParam(), bytes)) << i;
    }
}

TEST_P(Damage, RandomBytesAreRefused)
{
    RandomStream random(8, GetParam());
    for (int i = 0; i < 1500; ++i) {
        std::string bytes(random.below(200), '\0');
        std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(random.below(256)); });
        ASSERT_NO_THROW(read(GetParam(), bytes)) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, Damage, ::testing::Values(".onnx", ".json", ".npy"),
                         [](const auto& instance) { return std::string(instance.param + 1); });

} // namespace
