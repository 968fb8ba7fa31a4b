#include "sim/mapping/replication.h"

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/run/map_report.h"
#include "tests/chip/support.h"

namespace
{

using namespace imc;
using namespace imc::mapping;

Copies groups_of(const std::vector<int>& counts)
{
    Copies copies;
    for (const int count : counts)
        copies.groups.push_back({count, {}, {}});
    return copies;
}

/// Every output position is in exactly one group's share.
void expect_covers(const Copies& copies, int height, int width)
{
    std::map<std::pair<int, int>, int> times;
    for (const CopyGroup& group : copies.groups) {
        EXPECT_FALSE(group.share.empty());
        for (const int row : group.share.rows)
            for (const int column : group.share.columns)
                ++times[{row, column}];
    }
    EXPECT_EQ(times.size(), static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    for (const auto& [position, n] : times)
        EXPECT_EQ(n, 1) << position.first << "," << position.second;
}

TEST(Division, OfAnyMapAmongAnyGroupsCoversItOnceAndKeepsToTheTurns)
{
    RandomStream random(7, "division");
    for (int i = 0; i < 400; ++i) {
        Workload layer{1 + static_cast<int>(random.below(20)), 1 + static_cast<int>(random.below(20)), 1, 100.0, 0.0};
        std::vector<int> counts;
        std::int64_t copies_left = layer.positions();
        for (auto groups = 1 + random.below(12); groups > 0 && copies_left > 0; --groups) {
            const auto most = static_cast<std::uint64_t>(std::min<std::int64_t>(6, copies_left));
            counts.push_back(static_cast<int>(1 + random.below(most)));
            copies_left -= counts.back();
        }
        const double even = static_cast<double>(layer.positions()) / groups_of(counts).count();
        for (const double slack : {1.0, 1.3, 2.0, 8.0})
            for (const CopyShape shape : {CopyShape::mixed, CopyShape::strips}) {
                Copies copies = groups_of(counts);
                if (!divide(layer, copies, even * slack, shape))
                    continue;
                expect_covers(copies, layer.height, layer.width);
                EXPECT_LE(copies.positions(), even * slack * (1.0 + 1e-9));
                divide_evenly(layer, copies, even * slack, shape);
                expect_covers(copies, layer.height, layer.width);
                EXPECT_LE(copies.positions(), even * slack * (1.0 + 1e-9));
            }
    }
}

TEST(Division, OfOneGroupIsEvenWhateverTheNumberOfCopies)
{
    const Workload layer{7, 7, 1, 10.0, 0.0};
    for (int count = 1; count <= 49; ++count) {
        Copies copies = groups_of({count});
        ASSERT_TRUE(divide(layer, copies, 49.0 / count, CopyShape::mixed)) << count;
        EXPECT_DOUBLE_EQ(interval_of(layer, copies), 490.0 / count);
    }
}

TEST(Division, DoesNotGiveATileMoreThanItsSharedUnitsManage)
{
    // Five copies of 100 cycles, but the tile's vector unit takes 40 cycles for each position: 2.5 of them are fed.
    const Workload layer{8, 10, 1, 100.0, 40.0};
    Copies copies = groups_of({5, 5});
    EXPECT_FALSE(divide(layer, copies, 15.0, CopyShape::mixed));
    ASSERT_TRUE(divide(layer, copies, 16.0, CopyShape::mixed));
    EXPECT_DOUBLE_EQ(interval_of(layer, copies), 40.0 * 40.0);
}

/// The least interval by trying every number of copies of each layer: two layers, few arrays.
double least_by_trying(const std::vector<Workload>& layers, std::int64_t arrays)
{
    const auto cycles = [&](const Workload& layer, std::int64_t copies) {
        return static_cast<double>(layer.positions()) * layer.cycles_each / static_cast<double>(copies);
    };
    double least = 1e30;
    for (std::int64_t a = 1; a <= layers[0].positions(); ++a)
        for (std::int64_t b = 1; b <= layers[1].positions(); ++b)
            if (a * layers[0].arrays + b * layers[1].arrays <= arrays)
                least = std::min(least, std::max(cycles(layers[0], a), cycles(layers[1], b)));
    return least;
}

TEST(LeastInterval, IsWhatTryingAllNumbersOfCopiesFindsAndNoLessThanTheRelaxation)
{
    RandomStream random(11, "least");
    for (int i = 0; i < 200; ++i) {
        const auto number = [&](std::uint64_t most) { return 1 + static_cast<int>(random.below(most)); };
        std::vector<Workload> layers;
        for (int l = 0; l < 2; ++l)
            layers.push_back({number(6), number(6), number(5), 1.0 * number(9), 0.0});
        const std::int64_t arrays = layers[0].arrays + layers[1].arrays + number(40);
        const double least = interval_bound(layers, ArrayLayouts(1), arrays);
        EXPECT_NEAR(least, least_by_trying(layers, arrays), 1e-6 * least) << i;
        EXPECT_LE(relaxed_interval(layers, ArrayLayouts(1), arrays), least * (1.0 + 1e-6));
    }
}

run::MapReport mapped(const std::string& name, double budget)
{
    const auto experiment = test::shipped_experiment(name);
    const run::Experiment once = test::load_experiment(experiment, {"mapping.share_tiles=true"});
    const auto tiles = static_cast<double>(run::map_experiment(once).mapping.tiles);
    const run::Experiment more = test::load_experiment(
        experiment, {"mapping.replication=balanced",
                     "mapping.tile_budget=" + std::to_string(static_cast<int>(std::ceil(tiles * budget)))});
    run::MapReport report = run::report_of(more, run::map_experiment(more));
    EXPECT_LE(report.tiles, report.tile_budget) << name;
    return report;
}

TEST(Replication, KeepsToABudgetThatOnlyTilesThatLayersShareAllow)
{
    // LeNet-5 has five layers on arrays; all of them fit on one tile.
    for (const int budget : {1, 2, 3}) {
        const run::Experiment experiment =
            test::load_experiment(test::shipped_experiment("lenet5_rram"),
                                  {"mapping.replication=balanced", "mapping.tile_budget=" + std::to_string(budget)});
        EXPECT_EQ(run::map_experiment(experiment).mapping.tiles, static_cast<std::size_t>(budget));
    }
}

TEST(Replication, PutsDepthwiseLayersWhereTheIntervalIsLeast)
{
    for (const char* chip : {"rram", "sram", "pcm"}) {
        std::map<std::string, double> interval;
        for (const std::string where : {"fastest", "arrays", "vector_unit"})
            interval[where] =
                run::map_experiment(
                    test::load_experiment(
                        test::shipped_experiment(std::string("mobilenetv2_cifar10_") + chip),
                        {"mapping.replication=balanced", "mapping.tile_budget=100", "mapping.depthwise=" + where}))
                    .mapping.interval_cycles;
        EXPECT_LE(interval["fastest"], std::min(interval["arrays"], interval["vector_unit"])) << chip;
    }
}

constexpr const char* networks[] = {"lenet5", "vgg8", "resnet20", "resnet18", "mobilenetv2_cifar10", "vgg16"};

class Replicated : public testing::TestWithParam<const char*>
{
};

/// What the relaxation leaves out is that copies are whole: every position needs each weight once, so the least of
/// whole copies binds any mapping (it is up to 1.38 times the relaxation here). Large copies, of several tiles each,
/// divide a small map unevenly: VGG-16 at 1.5 times its tiles is 1.146 times the least.
TEST_P(Replicated, IsCloseToTheLeastIntervalOfItsTileBudget)
{
    for (const char* chip : {"rram", "pcm"})
        for (const double budget : {1.25, 1.5, 2.0, 4.0}) {
            const run::MapReport r = mapped(std::string(GetParam()) + "_" + chip, budget);
            EXPECT_GE(r.interval_bound_cycles, r.interval_relaxed_cycles * (1.0 - 1e-6));
            EXPECT_GE(r.interval_cycles, r.interval_bound_cycles * (1.0 - 1e-6));
            EXPECT_LE(r.interval_cycles, (budget == 1.5 ? 1.15 : 1.10) * r.interval_bound_cycles)
                << chip << " " << budget;
        }
}

/// On digital macros it is buffer ports and vector units that a tile runs out of, and the bound knows of them. What
/// does not divide evenly among tiles: LeNet-5 on two (1.102 times the bound), MobileNetV2's depthwise layers (1.19).
TEST_P(Replicated, IsCloseToWhatPortsAndUnitsAllowAtTwiceTheTiles)
{
    const std::map<std::string, double> uneven{{"lenet5", 1.11}, {"mobilenetv2_cifar10", 1.20}};
    const auto more = uneven.find(GetParam());
    const run::MapReport r = mapped(std::string(GetParam()) + "_sram", 2.0);
    EXPECT_GE(r.interval_cycles, r.interval_bound_cycles * (1.0 - 1e-6));
    EXPECT_LE(r.interval_cycles, (more == uneven.end() ? 1.10 : more->second) * r.interval_bound_cycles);
}

INSTANTIATE_TEST_SUITE_P(Networks, Replicated, testing::ValuesIn(networks),
                         [](const auto& network) { return std::string(network.param); });

} // namespace
