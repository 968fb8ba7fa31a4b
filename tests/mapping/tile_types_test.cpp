#include <map>
#include <set>

#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/mapping/tile_choice.h"
#include "sim/run/map_report.h"
#include "tests/chip/support.h"

// Which layers go to which of a chip's tile types, and where the types' tiles are.

namespace
{

using namespace imc;
using mapping::LayerKind;
using mapping::StageId;
using mapping::StageKind;

run::Experiment hybrid(const std::string& network, const std::vector<std::string>& changes = {})
{
    return test::load_experiment(test::shipped_experiment(network + "_hybrid"), changes);
}

/// Layers on arrays, by name: the name of their tiles' type.
std::map<std::string, std::string> types_of_layers(const run::Experiment& e, const run::Mapped& mapped)
{
    std::map<std::string, std::string> types;
    const mapping::Mapping& m = mapped.mapping;
    for (std::size_t s = 0; s < m.layers.size(); ++s)
        for (const std::size_t p : m.layers[s].parts)
            if (!m.parts[p].arrays.empty()) {
                EXPECT_EQ(m.type_of(m.parts[p].tile), m.layers[s].type) << "no layer's arrays are on two types";
                types[m.pipeline.stages[StageId(s)].name] = e.chip.tiles[m.layers[s].type.value()].name;
            }
    return types;
}

std::map<std::string, std::string> types_of_layers(const run::Experiment& e)
{
    return types_of_layers(e, run::map_experiment(e));
}

TEST(Pattern, StandsForAnyCharactersOrOne)
{
    EXPECT_TRUE(mapping::fits_pattern("conv1", "conv1"));
    EXPECT_TRUE(mapping::fits_pattern("conv1", "c*1"));
    EXPECT_TRUE(mapping::fits_pattern("conv1", "*"));
    EXPECT_TRUE(mapping::fits_pattern("conv1", "conv?"));
    EXPECT_TRUE(mapping::fits_pattern("conv1", "conv1*"));
    EXPECT_FALSE(mapping::fits_pattern("conv1", "conv"));
    EXPECT_FALSE(mapping::fits_pattern("conv1", "conv1?"));
    EXPECT_FALSE(mapping::fits_pattern("", "?"));
}

TEST(TileChoice, PutsOnSmallTilesWhatDoesNotSlowDownThePipeline)
{
    // LeNet-5 on digital SRAM takes its first layer's 784 positions x 19 cycles or so; 800 cycles a position on RRAM
    // leave that to layers of at most 18 positions: the fully connected ones.
    const auto types = types_of_layers(hybrid("lenet5"));
    ASSERT_EQ(types.size(), 5u);
    std::map<std::string, int> count;
    for (const auto& [layer, type] : types)
        ++count[type];
    EXPECT_EQ(count["digital"], 2);
    EXPECT_EQ(count["isaac"], 3);
}

TEST(TileChoice, IsByEnergyOrIntervalIfAsked)
{
    for (const auto& [layer, type] : types_of_layers(hybrid("resnet20", {"mapping.tile_choice=interval"})))
        EXPECT_EQ(type, "digital") << layer;
    for (const auto& [layer, type] : types_of_layers(hybrid("resnet20", {"mapping.tile_choice=energy"})))
        EXPECT_EQ(type, "digital") << layer;
}

/// Depthwise layers and the first on digital tiles, the others on RRAM.
std::vector<std::string> by_kind(const std::string& depthwise)
{
    return {
        R"(mapping.tile_of=[{"kind":"depthwise","tile":"digital"},{"kind":"first","tile":"digital"},{"tile":"isaac"}])",
        "mapping.depthwise=" + depthwise};
}

TEST(TileChoice, FollowsRulesTheFirstThatFits)
{
    for (const char* depthwise : {"arrays", "fastest"}) {
        const run::Mapped mapped = run::map_experiment(hybrid("mobilenetv2_cifar10", by_kind(depthwise)));
        const mapping::Mapping& m = mapped.mapping;
        std::size_t layers = 0, on_arrays = 0;
        for (std::size_t s = 0; s < m.layers.size(); ++s) {
            const mapping::Stage& stage = m.pipeline.stages[StageId(s)];
            const auto* c = stage.node.valid() ? mapped.graph.node(stage.node).as<Contraction>() : nullptr;
            if (!c)
                continue;
            const bool digital = c->depthwise() || layers++ == 0;
            on_arrays += c->depthwise() && !m.layers[s].on_vector_unit();
            for (const std::size_t p : m.layers[s].parts) // on arrays, or on the vector unit of such a tile
                EXPECT_EQ(m.type_of(m.parts[p].tile), TileTypeId(digital ? 1 : 0)) << stage.name;
        }
        EXPECT_EQ(on_arrays, depthwise == std::string("arrays") ? 17u : 16u);
    }
}

TEST(TileChoice, RefusesADepthwiseLayerOnAVectorUnitOfAnotherType)
{
    EXPECT_THROW(run::map_experiment(hybrid("mobilenetv2_cifar10", by_kind("vector_unit"))), ConfigError);
}

TEST(TileChoice, MovesLayersToAnotherTypeWhenTheTilesOfTheBestAreGone)
{
    const auto at_will = types_of_layers(hybrid("resnet20", {"mapping.tile_choice=interval"}));
    const run::Experiment e = hybrid("resnet20", {"mapping.tile_choice=interval", "chip.tiles[1].count=7"});
    const run::Mapped mapped = run::map_experiment(e);
    EXPECT_EQ(mapped.mapping.types[TileTypeId(1)].tiles, 7);
    EXPECT_EQ(mapped.mapping.types[TileTypeId(0)].tiles, static_cast<std::int64_t>(at_will.size()) - 7);
    EXPECT_THROW(run::map_experiment(hybrid("resnet20", {"chip.tiles[0].count=3", "chip.tiles[1].count=7"})), RunError);
}

TEST(Places, AreKeptByEveryPlacement)
{
    for (const char* placement : {"improved", "snake", "random"}) {
        const run::Experiment e =
            hybrid("lenet5", {"chip.mesh=[3,3]", "chip.tiles[1].places=[[2,2],[0,1],[1,1]]", "chip.tiles[0].count=4",
                              std::string("mapping.placement=") + placement});
        const run::Mapped mapped = run::map_experiment(e);
        std::set<std::uint32_t> taken;
        for (std::size_t t = 0; t < mapped.mapping.tiles; ++t) {
            const std::uint32_t at = mapped.program.endpoint[t];
            EXPECT_TRUE(taken.insert(at).second);
            EXPECT_EQ(at == 8 || at == 3 || at == 4, mapped.program.type_of(TileId(t)) == TileTypeId(1)) << placement;
        }
    }
}

TEST(Places, OnAMeshOfGivenSizeTheChipHasItsTilesWhetherUsedOrNot)
{
    const run::Experiment e = hybrid("lenet5", {"chip.mesh=[4,3]", "chip.tiles[1].count=4"});
    EXPECT_EQ(e.chip.capacity(TileTypeId(0)), 8);
    EXPECT_EQ(e.chip.capacity(TileTypeId(1)), 4);
    EXPECT_EQ(e.chip.tiles_built({3, 2}), (std::vector<std::int64_t>{8, 4}));
}

TEST(Replication, OfTwoTypesKeepsTheBudgetAndTheOrderOfTheBounds)
{
    for (const char* network : {"lenet5", "resnet20", "vgg8"})
        for (const std::string budget : {"0", "30", "60"}) {
            const run::Experiment e =
                hybrid(network, {"mapping.replication=balanced", "mapping.tile_budget=" + budget});
            const run::Mapped mapped = run::map_experiment(e);
            const mapping::Mapping& m = mapped.mapping;
            std::int64_t tiles = 0;
            for (const mapping::TypeUse& type : m.types)
                tiles += type.tiles;
            EXPECT_EQ(tiles, static_cast<std::int64_t>(m.tiles));
            EXPECT_LE(tiles, m.tile_budget) << network << " " << budget;
            EXPECT_LE(m.interval_relaxed_cycles, m.interval_bound_cycles * (1.0 + 1e-6)) << network << " " << budget;
            EXPECT_LE(m.interval_bound_cycles, m.interval_cycles * (1.0 + 1e-6)) << network << " " << budget;
            types_of_layers(e, mapped);
        }
}

TEST(MapReport, SaysWhichTypeALayerIsOn)
{
    const run::Experiment e = hybrid("lenet5");
    const run::MapReport r = run::report_of(e, run::map_experiment(e));
    ASSERT_EQ(r.types.size(), 2u);
    std::int64_t tiles = 0;
    for (const run::MappedType& type : r.types)
        tiles += type.tiles;
    EXPECT_EQ(tiles, r.tiles);
    for (const run::MappedLayer& layer : r.layers)
        EXPECT_EQ(layer.tile_types.size(), 1u) << layer.name;
    const std::string text = run::to_text(r);
    EXPECT_NE(text.find("tiles of type 'isaac'"), std::string::npos);
    EXPECT_NE(text.find("tiles of type 'digital'"), std::string::npos);
}

} // namespace
