#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "arch/config/costs/logic.h"
#include "arch/config/costs/memory.h"
#include "arch/config/costs/tables.h"
#include "sim/base/config/document.h"
#include "tests/support/shared.h"

using namespace imc;

namespace
{

constexpr ProcessPoint nm45{45e-9, 1.0};

TEST(Buffers, GiveTheTableOfTheirSourceAtItsOwnSizes)
{
    IMC_SHARED_OR_SKIP(file, "reference/components.json");
    const auto root = config::Document::load(file).root();
    int rows = 0;
    for (const auto& row : root["SRAM_buffers"]["MNSIM table"]["rows"]) {
        if (row["tech"] != "<65nm" || row["bits"] != 256 || !row["KB"].is_number())
            continue;
        const MemoryCost c = memory_cost({MemoryModel::mnsim_sram, row["KB"].get<std::int64_t>() * 1024, 256, nm45});
        EXPECT_NEAR(c.read.energy_j * 1e12, row["read_pJ"].get<double>(), 1e-6 * row["read_pJ"].get<double>());
        EXPECT_NEAR(c.write.energy_j * 1e12, row["write_pJ"].get<double>(), 1e-6 * row["write_pJ"].get<double>());
        EXPECT_NEAR(c.read.leakage_w * 1e3, row["leak_mW"].get<double>(), 1e-6 * row["leak_mW"].get<double>());
        EXPECT_NEAR(c.read.area_m2 * 1e6, row["area_mm2"].get<double>(), 1e-6 * row["area_mm2"].get<double>());
        ++rows;
    }
    EXPECT_EQ(rows, 8);
}

TEST(Buffers, OtherPortWidthsComeWithinAFifthOfTheTable)
{
    IMC_SHARED_OR_SKIP(file, "reference/components.json");
    const auto root = config::Document::load(file).root();
    for (const auto& row : root["SRAM_buffers"]["MNSIM table"]["rows"])
        if (row["tech"] == "<65nm" && row["KB"].is_number() && row["KB"] == 64) {
            const double pj = row["read_pJ"];
            const MemoryCost c = memory_cost({MemoryModel::mnsim_sram, 65536, row["bits"], nm45});
            EXPECT_NEAR(c.read.energy_j * 1e12, pj, 0.2 * pj) << row["bits"];
            EXPECT_NEAR(c.read.area_m2 * 1e6, row["area_mm2"].get<double>(), 0.2 * row["area_mm2"].get<double>());
        }
}

TEST(Buffers, CostMoreTheLargerAndTheOlder)
{
    for (const MemoryModel model :
         {MemoryModel::isaac_edram, MemoryModel::puma_edram, MemoryModel::puma_sram, MemoryModel::mnsim_sram,
          MemoryModel::cacti_sram, MemoryModel::gain_cell, MemoryModel::sram})
        for (std::int64_t bytes = 64; bytes < (1 << 24); bytes *= 2) {
            const MemoryCost small = memory_cost({model, bytes, 128, {32e-9, 0.9}});
            const MemoryCost large = memory_cost({model, bytes * 2, 128, {32e-9, 0.9}});
            const MemoryCost old = memory_cost({model, bytes, 128, {65e-9, 0.9}});
            EXPECT_GT(large.read.energy_j, small.read.energy_j) << static_cast<int>(model) << " " << bytes;
            EXPECT_GT(large.read.area_m2, small.read.area_m2) << static_cast<int>(model) << " " << bytes;
            EXPECT_GT(old.read.energy_j, small.read.energy_j);
            EXPECT_GT(old.read.area_m2, small.read.area_m2);
        }
}

TEST(Buffers, HaveNoStepBetweenTheTablesOfTwoSources)
{
    const auto of = [](double bytes) {
        return memory_cost({MemoryModel::sram, static_cast<std::int64_t>(bytes), 64, {28e-9, 0.9}});
    };
    for (double bytes = 512; bytes < (1 << 18); bytes *= 1.02) {
        const MemoryCost small = of(bytes), large = of(bytes * 1.02);
        for (const auto& [a, b] :
             {std::pair{small.read.energy_j, large.read.energy_j}, std::pair{small.read.area_m2, large.read.area_m2},
              std::pair{small.read.latency_s, large.read.latency_s}}) {
            EXPECT_GE(b, a * (1.0 - 1e-4)) << bytes; // MNSIM's largest two are equally fast
            EXPECT_LT(b, 1.12 * a) << bytes;
        }
    }
    EXPECT_EQ(of(2048).read.energy_j, memory_cost({MemoryModel::cacti_sram, 2048, 64, {28e-9, 0.9}}).read.energy_j);
    EXPECT_EQ(of(16384).read.energy_j, memory_cost({MemoryModel::mnsim_sram, 16384, 64, {28e-9, 0.9}}).read.energy_j);
}

TEST(Buffers, WarnFarFromTheirStatedSizes)
{
    EXPECT_TRUE(memory_cost({MemoryModel::isaac_edram, 65536, 256, {32e-9, 0.9}}).read.warnings.empty());
    EXPECT_FALSE(memory_cost({MemoryModel::isaac_edram, 1 << 20, 256, {32e-9, 0.9}}).read.warnings.empty());
    EXPECT_THROW(memory_cost({MemoryModel::isaac_edram, 0, 256, {32e-9, 0.9}}), std::invalid_argument);
}

TEST(Logic, IsThatOfItsSourceAtItsOwnPoint)
{
    EXPECT_NEAR(lane_cost(LaneOperation::add, 32, {40e-9, 0.9}).energy_j, 0.21e-12, 1e-18);
    EXPECT_NEAR(lane_cost(LaneOperation::multiply, 32, {40e-9, 0.9}).energy_j, 12.68e-12, 1e-17);
    EXPECT_NEAR(router_cost(RouterModel::isaac, 256, 8, {32e-9, 0.9}).energy_j, 20.74e-12, 1e-17);
    EXPECT_NEAR(router_cost(RouterModel::isaac, 256, 8, {32e-9, 0.9}).rating_w, 42e-3, 1e-9);
    EXPECT_NEAR(hypertransport_bit_cost().energy_j, 203e-12, 0.2e-12);
    // A flit of 256 wires of 1 mm at 0.9 V, half of them switching.
    EXPECT_NEAR(link_cost(256, 1e-3, {32e-9, 0.9}).energy_j, 0.5 * 256 * 0.2e-12 * 0.81, 1e-18);
}

TEST(CostTables, NameEveryModelWithItsSource)
{
    const std::string text = cost_tables();
    for (const char* word :
         {"mnsim_sram", "cacti_sram", "isaac_edram", "noxim", "hypertransport", "HBM2", "LPDDR4", "Shafiee", "Aladdin"})
        EXPECT_THAT(text, testing::HasSubstr(word));
}

} // namespace
