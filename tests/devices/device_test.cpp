#include <functional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "tests/devices/device_support.h"

using namespace imc;
using namespace imc::devices;
using testing::HasSubstr;

namespace
{

const char* minimal = R"({"max_us": 10, "source": "test"})";

DeviceConfig parse(const std::string& text) { return config::Document::parse(text, "d.json").read<DeviceConfig>(); }

void expect_fault(const std::string& text, const std::string& part)
{
    try {
        parse(text);
        ADD_FAILURE() << "accepted " << text;
    } catch (const ConfigError& error) {
        EXPECT_THAT(error.what(), HasSubstr(part)) << text;
    }
}

std::string with_curve(const std::string& curve)
{
    return R"({"max_us": 10, "source": "t", "programming": {"source": "t", "sigma_us": )" + curve + "}}";
}

} // namespace

TEST(Device, EveryShippedParameterSetReadsAndCitesItsNumbers)
{
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(IMC_SOURCE_DIR) / "configs/devices")) {
        SCOPED_TRACE(entry.path().string());
        const auto document = config::Document::load(entry.path());
        const DeviceConfig d = document.read<DeviceConfig>();
        EXPECT_FALSE(d.name.empty());
        ++count;
        // Whatever object holds a number has a source, or lies within one that has.
        const std::function<void(const nlohmann::json&, bool, const std::string&)> cited =
            [&](const nlohmann::json& node, bool above, const std::string& path) {
                if (node.is_number()) {
                    EXPECT_TRUE(above) << path;
                } else if (node.is_structured()) {
                    const bool here = above || (node.is_object() && node.contains("source") && path != "");
                    for (const auto& [key, value] : node.items())
                        cited(value, here || (path.empty() && (key == "min_us" || key == "max_us")), path + "/" + key);
                }
            };
        cited(document.root(), false, "");
    }
    EXPECT_GE(count, 12u);
}

TEST(Device, FaultsInParameterSetsNameTheirPlace)
{
    expect_fault("{}", "max_us");
    expect_fault(R"({"max_us": 10})", "source");
    expect_fault(R"({"max_us": -1, "source": "t"})", "max_us");
    expect_fault(R"({"max_us": 10, "min_us": 10, "source": "t"})", "min_us");
    expect_fault(R"({"max_us": 10, "source": "t", "drift": {"source": "t"}})", "drift.time_zero_s");
    expect_fault(R"({"max_us": 10, "source": "t", "programming": {"mode": "pulse", "source": "t"}})",
                 "programming.pulse");
    expect_fault(R"({"max_us": 10, "source": "t", "faults": {"stuck_low": 0.7, "stuck_high": 0.7, "source": "t"}})",
                 "more than 1");
    expect_fault(R"({"max_us": 10, "source": "t", "faults": {"stuck_low": 1.5, "source": "t"}})", "faults.stuck_low");
    expect_fault(with_curve(R"({"pieces": []})"), "at least one piece");
    expect_fault(with_curve(R"({"pieces": [{"form": "cubic", "coefficients": [1]}]})"), "form");
    expect_fault(with_curve(R"({"pieces": [{"coefficients": []}]})"), "coefficients");
    expect_fault(with_curve(R"({"pieces": [{"coefficients": ["nan"]}]})"), "coefficients[0]");
    expect_fault(with_curve(R"({"pieces": [{"coefficients": [-1]}]})"), "not negative");
    expect_fault(with_curve(R"({"pieces": [{"form": "power", "coefficients": [1]}]})"), "two numbers");
    expect_fault(with_curve(R"({"pieces": [{"coefficients": [1], "below": 0.5}]})"), "unbounded");
    expect_fault(with_curve(R"({"pieces": [{"coefficients": [1]}, {"coefficients": [1]}]})"), "only the last");
    expect_fault(with_curve(R"({"pieces": [{"form": "table", "x": [0, 0.5, 0.5], "y": [1, 2, 3]}]})"), "x[2]");
    expect_fault(with_curve(R"({"pieces": [{"form": "table", "x": [0, 1], "y": [1]}]})"), "two points");
    expect_fault(with_curve(R"({"argument": "seconds", "pieces": [{"coefficients": [1]}]})"), "sigma_us.argument");
}

TEST(Device, ANewDeviceNeedsOnlyATable)
{
    const DeviceModel model(parse(with_curve(R"({"argument": "microsiemens",
        "pieces": [{"form": "table", "x": [0, 5, 10], "y": [0.1, 0.5, 0.3]}]})")));
    EXPECT_NEAR(model.programming_sigma(2.5e-6), 0.3e-6, 1e-15);
    EXPECT_NEAR(model.programming_sigma(7.5e-6), 0.4e-6, 1e-15);
    EXPECT_NEAR(model.programming_sigma(10e-6), 0.3e-6, 1e-15);
}

TEST(Device, ProgrammingErrorScalesWithTheLargestConductance)
{
    DeviceConfig d = test::shipped_device("pcm_nandakumar");
    const double full = DeviceModel(d).programming_sigma(12.5e-6);
    d.max_s = 5e-6;
    EXPECT_NEAR(DeviceModel(d).programming_sigma(2.5e-6), full / 5.0, 1e-18);
}

TEST(Device, RetentionGrowsTheProgrammingErrorThroughThePublishedPoints)
{
    DeviceCase c;
    c.device = test::shipped_device("rram_wan_aihwkit");
    c.target_s = {20e-6};
    c.time_s = {1.0, 86400.0, 172800.0, 1e7};
    c.samples = 200000;
    // IBM/aihwkit src/aihwkit/inference/noise/reram.py, polynomials of target / 40 uS in uS.
    const double at_half[] = {2.0229, 3.9086, 3.9307, 3.9307};
    const auto points = sample(c);
    for (std::size_t i = 0; i < points.size(); ++i)
        EXPECT_NEAR(points[i].std_s * 1e6, at_half[i], 4 * at_half[i] / std::sqrt(2.0 * 200000)) << points[i].time_s;
    const DeviceModel model(c.device);
    EXPECT_EQ(model.retention_sigma(20e-6, {0.5}), 0.0);
    const double early = model.retention_sigma(20e-6, {100.0}), late = model.retention_sigma(20e-6, {10000.0});
    EXPECT_NEAR(late / early, std::numbers::sqrt2, 1e-9) << "variance over ln t";
}

TEST(Device, ReadNoiseSplitsIntoSlowAndFastWithoutLosingPower)
{
    const auto model = test::shipped_model("pcm_nandakumar");
    for (const double operation : {0.0, 1e-7, 1e-6, 1e-3, 1e9}) {
        const NoiseVariance whole = model->read_noise(1e-5, 1e-5, {3600.0}, 0.0);
        const NoiseVariance split = model->read_noise(1e-5, 1e-5, {3600.0}, operation);
        EXPECT_NEAR(split.total(), whole.total(), 1e-12 * whole.total());
        EXPECT_EQ(whole.fast, 0.0);
        EXPECT_GE(split.slow, 0.0);
    }
    const NoiseVariance micro = model->read_noise(1e-5, 1e-5, {3600.0}, 1e-6);
    EXPECT_NEAR(micro.fast / micro.total(), std::log(2.0) / std::log((3620.0 + 250e-9) / 500e-9), 1e-12);
}

TEST(Device, WarmthSpeedsRetentionUpByArrhenius)
{
    DeviceConfig d = test::shipped_device("pcm_nandakumar");
    d.temperature = TemperatureConfig{300.0, 0.1, 1.0, "test"};
    const DeviceModel model(d);
    const double boltzmann = 8.617333262e-5;
    const double speed = std::exp(1.0 / boltzmann * (1.0 / 300 - 1.0 / 358));
    EXPECT_NEAR(model.drift_log({100.0, 358.0}), std::log1p(100.0 * speed / 20.0), 1e-9);
    EXPECT_NEAR(model.thermal_factor({0.0, 358.0}), std::exp(0.1 / boltzmann * (1.0 / 300 - 1.0 / 358)), 1e-12);
    EXPECT_EQ(model.thermal_factor({0.0, 300.0}), 1.0);
    EXPECT_EQ(model.thermal_factor({0.0, 0.0}), 1.0);
}

TEST(Device, SramMismatchFollowsItsClosedForms)
{
    EXPECT_NEAR(test::shipped_model("sram_current")->mismatch_sigma(), 1.8 * 0.0238 / 0.4, 1e-12);
    const auto charge = test::shipped_model("sram_charge");
    EXPECT_NEAR(charge->mismatch_sigma(), 0.08, 1e-12);
    // kT/C at 300 K and 1 fF is 2.035 mV rms; relative to 1 V per unit cell.
    EXPECT_NEAR(std::sqrt(charge->thermal_noise_variance({0.0, 300.0})) / charge->max_s(), 2.035e-3, 1e-6);
    EXPECT_EQ(test::shipped_model("sram_digital")->mismatch_sigma(), 0.0);
}

TEST(Device, MilosCellsConductMoreThanLinearlyWithinTheirRange)
{
    const auto law = test::shipped_model("rram_milo")->cell_law();
    ASSERT_NE(law, nullptr);
    const double g = 100e-6, x = std::log10(g), v = 0.3;
    const double b = 0.0001388 * x * x * x + 0.001541 * x * x + 0.005711 * x + 0.007063;
    const double c = 8.8710e-05 * x * x + 6.7919e-04 * x + 1.2968e-03;
    EXPECT_NEAR(law->at(g, v).current_a, g * v + b * v * v + c * v * v * v, 1e-18);
    EXPECT_EQ(test::shipped_model("rram_wan_aihwkit")->cell_law(), nullptr);
}

TEST(DeviceCase, FaultsNameTheirPlace)
{
    const auto fault = [](const std::string& rest, const std::string& part) {
        try {
            config::Document::parse(std::string(R"({"device": )") + minimal + rest + "}", "c.json").read<DeviceCase>();
            ADD_FAILURE() << "accepted " << rest;
        } catch (const ConfigError& error) {
            EXPECT_THAT(error.what(), HasSubstr(part)) << rest;
        }
    };
    fault("", "target_siemens");
    fault(R"(, "target_siemens": [])", "target_siemens");
    fault(R"(, "target_siemens": [1e-6, 2e-5])", "target_siemens[1]");
    fault(R"(, "target_siemens": [-1e-6])", "target_siemens[0]");
    fault(R"(, "target_siemens": [1e-6], "time_s": [-1])", "time_s[0]");
    fault(R"(, "target_siemens": [1e-6], "effects": ["programing"])", "effects[0]");
    fault(R"(, "target_siemens": [1e-6], "samples": 1)", "samples");
    fault(R"(, "target_siemens": [1e-6], "initial": "erased")", "initial");
}

TEST(DeviceCase, APointDoesNotDependOnWhichOthersAreAskedFor)
{
    DeviceCase c;
    c.device = test::shipped_device("pcm_nandakumar");
    c.target_s = {5e-6, 10e-6};
    c.time_s = {25.0, 3600.0};
    c.effects = {"all"};
    c.samples = 1000;
    const auto all = sample(c);
    ASSERT_EQ(all.size(), 4u);
    c.target_s = {10e-6};
    c.time_s = {3600.0};
    const auto one = sample(c);
    EXPECT_EQ(one[0].mean_s, all[3].mean_s);
    EXPECT_EQ(one[0].std_s, all[3].std_s);
    c.seed = 2;
    EXPECT_NE(sample(c)[0].mean_s, one[0].mean_s);
}

TEST(DeviceCase, StuckCellsShowInTheMean)
{
    DeviceCase c;
    c.device = test::shipped_device("rram_on_off");
    c.device.faults = FaultConfig{0.1, 0.2, "test"};
    c.target_s = {50e-6};
    c.effects = {"stuck_at"};
    c.samples = 100000;
    const DevicePoint p = sample(c)[0];
    EXPECT_NEAR(p.mean_s, 0.1 * 1e-6 + 0.2 * 100e-6 + 0.7 * 50e-6, 4 * p.std_s / std::sqrt(1e5));
}
