#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/energy.h"
#include "sim/base/files.h"
#include "tests/cli/process.h"

using namespace imc::test;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = std::filesystem;

namespace
{

const fs::path configs = fs::path(IMC_SOURCE_DIR) / "configs";
const std::string lenet = configs / "experiments" / "lenet5_rram.json";

/// Runs LeNet-5 on the RRAM chip; every test has it in a directory of its own.
class Run : public ::testing::Test
{
protected:
    TemporaryDirectory dir;

    Ended run_lenet(std::vector<std::string> more = {}, const std::string& out = "out")
    {
        more.insert(more.begin(), {"run", lenet, "--out", dir / out, "--quiet"});
        return imcsim(more);
    }
    nlohmann::json result(const std::string& out = "out") const
    {
        return nlohmann::json::parse(imc::read_file(dir / out / "result.json"));
    }
};

/// Rows of a CSV file without quoted fields, as maps from column to text.
std::vector<std::map<std::string, std::string>> read_csv(const fs::path& file)
{
    std::istringstream text(imc::read_file(file));
    std::vector<std::string> columns;
    std::vector<std::map<std::string, std::string>> rows;
    for (std::string line; std::getline(text, line);) {
        std::istringstream fields(line);
        std::vector<std::string> row;
        for (std::string field; std::getline(fields, field, ',');)
            row.push_back(field);
        if (columns.empty()) {
            columns = row;
            continue;
        }
        auto& entry = rows.emplace_back();
        for (std::size_t i = 0; i < row.size(); ++i)
            entry[columns[i]] = row[i];
    }
    return rows;
}

/// The digits of "0.000000000001562500000" as an integer count of 1e-21 J.
imc::Energy::Wide quanta(const std::string& decimal)
{
    imc::Energy::Wide value = 0;
    for (const char c : decimal)
        if (c != '.')
            value = value * 10 + (c - '0');
    return value;
}

TEST_F(Run, WritesItsFilesAndPrintsItsReport)
{
    const Ended loud = imcsim({"run", lenet, "--out", dir / "loud"});
    EXPECT_EQ(loud.status, 0) << loud.err;
    EXPECT_EQ(loud.out, imc::read_file(dir / "loud" / "report.txt"));
    const Ended quiet = run_lenet();
    EXPECT_EQ(quiet.status, 0);
    EXPECT_THAT(quiet.out + quiet.err, IsEmpty());
    for (const char* file : {"out/result.json", "out/resolved.json", "out/timing.json", "out/report.txt"})
        EXPECT_TRUE(fs::exists(dir / file)) << file;
}

TEST_F(Run, IsTheSameToTheByteEachTimeAndUnderEveryTrace)
{
    ASSERT_EQ(run_lenet({}, "a").status, 0);
    ASSERT_EQ(run_lenet({"--trace", "perfetto,vcd,csv,packets"}, "b").status, 0);
    const std::string a = imc::read_file(dir / "a" / "result.json");
    EXPECT_EQ(a, imc::read_file(dir / "b" / "result.json"));
    ASSERT_EQ(run_lenet({"--trace", "csv"}, "c").status, 0);
    EXPECT_EQ(imc::read_file(dir / "b" / "trace.csv"), imc::read_file(dir / "c" / "trace.csv"));
}

TEST_F(Run, LeavesNoTraceOfAnEarlierRunBesideItsResult)
{
    ASSERT_EQ(run_lenet({"--trace", "perfetto,vcd,csv,packets"}).status, 0);
    ASSERT_EQ(run_lenet({"--trace", "vcd"}).status, 0);
    EXPECT_EQ(dir.content(), (std::vector<std::string>{"out", "out/report.txt", "out/resolved.json", "out/result.json",
                                                       "out/timing.json", "out/trace.vcd"}));
}

/// A run whose trace takes minutes, stopped as soon as a file of it is there.
TEST_F(Run, LeavesNoHalfWrittenFileWhenItIsStopped)
{
    for (const char* signal : {"INT", "TERM", "HUP"}) {
        const std::string script = std::string(R"(set -m
"$0" run "$1" --quiet --out "$2" --trace csv,packets --set run.power_bin_ns=1 &
until ls "$2"/*.partial > "$2.list" 2> "$2.none"; do sleep 0.01; kill -0 $! || exit 3; done
kill -)") + signal + R"( $!
wait $!
echo $?)";
        const Ended ended = run({.words = {"/bin/bash", "-c", script, imcsim_path(),
                                           (configs / "experiments" / "resnet18_rram.json").string(), dir / signal}});
        EXPECT_EQ(std::stoi(ended.out), 128 + (*signal == 'I' ? 2 : *signal == 'T' ? 15 : 1)) << ended.err;
        EXPECT_TRUE(fs::is_empty(dir / signal)) << signal;
    }
}

TEST_F(Run, ReportSaysNothingOfAStreamWhereNothingWasStreamed)
{
    ASSERT_EQ(run_lenet({"--set", "run.steady_state=false"}).status, 0);
    const std::string report = imc::read_file(dir / "out" / "report.txt");
    EXPECT_THAT(report, HasSubstr("TOPS/W alone, peak 4.915 TOPS (nothing was streamed)"));
    EXPECT_THAT(report, Not(HasSubstr("throughput")));
    EXPECT_THAT(report, Not(HasSubstr(" 0 TOPS")));
}

TEST_F(Run, ReportShowsTheEndsOfLongNames)
{
    const std::string path = "/a_network/of_an_exporter/stage";
    imc::write_file(dir / "n.json", R"({"schema": "imcsim.network/1", "input": {"shape": [1, 1, 8, 8]}, "layers": [
        {"op": "conv", "name": "/stage1/blöck/conv/Conv", "filters": 1, "kernel": [3]},
        {"op": "global_average_pool", "name": ")" +
                                        path + R"(2/block/pool/GlobalAveragePool"}]})");
    ASSERT_EQ(run_lenet({"--set", "network=" + (dir / "n.json").string()}).status, 0);
    const std::string report = imc::read_file(dir / "out" / "report.txt");
    EXPECT_THAT(report, HasSubstr("  /stage1/blöck/conv/Conv "));
    EXPECT_THAT(report, HasSubstr("  …exporter/stage2/block/pool/GlobalAveragePool GlobalAveragePool "));
}

TEST_F(Run, ResolvedConfigurationRunsToTheSameResult)
{
    ASSERT_EQ(run_lenet({"--set", "chip.tiles[0].core.macro.adc.bits=7"}, "a").status, 0);
    const Ended again = imcsim({"run", dir / "a/resolved.json", "--out", dir / "b", "--quiet"});
    ASSERT_EQ(again.status, 0) << again.err;
    EXPECT_EQ(imc::read_file(dir / "a" / "result.json"), imc::read_file(dir / "b" / "result.json"));
    EXPECT_EQ(imc::read_file(dir / "a" / "resolved.json"), imc::read_file(dir / "b" / "resolved.json"));
}

TEST_F(Run, EnergyIsTheSameByComponentByLayerAndInTheTrace)
{
    ASSERT_EQ(run_lenet({"--trace", "csv"}).status, 0);
    const auto r = result();
    const double total = r.at("energy_j");
    double components = 0, layers = r.at("energy_unattributed_j");
    for (const auto& [name, parts] : r.at("energy_by_component_j").items())
        for (const auto& [category, joules] : parts.items())
            components += joules.get<double>();
    for (const auto& layer : r.at("layers"))
        layers += layer.at("energy_j").get<double>();
    EXPECT_NEAR(components / total, 1.0, 1e-12);
    EXPECT_NEAR(layers / total, 1.0, 1e-12);

    // The trace alone, summed as integers, is the total to the last digit that a double holds.
    imc::Energy::Wide sum = 0;
    std::map<std::string, imc::Energy::Wide> bins, by_component;
    double width_s = 0;
    for (const auto& row : read_csv(dir / "out" / "trace.csv")) {
        sum += quanta(row.at("energy_j"));
        bins[row.at("start_fs")] += quanta(row.at("energy_j"));
        by_component[row.at("component") + "." + row.at("category")] += quanta(row.at("energy_j"));
        width_s = static_cast<double>(std::stoll(row.at("end_fs")) - std::stoll(row.at("start_fs"))) * 1e-15;
    }
    EXPECT_EQ(imc::Energy::from_quanta(sum).joules(), total);
    for (const auto& [name, parts] : r.at("energy_by_component_j").items())
        for (const auto& [category, joules] : parts.items())
            EXPECT_EQ(imc::Energy::from_quanta(by_component[name + "." + category]).joules(), joules)
                << name << category;
    // The highest bin of the trace is the peak power.
    const auto peak = std::ranges::max_element(bins, {}, [](const auto& bin) { return bin.second; });
    EXPECT_NEAR(imc::Energy::from_quanta(peak->second).joules() / width_s / r.at("peak_power_w").get<double>(), 1.0,
                1e-6);
}

TEST_F(Run, LatencyAndUtilisationAreFoldsOfTheSpans)
{
    ASSERT_EQ(run_lenet({"--trace", "csv"}).status, 0);
    const auto r = result();
    std::int64_t last = 0;
    for (const auto& row : read_csv(dir / "out" / "spans.csv"))
        last = std::max({last, std::int64_t{std::stoll(row.at("end_fs"))},
                         row.contains("arrival_end_fs") ? std::int64_t{std::stoll(row.at("arrival_end_fs"))} : 0});
    const double period_fs = 1e15 / r.at("clock_hz").get<double>();
    EXPECT_NEAR(static_cast<double>(last), r.at("cycles").get<double>() * period_fs, 1.5 * period_fs);
}

TEST_F(Run, TracedPacketsTakeTheSameCyclesAlone)
{
    ASSERT_EQ(run_lenet({"--trace", "packets"}).status, 0);
    const auto traced = nlohmann::json::parse(imc::read_file(dir / "out" / "packets.json"));
    const Ended alone = imcsim({"noc", dir / "out/packets.json"});
    ASSERT_EQ(alone.status, 0) << alone.err;
    EXPECT_GT(traced.at("packets").size(), 100u);
    EXPECT_EQ(nlohmann::json::parse(alone.out).at("results"), traced.at("results"));
}

TEST_F(Run, SetReachesIntoNamedFilesAndRefusesWhatIsNotThere)
{
    const Ended typo = run_lenet({"--set", "chip.tiles[0].core.macro.adc.bitz=6"});
    EXPECT_EQ(typo.status, 2);
    EXPECT_THAT(typo.err, HasSubstr("chip.tiles[0].core.macro.adc.bitz: unknown key, did you mean 'bits'?"));
    EXPECT_EQ(run_lenet({"--set", "chip.tiles[0].core.macro.adc.bits=2.7"}).status, 2);
    EXPECT_EQ(run_lenet({"--set", "chip.tiles[7].count=1"}).status, 2);
    EXPECT_EQ(run_lenet({"--set", "network=missing.onnx"}).status, 2);
    EXPECT_EQ(run_lenet({"--set", "seed"}).status, 2);
    EXPECT_EQ(run_lenet({"--trace", "everything"}).status, 2);
    for (const std::string& name : dir.content())
        EXPECT_TRUE(fs::is_directory(dir / name)) << "a refused run leaves no file, but " << name;
}

TEST_F(Run, ANetworkThatDoesNotFitIsStatus1)
{
    const Ended ended =
        run_lenet({"--set", "chip.mesh=[1, 1]", "--set", "network=" + (configs / "networks/vgg16.json").string()});
    EXPECT_EQ(ended.status, 1) << ended.err;
    EXPECT_FALSE(fs::exists(dir / "out/result.json"));
}

TEST_F(Run, OutputThatCannotBeWrittenIsStatus2AndAFullDiskStatus1)
{
    imc::write_file(dir / "file", "");
    const Ended below = run_lenet({}, "file/below");
    EXPECT_EQ(below.status, 2);
    EXPECT_THAT(below.err, HasSubstr("file/below"));
    for (const std::string trace : {"", "csv", "perfetto,vcd", "packets"}) {
        const Ended full =
            run({.words = {imcsim_path(), "run", lenet, "--quiet", "--out", dir / "full", "--trace", trace},
                 .file_size_limit = 1000});
        EXPECT_EQ(full.status, 1) << trace << full.err;
        EXPECT_FALSE(fs::exists(dir / "full/result.json")) << trace;
        for (const std::string& name : dir.content())
            EXPECT_EQ(name.find(".partial"), std::string::npos) << name;
    }
}

TEST_F(Run, SweepRunsEveryPointAndResumesWhatIsMissing)
{
    imc::write_file(dir / "s.json", R"({"schema": "imcsim.sweep/1", "experiment": ")" + lenet +
                                        R"(", "grid": ["chip.tiles[0].core.macro.adc.bits=[6, 8]", "seed=[1]"]})");
    const auto sweep = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"sweep", dir / "s.json", "--out", dir / "out"});
        return imcsim(more);
    };
    const Ended first = sweep({"--jobs", "2"});
    ASSERT_EQ(first.status, 0) << first.err;
    const std::string csv = imc::read_file(dir / "out" / "sweep.csv"), svg = imc::read_file(dir / "out" / "sweep.svg");
    const auto rows = read_csv(dir / "out" / "sweep.csv");
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_LT(std::stod(rows[0].at("energy_j")), std::stod(rows[1].at("energy_j"))) << "6 bits cost less than 8";
    EXPECT_EQ(result("out/000").at("energy_j"), std::stod(rows[0].at("energy_j")));

    fs::remove_all(dir / "out/001");
    const auto kept = fs::last_write_time(dir / "out/000/result.json");
    const Ended again = sweep({"--resume", "--jobs", "1"});
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_THAT(again.err, HasSubstr("2 points, 1 run now"));
    EXPECT_EQ(fs::last_write_time(dir / "out/000/result.json"), kept);
    EXPECT_EQ(imc::read_file(dir / "out" / "sweep.csv"), csv);
    EXPECT_EQ(imc::read_file(dir / "out" / "sweep.svg"), svg);
    EXPECT_THAT(sweep({"--resume", "--set", "set=[\"seed=2\"]"}).err, HasSubstr("2 points, 2 run now"));
}

TEST_F(Run, SweepNamesThePointsThatFail)
{
    imc::write_file(dir / "s.json",
                    R"({"schema": "imcsim.sweep/1", "experiment": ")" + lenet + R"(", "grid": ["seed=[1, -1]"]})");
    const Ended ended = imcsim({"sweep", dir / "s.json", "--out", dir / "out"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, HasSubstr("1 of 2 points failed; point 001: exit status 2"));
    EXPECT_THAT(imc::read_file(dir / "out" / "sweep.csv"), HasSubstr("\n001,-1,"));
}

TEST_F(Run, RegressFindsWhatMovedAndBlessesIt)
{
    imc::write_file(dir / "lenet.json", R"({"schema": "imcsim.experiment/1", "network": ")" +
                                            (configs / "networks/lenet5.json").string() + R"(", "chip": ")" +
                                            (configs / "chips/isaac_rram.json").string() + R"("})");
    const Ended unknown = imcsim({"regress", dir.path()});
    EXPECT_EQ(unknown.status, 1);
    EXPECT_THAT(unknown.out, HasSubstr("no stored result"));
    EXPECT_EQ(imcsim({"regress", dir.path(), "--bless"}).status, 0);
    EXPECT_EQ(imcsim({"regress", dir.path()}).status, 0);

    auto stored = nlohmann::ordered_json::parse(imc::read_file(dir / "lenet.result.json"));
    stored["layers"][1]["end_cycle"] = 7;
    imc::write_file(dir / "lenet.result.json", stored.dump(2) + "\n");
    const Ended moved = imcsim({"regress", dir.path(), "--json"});
    EXPECT_EQ(moved.status, 1);
    const auto report = nlohmann::json::parse(moved.out).at("experiments").at(0);
    EXPECT_EQ(report.at("state"), "moved");
    ASSERT_EQ(report.at("moved").size(), 1u);
    EXPECT_EQ(report.at("moved")[0].at("path"), "layers[1].end_cycle");
    EXPECT_EQ(report.at("moved")[0].at("stored"), "7");

    imc::write_file(dir / "broken.json", R"({"schema": "imcsim.experiment/1"})");
    const Ended failed = imcsim({"regress", dir.path()});
    EXPECT_EQ(failed.status, 1);
    EXPECT_THAT(failed.out, HasSubstr("exit status 2"));
    EXPECT_EQ(imcsim({"regress", dir / "nowhere"}).status, 2);
}

TEST_F(Run, ReportShowsARealRun)
{
    ASSERT_EQ(run_lenet({"--trace", "csv"}).status, 0);
    ASSERT_EQ(imcsim({"report", dir / "out"}).status, 0);
    const std::string html = imc::read_file(dir / "out" / "report.html");
    for (const auto& layer : result().at("layers"))
        EXPECT_THAT(html, HasSubstr(layer.at("name").get<std::string>()));
    EXPECT_THAT(html, HasSubstr("power over time"));
}

/// Networks that no shipped one is like.
class OddNetwork : public Run
{
protected:
    /// Runs a network of such layers on an image of 3 × 8 × 8.
    Ended run_layers(const std::string& layers, std::vector<std::string> more = {})
    {
        std::ofstream(dir / "net.json") << R"({"schema": "imcsim.network/1", "name": "odd",
            "input": {"name": "x", "shape": [1, 3, 8, 8]}, "layers": [)" +
                                               layers + "]}";
        more.insert(more.begin(), {"--set", "network=" + (dir / "net.json").string()});
        return run_lenet(more);
    }
};

TEST_F(OddNetwork, WindowsOfPaddingAloneWaitForTheirInference)
{
    const std::string layers = R"({"op": "conv", "filters": 8, "kernel": [1], "pad": [2]})";
    for (const char* rung : {"dependency", "flit"}) {
        const Ended ended = run_layers(layers, {"--set", std::string("run.fidelity=") + rung});
        ASSERT_EQ(ended.status, 0) << ended.err;
        EXPECT_GE(result()["interval_cycles"], result()["lower_bounds_cycles"]["tiles"]);
    }
}

TEST_F(OddNetwork, WithoutArraysHasNothingToCopy)
{
    const Ended ended =
        run_layers(R"({"op": "max_pool", "kernel": [2], "stride": [2]})", {"--set", "mapping.replication=balanced"});
    EXPECT_EQ(ended.status, 0) << ended.err;
}

TEST_F(OddNetwork, PowerIsHighestNowhereBelowItsMean)
{
    const Ended ended = run_layers(R"({"op": "conv", "filters": 4, "kernel": [8]})", {"--set", "run.power_bin_ns=1e6"});
    ASSERT_EQ(ended.status, 0) << ended.err;
    EXPECT_GE(result()["peak_power_w"], result()["average_power_w"]);
}

TEST_F(OddNetwork, NamesMayHoldAnything)
{
    const Ended ended =
        run_layers(R"({"op": "conv", "name": "a b,\"c\"\n$end", "filters": 4, "kernel": [3]})", {"--trace", "vcd,csv"});
    ASSERT_EQ(ended.status, 0) << ended.err;
    const Ended report = imcsim({"report", dir / "out", "--out", dir / "page.html"});
    EXPECT_EQ(report.status, 0) << report.err;
    const std::string vcd = imc::read_file(dir / "out/trace.vcd");
    EXPECT_THAT(vcd, HasSubstr("_end"));
    EXPECT_THAT(vcd, Not(HasSubstr("a b")));
}

TEST_F(Run, AFewInferencesAreNoFasterThanTheSlowestResource)
{
    const Ended ended = imcsim({"run", configs / "experiments/resnet20_sram.json", "--out", dir / "out", "--quiet",
                                "--set", "run.steady_state=false", "--set", "run.inferences=3"});
    ASSERT_EQ(ended.status, 0) << ended.err;
    EXPECT_GE(result()["interval_cycles"], result()["lower_bounds_cycles"]["tiles"]);
}

} // namespace
