#include "arch/config/block_costs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "arch/config/costs/gates.h"
#include "arch/config/costs/logic.h"
#include "arch/config/costs/memory.h"
#include "sim/base/config/describe.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"

using namespace imc;

namespace
{

template <class T> T read(const char* text) { return config::Document::parse(text, "block.json").read<T>(); }

constexpr ProcessPoint nm22{22e-9, 0.8};

TEST(BlockCosts, OfABufferAreThoseOfTheLibraryForItsSize)
{
    const auto buffer = read<BufferConfig>(
        R"({"bytes": 32768, "port_bits": 128, "cost": {"model": "sram", "node_nm": 22, "supply_v": 0.8}})");
    const MemoryCost c = memory_cost({MemoryModel::mnsim_sram, 32768, 128, nm22});
    EXPECT_DOUBLE_EQ(buffer.read_energy_j, c.read.energy_j);
    EXPECT_DOUBLE_EQ(buffer.write_energy_j, c.write.energy_j);
    EXPECT_DOUBLE_EQ(buffer.access_s, c.read.latency_s);
    EXPECT_DOUBLE_EQ(buffer.cost.area_m2, c.read.area_m2);
    EXPECT_DOUBLE_EQ(buffer.cost.leakage_w, c.read.leakage_w);
    EXPECT_THAT(buffer.cost.source, testing::HasSubstr("MNSIM"));
    const auto small = read<BufferConfig>(R"({"bytes": 1024, "cost": {"model": "sram", "node_nm": 22}})");
    EXPECT_THAT(small.cost.source, testing::HasSubstr("CACTI"));
    EXPECT_GT(read<GlobalBufferConfig>(R"({"cost": {"model": "edram", "node_nm": 32}})").read_energy_j, 0.0);
}

TEST(BlockCosts, OfLogicAndWiresAreThoseOfTheLibrary)
{
    const auto unit =
        read<VectorUnitConfig>(R"({"lanes": 16, "cost": {"model": "aladdin", "node_nm": 22, "supply_v": 0.8}})");
    EXPECT_DOUBLE_EQ(unit.add_energy_j, lane_cost(LaneOperation::add, 32, nm22).energy_j);
    EXPECT_GT(unit.requantize_energy_j, unit.multiply_energy_j);
    const auto adders = read<AccumulatorConfig>(
        R"({"lanes": 8, "bits": 24, "cost": {"model": "gates", "node_nm": 22, "supply_v": 0.8}})");
    EXPECT_DOUBLE_EQ(adders.add_energy_j, registered_adder(nm22, 24).energy_j);
    EXPECT_DOUBLE_EQ(adders.cost.area_m2, 8 * registered_adder(nm22, 24).area_m2);
    const auto near = read<BusConfig>(R"({"cost": {"model": "wire", "node_nm": 22, "length_mm": 0.5}})");
    const auto far = read<BusConfig>(R"({"cost": {"model": "wire", "node_nm": 22, "length_mm": 1.5}})");
    EXPECT_DOUBLE_EQ(far.energy_per_bit_j, 3 * near.energy_per_bit_j);
    EXPECT_GT(read<RegisterConfig>(R"({"cost": {"model": "registers", "node_nm": 22}})").energy_per_bit_j, 0.0);
    EXPECT_GT(read<IoConfig>(R"({"cost": {"model": "hypertransport", "node_nm": 32}})").cost.rating_w, 10.0);
}

TEST(BlockCosts, OfTheNetworkSayHowFarRoutersDisagree)
{
    const auto noc = read<NocConfig>(
        R"({"flit_bits": 256, "cost": {"model": "isaac_router", "node_nm": 32, "supply_v": 0.9, "length_mm": 2}})");
    EXPECT_NEAR(noc.flit_router_energy_j, 20.74e-12, 1e-17);
    EXPECT_NEAR(noc.flit_link_energy_j, link_cost(256, 2e-3, {32e-9, 0.9}).energy_j, 1e-20);
    EXPECT_LT(noc.cost.energy_range.low, 1.0);
    EXPECT_GT(noc.cost.energy_range.high, 1.0);
}

TEST(BlockCosts, SurviveTheirOwnResolution)
{
    auto first = read<BufferConfig>(R"({"bytes": 65536, "cost": {"model": "isaac_edram", "node_nm": 45}})");
    const std::string resolved = config::dump(config::fields_of(first)).dump();
    const auto again = config::Document::parse(resolved, "resolved.json").read<BufferConfig>();
    EXPECT_EQ(again.read_energy_j, first.read_energy_j);
    EXPECT_EQ(again.cost.area_m2, first.cost.area_m2);
}

TEST(BlockCosts, RefuseWhatContradictsThem)
{
    const auto fails = [](const char* text, const char* part) {
        try {
            (void)read<BufferConfig>(text);
            ADD_FAILURE() << text;
        } catch (const ConfigError& e) {
            EXPECT_THAT(e.what(), testing::HasSubstr(part));
        }
    };
    fails(R"({"read_energy_pj": 3, "cost": {"model": "sram", "node_nm": 22}})", "read_energy_pj");
    fails(R"({"access_ns": 9, "cost": {"model": "sram", "node_nm": 22}})", "access_ns");
    fails(R"({"cost": {"model": "sram", "node_nm": 22, "area_um2": 5}})", "cost.area_um2");
    fails(R"({"cost": {"model": "sram"}})", "cost.node_nm");
    fails(R"({"cost": {"model": "aladdin", "node_nm": 22}})", "cost.model");
    fails(R"({"cost": {"model": "dram", "node_nm": 22}})", "cost.model");
}

TEST(BlockCosts, WarnOutsideTheRangeOfTheirSource)
{
    EXPECT_TRUE(read<BufferConfig>(R"({"cost": {"model": "mnsim_sram", "node_nm": 22}})").cost.warnings.empty());
    EXPECT_THAT(read<BufferConfig>(R"({"bytes": 64, "cost": {"model": "mnsim_sram", "node_nm": 22}})").cost.warnings,
                testing::ElementsAre(testing::HasSubstr("64 B")));
    EXPECT_THAT(read<VectorUnitConfig>(R"({"cost": {"model": "aladdin", "node_nm": 3}})").cost.warnings,
                testing::Contains(testing::HasSubstr("3 nm")));
    EXPECT_TRUE(registered_adder({3e-9, 0.7}, 16).warnings.empty()) << "gates are stated down to 1 nm";
    EXPECT_FALSE(registered_adder({180e-9, 1.8}, 16).warnings.empty());
}

TEST(BlockCosts, FallWithTheNode)
{
    double before = 1.0;
    double area = 1.0;
    for (int nm = 130; nm >= 2; --nm) {
        const GateLibrary gates = gate_library({nm * 1e-9, 0.8});
        EXPECT_LT(gates.full_adder.energy_j, before) << nm;
        EXPECT_LT(gates.full_adder.area_m2, area) << nm;
        before = gates.full_adder.energy_j;
        area = gates.full_adder.area_m2;
    }
}

} // namespace
