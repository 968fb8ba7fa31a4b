#include "sim/mapping/replication.h"

#include <bit>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/run/run.h"
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

/// The fewest products of rows and columns, of `most` positions at most, that the positions not yet `covered` consist
/// of, by trying every product with the first of them.
int fewest_by_trying(int height, int width, std::int64_t most, unsigned covered)
{
    const unsigned all = (1u << (height * width)) - 1;
    if (covered == all)
        return 0;
    int first = 0;
    while (covered >> first & 1u)
        ++first;
    int fewest = height * width;
    for (unsigned rows = 1; rows < 1u << height; ++rows)
        for (unsigned columns = 1; columns < 1u << width; ++columns) {
            unsigned product = 0;
            for (int y = 0; y < height; ++y)
                if (rows >> y & 1u)
                    product |= columns << (y * width);
            if ((product >> first & 1u) && !(product & covered) && std::popcount(product) <= most)
                fewest = std::min(fewest, 1 + fewest_by_trying(height, width, most, covered | product));
        }
    return fewest;
}

TEST(LeastProducts, AreNoMoreThanTryingAllFindsAndAsManyUpToFour)
{
    for (int height = 1; height <= 3; ++height)
        for (int width = 1; width <= 4; ++width)
            for (std::int64_t most = 1; most <= height * width; ++most) {
                const std::int64_t least = least_products(height, width, most);
                const int fewest = fewest_by_trying(height, width, most, 0);
                EXPECT_LE(least, fewest) << height << " x " << width << ", " << most;
                for (const int few : {1, 2, 3, 4})
                    EXPECT_EQ(least <= few, fewest <= few) << height << " x " << width << ", " << most;
            }
}

TEST(LeastInterval, KnowsThatATileIsOfOneType)
{
    // Ports that 2.5 tiles of the second type keep up with, beside arrays of the first: four tiles, not three and a
    // half.
    Workload few{1, 10, 8, 100.0, 0.0}, busy{10, 10, 4, 1.0, 0.0};
    busy.type = TileTypeId(1);
    busy.in_all.fetch = 25.0;
    ArrayLayouts types(2);
    for (ArrayLayout& type : types)
        type = {8, 1};
    EXPECT_NEAR(interval_bound({few, busy}, types, 4), 1000.0, 1e-3);
    EXPECT_NEAR(interval_bound({few, busy}, types, 3), 1250.0, 1e-3);
    EXPECT_NEAR(interval_bound({few, busy}, types, 2), 2500.0, 1e-3);
    EXPECT_NEAR(relaxed_interval({few, busy}, types, 4), 875.0, 1e-3);
}

/// Tiles that a shipped experiment takes if every layer is there once and they share tiles.
std::int64_t tiles_once(const std::string& name)
{
    return static_cast<std::int64_t>(
        run::map_experiment(test::load_experiment(test::shipped_experiment(name), {"mapping.share_tiles=true"}))
            .mapping.tiles);
}

mapping::Mapping replicated(const std::string& name, std::int64_t budget, std::vector<std::string> settings = {})
{
    settings.insert(settings.end(), {"mapping.replication=balanced", "mapping.tile_budget=" + std::to_string(budget)});
    mapping::Mapping result =
        run::map_experiment(test::load_experiment(test::shipped_experiment(name), settings)).mapping;
    EXPECT_LE(static_cast<std::int64_t>(result.tiles), result.tile_budget) << name;
    return result;
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
/// whole copies binds any mapping (it is up to 1.55 times the relaxation here). What the bound leaves out are the
/// tiles' buffers: where they are too small for copies that share tiles and rows, larger ones must do.
TEST_P(Replicated, IsWithinATenthOfTheLeastIntervalOfItsTileBudget)
{
    for (const char* chip : {"rram", "sram", "pcm", "hybrid"}) {
        const std::string name = std::string(GetParam()) + "_" + chip;
        const auto once = static_cast<double>(tiles_once(name));
        for (const double times : {1.25, 1.5, 2.0, 3.0, 4.0}) {
            const auto budget = static_cast<std::int64_t>(std::ceil(once * times));
            mapping::Mapping m = replicated(name, budget);
            if (m.interval_cycles > 1.10 * m.interval_bound_cycles && m.buffers_full) {
                EXPECT_LE(m.interval_cycles, 1.13 * m.interval_bound_cycles) << chip << " " << times;
                m = replicated(name, budget, {"chip.tiles[0].buffer.bytes=262144"});
            }
            EXPECT_GE(m.interval_bound_cycles, m.interval_relaxed_cycles * (1.0 - 1e-6));
            EXPECT_GE(m.interval_cycles, m.interval_bound_cycles * (1.0 - 1e-6));
            EXPECT_LE(m.interval_cycles, 1.10 * m.interval_bound_cycles) << chip << " " << times;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Networks, Replicated, testing::ValuesIn(networks),
                         [](const auto& network) { return std::string(network.param); });

} // namespace
