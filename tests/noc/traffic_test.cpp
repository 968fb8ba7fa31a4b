#include "arch/noc/traffic.h"

#include <cmath>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "arch/noc/mesh.h"
#include "tests/support/shared.h"

using namespace imc;

namespace
{

TEST(GeometricGap, HasTheMeanVarianceAndNullProbabilityOfBernoulliTrials)
{
    for (const double p : {0.9, 0.25, 0.01, 1.0 / 8000}) {
        const GeometricGap gap(p);
        RandomStream random(3, "gap");
        const int n = 200000;
        double sum = 0, squares = 0, zeros = 0;
        for (int i = 0; i < n; ++i) {
            const auto g = static_cast<double>(gap.draw(random));
            sum += g;
            squares += g * g;
            zeros += g == 0;
        }
        const double mean = (1 - p) / p, variance = (1 - p) / (p * p);
        EXPECT_NEAR(sum / n, mean, 4 * std::sqrt(variance / n)) << p;
        // The kurtosis of a geometric variable is at most 9 + p^2 / (1 - p).
        EXPECT_NEAR(squares / n - sum / n * (sum / n), variance, 4 * variance * std::sqrt((8 + p * p / (1 - p)) / n));
        EXPECT_NEAR(zeros / n, p, 4 * std::sqrt(p * (1 - p) / n)) << p;
    }
    RandomStream random(3, "gap");
    EXPECT_EQ(GeometricGap(1).draw(random), 0);
}

TEST(TrafficSource, DrawsTheHotNodeAsManyTimesAsOftenAsItsWeight)
{
    TrafficConfig config;
    config.pattern = TrafficPattern::hotspot;
    config.hot_node = 5;
    config.hot_weight = 7;
    TrafficSource source(config, {4, 2, 1, {}});
    std::vector<double> drawn(8);
    const int n = 140000;
    for (int i = 0; i < n; ++i)
        ++drawn[source.take().destination];
    for (std::size_t node = 0; node < drawn.size(); ++node) {
        const double p = (node == 5 ? 7.0 : 1.0) / 14;
        EXPECT_NEAR(drawn[node] / n, p, 4 * std::sqrt(p * (1 - p) / n)) << node;
    }
}

TEST(TrafficSource, TransposesRowsAndColumns)
{
    TrafficConfig config;
    config.pattern = TrafficPattern::transpose;
    TrafficSource source(config, {3, 3, 2, {}});
    for (int i = 0; i < 200; ++i) {
        const Packet p = source.take();
        const std::uint32_t router = p.source / 2;
        EXPECT_EQ(p.destination, (router % 3 * 3 + router / 3) * 2 + p.source % 2);
    }
    EXPECT_THROW(TrafficSource(config, {3, 2, 1, {}}), std::invalid_argument);
}

TEST(TrafficSource, GivesPacketsInOrderAndTheSameOnesForTheSameSeed)
{
    const MeshShape shape{3, 3, 1, {}};
    TrafficConfig config;
    TrafficSource a(config, shape), b(config, shape);
    config.seed = 2;
    TrafficSource c(config, shape);
    Cycle last = 0;
    int differing = 0;
    for (int i = 0; i < 500; ++i) {
        EXPECT_GE(a.next_cycle(), last);
        last = a.next_cycle();
        EXPECT_EQ(a.next_cycle(), b.next_cycle());
        differing += a.next_cycle() != c.next_cycle();
        EXPECT_EQ(a.take().destination, b.take().destination);
        c.take();
    }
    EXPECT_GT(differing, 400);
}

/// Mean over `seeds` of the mean packet latency at an offered rate.
double mean_latency(const nlohmann::json& run, double offered, int seeds, bool full)
{
    RouterConfig router;
    router.pipeline = run["pipeline"] == "minimal" ? RouterPipeline::minimal : RouterPipeline::baseline;
    router.virtual_channels = run["num_vcs"];
    router.buffer_flits = run["vc_buf_size"];
    TrafficConfig traffic;
    traffic.pattern = run["traffic"] == "uniform" ? TrafficPattern::uniform : TrafficPattern::transpose;
    traffic.packet_flits = run["packet_size"];
    traffic.rate_flits = offered;
    traffic.warmup_cycles = full ? 6000 : 1500;
    traffic.measure_cycles = full ? 18000 : 5000;
    const MeshShape shape{run["k"], run["k"], 1, {}};
    double sum = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
        traffic.seed = static_cast<std::uint64_t>(seed);
        Mesh mesh(shape, router);
        const TrafficResult result = measure_traffic(mesh, traffic, shape);
        EXPECT_NEAR(result.accepted_rate_flits, offered, 0.06 * offered + 0.003);
        sum += result.mean_packet_latency_cycles;
    }
    return sum / seeds;
}

/// What the reference itself, one seed of 18,000 cycles, may be off by: two standard errors of a mean over the
/// packets it counted. At the lowest loads those are few (at 0.009 flits of 4-flit packets its mean lies below
/// the zero-load latency of the traffic, 22.5 cycles). The spread at low load is that of the distance.
double reference_noise(const nlohmann::json& run, double offered)
{
    const double packets = 18000.0 * 16 * offered / run["packet_size"].get<double>();
    const double cycles_per_hop = run["pipeline"] == "minimal" ? 3 : 5;
    const double distance_variance = run["traffic"] == "uniform" ? 1.875 : 3.75; // of a 4 x 4 mesh
    return 2 * cycles_per_hop * std::sqrt(distance_variance / packets);
}

TEST(LoadCurves, MeetBookSimWithin3PercentTo70PercentOfSaturationAnd8PercentTo85)
{
    IMC_SHARED_OR_SKIP(file, "reference/noc/load_curves_4x4.json");
    // All points with five seeds: IMCSIM_LONG_TESTS=1. Else one point of each kind per curve.
    const bool all = std::getenv("IMCSIM_LONG_TESTS") != nullptr;
    std::size_t points = 0;
    const auto curves = nlohmann::json::parse(std::ifstream(file));
    for (const auto& run : curves["runs"]) {
        const double saturation = run["sat_offered_3x"];
        bool low = false, high = false;
        for (const auto& point : run["points"]) {
            const double offered = point["offered"], share = offered / saturation;
            const bool is_high = share > 0.7;
            if (share > 0.85 || (!all && (is_high ? high : low || share < 0.3)))
                continue;
            (is_high ? high : low) = true;
            const double expected = point["pkt_lat"];
            const double got = mean_latency(run, offered, 5, all);
            EXPECT_NEAR(got, expected, (is_high ? 0.08 : 0.03) * expected + reference_noise(run, offered))
                << run["pipeline"] << " " << run["traffic"] << " " << run["packet_size"] << " flits, " << run["num_vcs"]
                << " channels of " << run["vc_buf_size"] << ", offered " << offered << " = " << share
                << " of saturation";
            ++points;
        }
    }
    EXPECT_GT(points, 40u);
}

} // namespace
