#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/cli/process.h"

using namespace imc;
using imc::test::Ended;
using imc::test::imcsim;
using imc::test::TemporaryDirectory;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

namespace
{

/// LeNet-5 on a shipped chip, simulated into `run`.
class StoredRunFiles : public ::testing::Test
{
protected:
    TemporaryDirectory dir;
    const fs::path run = dir / "run";

    StoredRunFiles()
    {
        const fs::path experiment = fs::path(IMC_SOURCE_DIR) / "configs/experiments/lenet5_rram.json";
        const Ended ended = imcsim({"run", experiment.string(), "--quiet", "--out", run.string()});
        EXPECT_EQ(ended.status, 0) << ended.err;
    }

    Ended recost(const std::vector<std::string>& words)
    {
        std::vector<std::string> all = {"recost", "--json", "--costs", "own"};
        all.insert(all.end(), words.begin(), words.end());
        return imcsim(all, dir.path());
    }
};

TEST_F(StoredRunFiles, MayBeBelowADirectoryThatIsNamed)
{
    const auto names = [&](const std::vector<std::string>& words) {
        const Ended ended = recost(words);
        EXPECT_EQ(ended.status, 0) << ended.err;
        const json all = json::parse(ended.out);
        std::vector<std::string> runs;
        for (const json& priced : all["runs"])
            runs.push_back(priced["run"]);
        return runs;
    };
    for (const char* name : {"sweep/002", "sweep/000", "sweep/001", "work/b/1", "work/a", "run/inside"}) {
        fs::create_directories((dir / name).parent_path());
        fs::copy(run, dir / name);
    }
    write_file(dir / "sweep/sweep.csv", "point\n");
    fs::create_directory(dir / "work/c");
    fs::create_directory_symlink("..", dir / "work/d");
    fs::create_directory_symlink("../../run", dir / "work/c/link");
    EXPECT_THAT(names({"sweep"}), ElementsAre("sweep/000", "sweep/001", "sweep/002"));
    EXPECT_THAT(names({"work"}), ElementsAre("work/a", "work/b/1", "work/c/link"));
    EXPECT_THAT(names({"sweep/001", "run", "work/b"}), ElementsAre("sweep/001", "run", "work/b/1"));
    fs::remove(dir / "work/a/resolved.json");
    const Ended ended = recost({"work"});
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, HasSubstr("work/a: is not the directory of a run: it needs result.json and resolved.json"));
    EXPECT_THAT(imcsim({"recost", "--help"}).out, HasSubstr("holds such directories"));
}

TEST_F(StoredRunFiles, NameValuesThatAreNoCountsOrNumbers)
{
    const json result = json::parse(read_file(run / "result.json"));
    // `got` stands in place of the value at `pointer`, as it is: not all of it is JSON.
    const auto refused = [&](const std::string& pointer, const std::string& got, const std::string& path,
                             const std::string& expected) {
        json changed = result;
        changed.at(json::json_pointer(pointer)) = "<here>";
        std::string text = changed.dump();
        text.replace(text.find("\"<here>\""), 8, got);
        write_file(run / "result.json", text);
        const Ended ended = recost({"run"});
        EXPECT_EQ(ended.status, 2) << ended.err;
        EXPECT_THAT(ended.out, IsEmpty());
        EXPECT_EQ(ended.err, "imcsim: run/result.json: " + path + ": must be " + expected + ", got " + got + "\n");
    };
    const std::string count = "an integer in [0, 9223372036854775807]";
    const std::string number = "a finite number of at least 0";
    const std::string value = "a value of JSON, whose numbers are finite";
    for (const char* got : {"\"12\"", "9223372036854775808", "1e+30", "-1", "2.5", "null", "NaN"}) {
        refused("/ledger/3/count", got, "ledger[3].count", count);
        if (got != std::string("NaN")) {
            refused("/cycles", got, "cycles", count);
            refused("/power_states/macros/wakes", got, "power_states.macros.wakes", count);
        }
    }
    for (const char* got : {"\"1\"", "-1", "[]"}) {
        refused("/ledger/0/unit_energy_j", got, "ledger[0].unit_energy_j", number);
        refused("/leakage/0/power_w", got, "leakage[0].power_w", number);
        refused("/clock_hz", got, "clock_hz", number);
    }
    for (const char* got : {"NaN", "Infinity", "-Infinity", "1e999"}) {
        refused("/ledger/0/unit_energy_j", got, "ledger[0].unit_energy_j", number);
        refused("/leakage/0/power_w", got, "leakage[0].power_w", value);
        refused("/power_states/macros/steady/wakes", got, "power_states.macros.steady.wakes", value);
        refused("/energy_j", got, "energy_j", value);
    }
    refused("/power_states/macros/gates", "1", "power_states.macros.gates", "true or false");
    refused("/leakage/0/component", "1", "leakage[0].component", "a string");
    write_file(run / "result.json", result.dump());
    EXPECT_EQ(recost({"run"}).status, 0);
    write_file(run / "result.json", result.dump() + std::string(1, '\0'));
    EXPECT_EQ(recost({"run"}).status, 2) << "nothing stands behind JSON";
}

} // namespace
