#include <algorithm>

#include <gtest/gtest.h>

#include "sim/base/trace.h"
#include "tests/chip/closed_forms.h"
#include "tests/chip/support.h"
#include "tests/support/shared.h"

namespace
{

using namespace imc;
using test::Counts;

/// Adds up what the trace books, layer by layer.
class CountingWriter final : public trace::Writer
{
public:
    struct Sums {
        std::vector<Counts> layers; ///< last: what belongs to none
        Energy energy;
        std::int64_t packets = 0;
        std::int64_t flits = 0;
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> data; ///< flits but credits, by endpoints
    };
    explicit CountingWriter(Sums& sums) : sums_(sums) {}

    void booking(const trace::Directory& names, const trace::Booking& b) override
    {
        sums_.energy += b.energy;
        if (b.category == Category::leakage)
            return;
        const std::size_t layer = b.layer.valid() ? b.layer.value() : sums_.layers.size() - 1;
        sums_.layers.at(layer)[std::string(name_of(b.component)) + "." + names.names[b.event]] += b.count;
    }
    void packet(const trace::Directory&, const trace::Packet& p) override
    {
        ++sums_.packets;
        sums_.flits += p.flits;
        if (p.message_class != static_cast<std::uint32_t>(MessageClass::control))
            sums_.data[{p.source, p.destination}] += p.flits;
    }
    void finish(const trace::Directory&, Femtoseconds) override {}

private:
    Sums& sums_;
};

/// Nothing is left out and nothing is booked that did not have to happen.
void expect_equal(const Counts& booked, const Counts& expected, const std::string& where)
{
    Counts both = expected;
    both.insert(booked.begin(), booked.end());
    for (const auto& [name, unused] : both) {
        const auto of = [&](const Counts& c) { return c.count(name) ? c.at(name) : 0; };
        EXPECT_EQ(of(booked), of(expected)) << where << ": " << name;
    }
}

/// The streams that the program leads through the global buffer.
std::vector<test::Spill> spills_of(const program::Program& p)
{
    std::vector<test::Spill> spills;
    for (const program::Flow& in : p.flows)
        for (const program::Flow& out : p.flows)
            if (out.from == in.to && p.actors[in.to].kind == program::ActorKind::spill)
                spills.push_back(
                    {p.actors[in.from].tile.value(), p.actors[out.to].tile.value(), out.region.tokens(), out.bits});
    return spills;
}

void expect_closed_forms(const run::Experiment& experiment, bool spills = false)
{
    const run::Mapped mapped = run::map_experiment(experiment);
    CountingWriter::Sums sums;
    sums.layers.resize(mapped.mapping.pipeline.layers + 1);
    trace::Trace trace;
    trace.attach(std::make_unique<CountingWriter>(sums));
    const run::Result r = run::simulate(experiment, mapped, &trace);
    const test::ClosedForms forms = test::closed_forms(experiment, mapped.graph, mapped.mapping, mapped.mesh,
                                                       mapped.program.endpoint, spills_of(mapped.program));
    EXPECT_EQ(!spills_of(mapped.program).empty(), spills);

    for (std::size_t l = 0; l < forms.layers.size(); ++l)
        expect_equal(sums.layers[l], forms.layers[l], l < r.layers.size() ? r.layers[l].name : "no layer");
    for (const auto& [name, count] : forms.total())
        EXPECT_EQ(r.counts.count(name) ? r.counts.at(name) : 0, count) << name;
    EXPECT_EQ(r.counts.at("packets"), forms.packets);
    EXPECT_EQ(r.counts.at("flits"), forms.flits);
    EXPECT_EQ(r.counts.at("flit_hops"), forms.flit_hops);
    EXPECT_EQ(sums.packets, forms.packets);
    EXPECT_EQ(sums.flits, forms.flits);

    // What one tile computes and another reads is never sent in fewer flits than its bits fill.
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> bits;
    for (const test::Stream& stream : forms.streams)
        bits[{mapped.program.endpoint[stream.from_tile], mapped.program.endpoint[stream.to_tile]}] +=
            stream.tokens * stream.bits;
    EXPECT_EQ(bits.size(), sums.data.size());
    for (const auto& [pair, sum] : bits)
        EXPECT_GE(sums.data[pair] * experiment.chip.noc.flit_bits, sum) << pair.first << " to " << pair.second;

    // Energy: trace, components and layers agree to the last quantum.
    Energy components, layers = r.energy_unattributed;
    for (const auto& categories : r.energy_by_component)
        for (const Energy& e : categories)
            components += e;
    for (const run::LayerResult& layer : r.layers)
        layers += layer.energy;
    EXPECT_TRUE(components == r.energy);
    EXPECT_TRUE(layers == r.energy);
    EXPECT_TRUE(sums.energy == r.energy);

    std::int64_t of_layers = 0;
    for (const run::LayerResult& layer : r.layers)
        of_layers += layer.macs;
    EXPECT_EQ(of_layers, macs(mapped.graph));
    EXPECT_EQ(r.macs, of_layers);
}

run::Experiment alone(const std::string& name, std::vector<std::string> changes = {})
{
    changes.push_back("run.steady_state=false");
    return test::load_experiment(test::shipped_experiment(name), changes);
}

TEST(EventCounts, OfLeNet5AreClosedForms) { expect_closed_forms(alone("lenet5_rram")); }
TEST(EventCounts, OfVgg8AreClosedForms) { expect_closed_forms(alone("vgg8_rram")); }
TEST(EventCounts, OfResNet18AreClosedForms) { expect_closed_forms(alone("resnet18_rram")); }
TEST(EventCounts, OfMobileNetV2AreClosedForms) { expect_closed_forms(alone("mobilenetv2_cifar10_rram")); }

/// Their shortcuts do not fit 64 KB and wait in the global buffer.
TEST(EventCounts, OfResNet50AreClosedForms)
{
    IMC_SHARED_OR_SKIP(file, "networks/resnet50.onnx");
    expect_closed_forms(alone("resnet18_rram", {"network=" + file.string()}), true);
}

TEST(EventCounts, OfMobileNetV2OnImageNetAreClosedForms)
{
    IMC_SHARED_OR_SKIP(file, "networks/mobilenet_v2.onnx");
    expect_closed_forms(alone("resnet18_rram", {"network=" + file.string()}), true);
}

TEST(EventCounts, OfResNet20AreClosedForms) { expect_closed_forms(alone("resnet20_rram")); }

TEST(EventCounts, OfReplicatedLayersAreClosedForms)
{
    expect_closed_forms(alone("vgg8_rram", {"mapping.positions_per_copy=100"}));
}

void expect_closed_forms_of_filled_flits(const std::string& experiment, const std::string& flit_bits)
{
    expect_closed_forms(alone(experiment, {"chip.noc.input_packets=flit", "mapping.positions_per_copy=3000",
                                           "chip.noc.flit_bits=" + flit_bits}));
}
TEST(EventCounts, OfTenPixelsInAFlitAreClosedForms) { expect_closed_forms_of_filled_flits("resnet18_rram", "256"); }
TEST(EventCounts, OfTwoPixelsInAFlitAreClosedForms) { expect_closed_forms_of_filled_flits("resnet18_rram", "64"); }
TEST(EventCounts, OfPixelsLargerThanAFlitAreClosedForms) { expect_closed_forms_of_filled_flits("vgg8_rram", "16"); }

TEST(EventCounts, OfSharedRoutersAndNarrowFlitsAreClosedForms)
{
    expect_closed_forms(
        alone("resnet18_rram", {"chip.noc.tiles_per_router=4", "chip.noc.flit_bits=64", "chip.tiles[0].cores=6"}));
}

/// Tiles of 16 arrays: column blocks of 3x3 kernels over 256 channels lie on three of them.
TEST(EventCounts, OfPartialSumsAddedAtTheReducerAreClosedForms)
{
    expect_closed_forms(alone("vgg8_rram", {"chip.tiles[0].cores=2", "mapping.reduction=reducer"}));
}

TEST(EventCounts, OfPartialSumsAddedOnThePathAreClosedForms)
{
    expect_closed_forms(alone("vgg8_rram", {"chip.tiles[0].cores=2", "mapping.reduction=path"}));
}

TEST(EventCounts, OfPartialSumsAddedWhereItIsCheapestAreClosedForms)
{
    expect_closed_forms(alone("vgg8_rram", {"chip.tiles[0].cores=2", "mapping.reduction=cheapest"}));
}

/// Two types with tiles, cores, macros, arrays and ports of different sizes; layers are on the one or the other.
run::Experiment on_two_types(const std::string& name, std::vector<std::string> changes = {})
{
    run::Experiment e = alone(name, std::move(changes));
    TileConfig small = e.chip.tiles.front();
    small.name = "small";
    small.cores = 4;
    small.core.macros = 2;
    small.core.macro.arrays = 4;
    small.core.macro.rows = 64;
    small.core.macro.columns = 96;
    small.buffer.port_bits = 128;
    e.chip.tiles.push_back(small);
    return e;
}

TEST(EventCounts, OfTwoTileTypesAreClosedForms)
{
    run::Experiment e = on_two_types("resnet20_rram");
    e.mapping.tile_of = {{"*1*", mapping::LayerKind::any, "small"}, {"*", mapping::LayerKind::any, "isaac"}};
    expect_closed_forms(e);
}

TEST(EventCounts, OfTwoTileTypesWithPartialSumsAndCopiesAreClosedForms)
{
    run::Experiment e = on_two_types("vgg8_rram", {"chip.tiles[0].cores=2", "mapping.positions_per_copy=100"});
    e.mapping.tile_of = {{"*", mapping::LayerKind::dense, "isaac"},
                         {"*2*", mapping::LayerKind::any, "isaac"},
                         {"*", mapping::LayerKind::any, "small"}};
    expect_closed_forms(e);
}

TEST(EventCounts, OfTwoTileTypesWithDepthwiseLayersOnOneAreClosedForms)
{
    run::Experiment e = on_two_types("mobilenetv2_cifar10_rram");
    e.mapping.tile_of = {{"*", mapping::LayerKind::depthwise, "small"}, {"*", mapping::LayerKind::any, "isaac"}};
    expect_closed_forms(e);
}

TEST(EventCounts, OfDepthwiseLayersOnArraysAreClosedForms)
{
    expect_closed_forms(alone("mobilenetv2_cifar10_rram", {"mapping.depthwise=arrays"}));
}

} // namespace
