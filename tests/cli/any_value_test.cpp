#include <array>
#include <cmath>
#include <regex>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "tests/cli/process.h"

using namespace imc::test;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

namespace
{

/// A number that `imcsim describe` documents, with its range.
struct Number {
    std::string path;
    bool whole = false;
    double least = 0, most = 0;
};

std::vector<Number> documented_numbers()
{
    const Ended table = imcsim({"describe", "experiment"});
    const std::regex row(R"(^\| `([^`]+)` \| (integer|number) \| [^|]* \| (\S+) … (\S+) \|.*)");
    std::vector<Number> numbers;
    std::istringstream lines(table.out);
    for (std::string line; std::getline(lines, line);) {
        std::smatch part;
        if (!std::regex_match(line, part, row))
            continue;
        std::string path = std::regex_replace(part[1].str(), std::regex(R"(\[\])"), "[0]");
        // Sizes of the work rather than of the chip, and values that are not used without an accuracy section.
        if (!path.starts_with("run.") && !path.starts_with("accuracy"))
            numbers.push_back({path, part[2] == "integer", std::stod(part[3]), std::stod(part[4])});
    }
    return numbers;
}

/// Evenly over the orders of magnitude, now and then an end of the range.
double draw(const Number& number, imc::RandomStream& random)
{
    const std::uint64_t end = random.below(8);
    double value = end == 0 ? number.least : number.most;
    if (end > 1) {
        const double low = std::log(std::max(number.least, 1e-6)), high = std::log(std::max(number.most, 1e-6));
        value = std::exp(low + (high - low) * random.uniform());
    }
    return number.whole ? std::round(value) : value;
}

TEST(AnyValue, InItsRangeIsSimulatedOrRefusedWithAReason)
{
    const std::vector<Number> numbers = documented_numbers();
    ASSERT_GT(numbers.size(), 150U) << "the table of imcsim describe was not understood";
    imc::RandomStream random(1, "any value");
    const std::filesystem::path experiments = std::filesystem::path(IMC_SOURCE_DIR) / "configs" / "experiments";
    TemporaryDirectory dir;
    int simulated = 0;
    for (int i = 0; i < 90; ++i) {
        const char* chip = std::array{"rram", "pcm", "sram"}[random.below(3)];
        const Number& number = numbers[random.below(numbers.size())];
        const std::string setting = fmt::format("{}={}", number.path, draw(number, random));
        const Ended ended = imcsim({"run", (experiments / fmt::format("lenet5_{}.json", chip)).string(), "--out",
                                    (dir / "out").string(), "--set", setting});
        EXPECT_THAT(ended.status, AnyOf(0, 1, 2)) << chip << ", " << setting << ": " << ended.err;
        EXPECT_THAT(ended.err, Not(HasSubstr("internal error"))) << chip << ", " << setting;
        simulated += ended.status == 0;
    }
    EXPECT_GT(simulated, 60);
}

TEST(AnyValue, RoutersWithMorePortsThanCanBeSimulatedAreRefusedByName)
{
    const std::string experiment =
        (std::filesystem::path(IMC_SOURCE_DIR) / "configs" / "experiments" / "lenet5_rram.json").string();
    const Ended tiles = imcsim({"map", experiment, "--set", "chip.noc.tiles_per_router=12"});
    EXPECT_EQ(tiles.status, 2);
    EXPECT_THAT(tiles.err, HasSubstr("chip.noc: its routers must have at most 16 ports"));
    EXPECT_EQ(imcsim({"map", experiment, "--set", "chip.noc.tiles_per_router=11"}).status, 0);
    TemporaryDirectory dir;
    const Ended mesh = imcsim({"run", experiment, "--out", (dir / "out").string(), "--set", "chip.mesh=[4096,4096]"});
    EXPECT_EQ(mesh.status, 2);
    EXPECT_THAT(mesh.err, HasSubstr("chip.mesh: 4096 x 4096 routers: the mesh must have"));
}

} // namespace
