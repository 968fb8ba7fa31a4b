#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "sim/base/random.h"
#include "sim/cli/commands.h"
#include "tests/cli/process.h"

using namespace imc::test;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
namespace fs = std::filesystem;

namespace
{

const fs::path configs = fs::path(IMC_SOURCE_DIR) / "configs";

/// The commands that take a file, and one that they accept (as text); relative names in it are not needed
/// to see that it is broken.
const std::map<std::string, std::string>& samples()
{
    static const std::string device = imc::read_file(configs / "devices" / "rram_milo.json");
    static const std::map<std::string, std::string> texts = {
        {"import", imc::read_file(configs / "networks" / "lenet5.json")},
        {"check", imc::read_file(configs / "networks" / "lenet5.json")},
        {"device", R"({"device": )" + device + R"(, "target_siemens": [1e-4], "samples": 10})"},
        {"crossbar", R"({"conductance_siemens": [[1e-5, 2e-5]], "voltage_v": [[0.2]], "wire_resistance_ohm": 1,
                         "source_resistance_ohm": 1, "sense_resistance_ohm": 1, "access_resistance_ohm": 1})"},
        {"noc", R"({"mesh": [2, 2], "packets": [[0, 0, 3, 4], [5, 1, 2, 1]]})"},
        {"sweep", R"({"schema": "imcsim.sweep/1", "experiment": "missing.json", "grid": ["a=[1]"]})"},
    };
    return texts;
}

class BadInput : public ::testing::Test
{
protected:
    TemporaryDirectory dir;

    /// Expects an error message and status 2, with nothing on standard output and no file left behind.
    void expect_refusal(const std::string& command, const std::string& text)
    {
        imc::write_file(dir / "input.json", text);
        const Ended ended = imcsim({command, "input.json"}, dir.path());
        EXPECT_EQ(ended.status, 2) << command << " took\n" << text.substr(0, 300) << "\n" << ended.err;
        EXPECT_THAT(ended.out, IsEmpty()) << command;
        EXPECT_THAT(ended.err, StartsWith("imcsim")) << command;
        EXPECT_THAT(ended.err, HasSubstr("input.json")) << command;
        EXPECT_LE(std::ranges::count(ended.err, '\n'), 2) << "one message: " << ended.err;
        EXPECT_EQ(dir.content(), std::vector<std::string>{"input.json"}) << command;
    }
};

TEST_F(BadInput, CommandsTakeTheirSamples)
{
    for (const auto& [command, text] : samples()) {
        imc::write_file(dir / "input.json", text);
        const Ended ended = imcsim({command, "input.json"}, dir.path());
        EXPECT_EQ(ended.status, command == "sweep" ? 2 : 0) << command << ended.err;
    }
}

TEST_F(BadInput, TruncatedFilesAreRefused)
{
    for (const auto& [command, text] : samples())
        for (std::size_t part = 0; part < 8; ++part)
            expect_refusal(command, text.substr(0, part * (text.find_last_of('}') - 1) / 7));
}

TEST_F(BadInput, RandomBytesAreRefused)
{
    imc::RandomStream random(1, "bytes");
    for (const auto& [command, text] : samples()) {
        std::string noise(1 + random.below(5000), ' ');
        for (char& c : noise)
            c = static_cast<char>(random.below(256));
        expect_refusal(command, noise);
        std::string digits(3000, '7'); // a number too large for anything
        expect_refusal(command, digits);
    }
}

TEST_F(BadInput, DamagedFilesNeverCrashACommand)
{
    imc::RandomStream random(2, "damage");
    for (const auto& [command, text] : samples())
        for (int i = 0; i < 12; ++i) {
            std::string damaged = text;
            for (int k = 0; k < 3; ++k)
                damaged[random.below(damaged.size())] = "{}[]\",:0-9.e\\ntrue"[random.below(18)];
            imc::write_file(dir / "input.json", damaged);
            const Ended ended = imcsim({command, "input.json"}, dir.path());
            EXPECT_THAT(ended.status, AnyOf(0, 1, 2)) << command << " took\n" << damaged;
            EXPECT_EQ(ended.status == 0, ended.err.empty()) << command << "\n" << ended.err;
        }
}

TEST_F(BadInput, FilesThatCannotBeReadAreRefused)
{
    fs::create_directory(dir / "folder");
    for (const auto& [command, text] : samples())
        for (const char* name : {"missing.json", "folder", "", "folder/below/missing.json"}) {
            const Ended ended = imcsim({command, name}, dir.path());
            EXPECT_EQ(ended.status, 2) << command << " '" << name << "'" << ended.err;
            EXPECT_THAT(ended.out, IsEmpty());
        }
}

TEST_F(BadInput, ATableThatIsNoFileIsRefusedWithTheKeyThatNamesIt)
{
    for (const char* table : {"", ".", "missing.csv"}) {
        imc::write_file(dir / "c.json",
                        std::string(R"({"conductance_siemens": ")") + table + R"(", "voltage_v": [[0.2]]})");
        const Ended ended = imcsim({"crossbar", "c.json"}, dir.path());
        EXPECT_EQ(ended.status, 2);
        EXPECT_THAT(ended.err, HasSubstr("c.json: conductance_siemens: ")) << table;
    }
}

TEST_F(BadInput, CostsThatCannotBeCountedAreTheUsersNotAnInternalError)
{
    const std::string experiment = (configs / "experiments" / "lenet5_rram.json").string(),
                      driver = "chip.tiles[0].core.macro.driver.";
    for (const auto& [supply, message] :
         {std::pair("1e-300", "driver.user.supply_v: must be 0, or 0.2 … 5 V, got 1e-300"),
          std::pair("0.2", "chip: dac.drive: takes 0.02025 J per event by the model 'user'")}) {
        const Ended ended = imcsim({"run", experiment, "--quiet", "--set", driver + "model=user", "--set",
                                    driver + "user.energy_pj=1e9", "--set", driver + "user.supply_v=" + supply},
                                   dir.path());
        EXPECT_EQ(ended.status, 2);
        EXPECT_THAT(ended.err, HasSubstr(message));
    }
}

TEST_F(BadInput, OutputThatCannotBeWrittenIsRefusedBeforeOrAfterTheWork)
{
    for (const std::string command : {"import", "device", "crossbar"}) {
        imc::write_file(dir / "input.json", samples().at(command));
        const Ended ended = imcsim({command, "input.json", "--out", "no/such/folder/out.json"}, dir.path());
        EXPECT_EQ(ended.status, 2) << command;
        EXPECT_THAT(ended.err, HasSubstr("no/such/folder/out.json")) << command;
    }
}

TEST_F(BadInput, AFullDiskIsStatus1AndLeavesNoHalfFile)
{
    for (const std::string command : {"import", "device"}) {
        imc::write_file(dir / "input.json", samples().at(command));
        const Ended ended = run({.words = {imcsim_path(), command, "input.json", "--out", "out.json"},
                                 .directory = dir.path(),
                                 .file_size_limit = 16});
        EXPECT_EQ(ended.status, 1) << command << ended.err;
        EXPECT_THAT(ended.err, HasSubstr("out.json: cannot be written")) << command;
        EXPECT_EQ(dir.content(), std::vector<std::string>{"input.json"}) << command;
    }
}

} // namespace
