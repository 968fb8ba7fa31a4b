#include <limits>
#include <map>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/base/trace/bins.h"
#include "sim/base/trace/spill.h"
#include "sim/base/trace/writers.h"

using namespace imc;
using namespace imc::trace;

namespace
{

TEST(Trace, GivesTheSameIdToTheSamePath)
{
    Trace trace;
    const TrackId a = trace.track("tile[0].core[1]");
    EXPECT_EQ(trace.track("tile[0].core[1]"), a);
    EXPECT_NE(trace.track("tile[0].core[2]"), a);
    EXPECT_EQ(trace.name("mvm"), trace.name("mvm"));
    EXPECT_FALSE(trace);
}

TEST(Trace, NamesLayersThatHaveNoNameByNumber)
{
    Directory names;
    names.layers.push_back("conv1");
    EXPECT_EQ(names.layer(LayerId(0)), "conv1");
    EXPECT_EQ(names.layer(LayerId(7)), "7");
    EXPECT_EQ(names.layer(LayerId()), "");
}

TEST(ExactJoules, ShowEveryDigit)
{
    EXPECT_EQ(exact_joules(Energy()), "0.000000000000000000000");
    EXPECT_EQ(exact_joules(Energy::from_joules(1.5625e-12)), "0.000000000001562500000");
    EXPECT_EQ(exact_joules(Energy::from_quanta(-1)), "-0.000000000000000000001");
    EXPECT_EQ(exact_joules(Energy::from_quanta(5'000'000'000'000'000'000) * 401), "2.005000000000000000000");
}

TEST(Bins, SharesAddUpToTheBookingToTheLastQuantum)
{
    RandomStream random(1, "bins");
    for (int i = 0; i < 2000; ++i) {
        const Femtoseconds start = random.below(1'000'000), end = start + random.below(5'000'000);
        const std::int64_t count = random.below(1'000'000);
        const Energy energy = Energy::from_quanta(static_cast<Energy::Wide>(random.below(1'000'000'000)) * 7919);
        const Femtoseconds width = 1 + random.below(700'000);
        std::int64_t counted = 0;
        Energy spent;
        Femtoseconds covered_to = start / width;
        divide(start, end, count, energy, width, [&](const Share& share) {
            EXPECT_EQ(share.bin, covered_to++);
            EXPECT_LE(share.bin * width, std::max(start, end - 1));
            EXPECT_GE(share.energy, Energy());
            counted += share.count;
            spent += share.energy;
        });
        EXPECT_EQ(counted, count);
        EXPECT_EQ(spent, energy);
    }
}

TEST(Bins, DivideEvenlyAndGiveAnInstantToItsBin)
{
    std::map<std::int64_t, Energy> bins;
    const auto collect = [&](const Share& share) { bins[share.bin] = share.energy; };
    divide(500, 2500, 20, Energy::from_quanta(2000), 1000, collect);
    EXPECT_EQ(bins, (std::map<std::int64_t, Energy>{
                        {0, Energy::from_quanta(500)}, {1, Energy::from_quanta(1000)}, {2, Energy::from_quanta(500)}}));
    bins.clear();
    divide(3000, 3000, 1, Energy::from_quanta(9), 1000, collect);
    EXPECT_EQ(bins, (std::map<std::int64_t, Energy>{{3, Energy::from_quanta(9)}}));
}

TEST(Bins, DoNotOverflowAtTheLargestUnitEnergyAndTime)
{
    const auto largest = static_cast<Energy::Wide>(std::numeric_limits<std::int64_t>::max());
    const auto whole = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(fraction(largest * 1'000'000'000, whole, whole), largest * 1'000'000'000);
    EXPECT_EQ(fraction(largest, whole / 2, whole), static_cast<Energy::Wide>(whole / 2));
}

struct Record {
    std::uint32_t key;
    bool operator<(const Record& other) const { return key < other.key; }
};

TEST(Spill, SortsMoreThanItKeepsInMemoryAsOftenAsAsked)
{
    for (const std::size_t chunk : {1u, 3u, 100u, 5000u, 100000u}) {
        Spill<Record> spill(chunk);
        RandomStream random(2, "spill");
        std::vector<std::uint32_t> expected;
        for (std::size_t i = 0; i < std::min<std::size_t>(20000, 300 * chunk); ++i) {
            expected.push_back(static_cast<std::uint32_t>(random.below(1000000)));
            spill.add({expected.back()});
        }
        std::ranges::sort(expected);
        for (int pass = 0; pass < 2; ++pass) {
            std::vector<std::uint32_t> seen;
            spill.for_each([&](const Record& r) { seen.push_back(r.key); });
            EXPECT_EQ(seen, expected) << chunk;
        }
    }
}

} // namespace
