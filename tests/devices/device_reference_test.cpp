#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/devices/device_support.h"
#include "tests/support/shared.h"

using namespace imc;
using namespace imc::devices;
using nlohmann::json;
using test::Moments;

namespace
{

constexpr std::int64_t samples = 1000000;

json reference(const std::filesystem::path& file)
{
    std::ifstream in(file);
    return json::parse(in);
}

DevicePoint sampled(const std::string& device, double target_s, double time_s, std::vector<std::string> effects,
                    Initial initial = Initial::target)
{
    DeviceCase c;
    c.device = test::shipped_device(device);
    c.target_s = {target_s};
    c.time_s = {time_s};
    c.effects = std::move(effects);
    c.initial = initial;
    c.samples = samples;
    return sample(c).at(0);
}

/// Mean and σ within four standard errors, plus what the expected figures were rounded to.
void expect_moments(const DevicePoint& got, Moments want, double rounding, const std::string& what)
{
    const double error = want.std / std::sqrt(double(samples));
    EXPECT_NEAR(got.mean_s, want.mean, 4 * error + rounding) << what << " mean";
    // A clamped or folded distribution has at most a little more than the normal's error of σ/√(2n).
    EXPECT_NEAR(got.std_s, want.std, 3.2 * error + rounding) << what << " std";
}

double relative_noise(const json& point, const char* time) { return point[time]["rel_sigma_read"]; }

} // namespace

TEST(DeviceReference, NandakumarProgrammingErrorMatchesEveryPoint)
{
    IMC_SHARED_OR_SKIP(file, "reference/devices.json");
    const json points = reference(file)["PCM"]["aihwkit_PCMLikeNoiseModel"]["reference_points"];
    ASSERT_GE(points.size(), 6u);
    for (const json& p : points) {
        const double g = p["g_target_uS"].get<double>() * 1e-6, sigma = p["sigma_prog_uS"].get<double>() * 1e-6;
        expect_moments(sampled("pcm_nandakumar", g, 0, {"programming"}), test::clamped_normal(g, sigma), 5e-12,
                       p["g_target_uS"].dump());
        expect_moments(sampled("pcm_nandakumar", g, 0, {}, Initial::programmed), test::clamped_normal(g, sigma), 5e-12,
                       p["g_target_uS"].dump());
    }
    const DevicePoint zero = sampled("pcm_nandakumar", 0.0, 0, {"programming"});
    expect_moments(zero, test::clamped_normal(0.0, 0.26348e-6), 5e-12, "zero target");
}

TEST(DeviceReference, NandakumarDriftMatchesEveryPointAndTime)
{
    IMC_SHARED_OR_SKIP(file, "reference/devices.json");
    const json points = reference(file)["PCM"]["aihwkit_PCMLikeNoiseModel"]["reference_points"];
    ASSERT_GE(points.size(), 6u);
    for (const json& p : points)
        for (const auto& [key, time] : {std::pair("t_25s", 25.0), {"t_1h", 3600.0}, {"t_1d", 86400.0}}) {
            const double g = p["g_target_uS"].get<double>() * 1e-6;
            const Moments want{g * p[key]["E_g_over_gprog"].get<double>(),
                               g * p[key]["std_drift_over_gprog"].get<double>()};
            // The printed points were themselves drawn, and carry an error of our size.
            const double drawn = 4 * want.std / std::sqrt(double(samples));
            const DevicePoint got = sampled("pcm_nandakumar", g, time, {"drift"});
            expect_moments(got, want, 5e-6 * g + drawn, p["g_target_uS"].dump() + key);
            const Moments exact = test::drifted(p["mu_nu"], p["sigma_nu"], std::log1p(time / 20.0));
            expect_moments(got, {g * exact.mean, g * exact.std}, 1e-4 * g, "closed form");
        }
}

TEST(DeviceReference, NandakumarReadNoiseMatchesEveryPointAndTime)
{
    IMC_SHARED_OR_SKIP(file, "reference/devices.json");
    const json points = reference(file)["PCM"]["aihwkit_PCMLikeNoiseModel"]["reference_points"];
    ASSERT_GE(points.size(), 6u);
    for (const json& p : points)
        for (const auto& [key, time] : {std::pair("t_25s", 25.0), {"t_1h", 3600.0}, {"t_1d", 86400.0}}) {
            const double g = p["g_target_uS"].get<double>() * 1e-6;
            expect_moments(sampled("pcm_nandakumar", g, time, {"read_noise"}),
                           test::clamped_normal(g, relative_noise(p, key) * g), 5e-6 * g,
                           p["g_target_uS"].dump() + key);
        }
}

TEST(DeviceReference, HermesCurvesMatchEveryPoint)
{
    IMC_SHARED_OR_SKIP(file, "reference/devices.json");
    const json hermes = reference(file)["PCM"]["aihwkit_HermesNoiseModel"];
    for (const auto& [key, name] :
         {std::pair("one_device", "pcm_hermes_one_device"), {"two_devices_per_polarity", "pcm_hermes_two_device"}}) {
        const DeviceConfig d = test::shipped_device(name);
        const DeviceModel model(d);
        EXPECT_NEAR(d.max_s * 1e6, hermes[key]["g_max_uS"].get<double>(), 1e-12);
        EXPECT_EQ(d.drift->time_zero_s, hermes[key]["t0_s"].get<double>());
        for (const json& p : hermes[key]["reference_points"]) {
            const double x = p["g_over_gmax"], g = x * d.max_s;
            EXPECT_NEAR(model.programming_sigma(g) * 1e6, p["sigma_prog_uS"].get<double>(), 6e-6) << name << x;
            EXPECT_NEAR(d.drift->mean.at(x), p["mu_nu"].get<double>(), 6e-6) << name << x;
            EXPECT_NEAR(d.drift->deviation.at(x), p["sigma_nu"].get<double>(), 6e-6) << name << x;
            EXPECT_NEAR(d.read_noise->amplitude.at(x), p["Q_s"].get<double>(), 6e-6) << name << x;
            const double l = std::log1p(3600.0 / d.drift->time_zero_s);
            const Moments exact = test::drifted(p["mu_nu"], p["sigma_nu"], l);
            expect_moments(sampled(name, g, 3600.0, {"drift"}), {g * exact.mean, g * exact.std}, 1e-4 * g, name);
        }
    }
}

TEST(DeviceReference, WanMatchesBothPublishedFits)
{
    IMC_SHARED_OR_SKIP(file, "reference/devices.json");
    const json points = reference(file)["RRAM"]["aihwkit_ReRamWan2022"]["reference_points"];
    ASSERT_GE(points.size(), 6u);
    for (const json& p : points) {
        const double g = p["g_uS_at_gmax40"].get<double>() * 1e-6;
        expect_moments(sampled("rram_wan_aihwkit", g, 1, {"programming"}),
                       test::clamped_normal(g, p["sigma_uS_1s"].get<double>() * 1e-6), 5e-11, "aihwkit");
        expect_moments(sampled("rram_wan_crosssim", g, 1, {"programming"}),
                       test::clamped_normal(g, p["crosssim_RRAMWan_sigma_uS_t1s"].get<double>() * 1e-6), 5e-11,
                       "CrossSim");
    }
}

TEST(DeviceReference, JoshiAndMiloMatchTheirPolynomials)
{
    IMC_SHARED_OR_SKIP(file, "reference/devices.json");
    const json all = reference(file);
    const json joshi = all["PCM"]["crosssim_PCMJoshi"]["A,B,C"];
    for (const double u : {0.25, 1.0, 10.0, 25.0}) {
        const double sigma = joshi[0].get<double>() * u * u + joshi[1].get<double>() * u + joshi[2].get<double>();
        expect_moments(sampled("pcm_joshi", u * 1e-6, 0, {"programming"}), test::clamped_normal(u * 1e-6, sigma * 1e-6),
                       1e-12, "Joshi");
    }
    for (const double u : {50.0, 120.0, 225.0})
        expect_moments(sampled("rram_milo", u * 1e-6, 0, {"programming"}),
                       test::clamped_normal(u * 1e-6, (-0.009107 * u + 4.782321) * 1e-6), 1e-12, "Milo");
}

TEST(DeviceReference, AllEffectsTogetherCombineTheirVariances)
{
    // At 10 uS the clamp is far away: variances of independent effects add to first order.
    const double g = 10e-6, x = 0.4, time = 3600.0;
    const DevicePoint got = sampled("pcm_nandakumar", g, time, {"all"});
    const double sigma = (0.26348 + 1.9650 * x - 1.1731 * x * x) * 1e-6;
    const Moments drift = test::drifted(0.049, 0.008, std::log1p(time / 20.0));
    const double read = 0.0088 / std::pow(x, 0.65) * std::sqrt(std::log((time + 20.0 + 250e-9) / 500e-9));
    EXPECT_NEAR(got.mean_s, g * drift.mean, 1e-8);
    EXPECT_NEAR(got.std_s, std::hypot(sigma * drift.mean, g * drift.std, g * drift.mean * read), 0.01 * got.std_s);
}
