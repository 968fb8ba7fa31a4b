#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"

namespace
{

/// Stored results are held to the program by the test of README.md; here to what is known without it.
const std::filesystem::path directory = std::filesystem::path(IMC_SOURCE_DIR) / "tests/golden";

nlohmann::json stored(const std::string& name)
{
    return nlohmann::json::parse(imc::read_file(directory / (name + ".result.json")));
}

TEST(StoredResults, HaveTheMacroOperationsWorkedByHand)
{
    // 128 x 128 arrays, 4 columns a weight, 8 arrays a macro. Output positions times macros: conv1 28 x 28 positions
    // and conv2 10 x 10 on one macro each; fc1 400 x 480 cells on 4 x 4 arrays, two macros; fc2 and fc3 on one each.
    for (const char* name : {"lenet5_rram", "lenet5_circuit_rram", "lenet5_bound"})
        EXPECT_EQ(stored(name)["counts"]["macro_operations"], 28 * 28 + 10 * 10 + 2 + 1 + 1) << name;
}

TEST(StoredResults, ClimbTheLadder)
{
    const auto cycles = [](const char* name) { return stored(name)["cycles"].get<std::int64_t>(); };
    EXPECT_LE(cycles("lenet5_compute"), cycles("lenet5_bound"));
    EXPECT_LE(cycles("lenet5_bound"), cycles("lenet5_dependency"));
    EXPECT_LE(cycles("lenet5_dependency"), cycles("lenet5_rram"));
    for (const char* what : {"cycles", "energy_j"})
        for (const char* chip : {"rram", "sram"})
            EXPECT_EQ(stored(std::string("lenet5_circuit_") + chip)[what], stored(std::string("lenet5_") + chip)[what]);
}

} // namespace
