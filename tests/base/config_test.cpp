#include "sim/base/config/describe.h"
#include "sim/base/config/document.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/random.h"

using namespace imc;
using config::Document;
using config::Presence;
using config::Visitor;
using testing::HasSubstr;

namespace
{

enum class Kind { sar, flash };
constexpr config::Choice<Kind> kinds[] = {{"sar", Kind::sar, "successive approximation"},
                                          {"flash", Kind::flash, "one comparator per level"}};

struct Converter {
    int bits = 8;
    double settling_s = 0.5e-9;
    Kind kind = Kind::sar;
    void fields(Visitor& v)
    {
        v.integer("bits", bits, {1, 16}, unit::bits, "resolution");
        v.real("settling_ns", settling_s, {0, 100}, unit::nanoseconds, "settling time");
        v.choice("kind", kind, kinds, "architecture");
    }
    void check(const config::Place& place) const
    {
        if (kind == Kind::flash && bits > 6)
            place.fail("bits", "a flash converter has at most 6");
    }
};

struct Tile {
    unsigned count = 1;
    Converter adc;
    std::vector<double> points_s;
    void fields(Visitor& v)
    {
        v.integer("count", count, {1, 1000}, unit::none, "how many");
        v.section("adc", adc, "converter");
        v.reals("points_ns", points_s, {0, 10}, unit::nanoseconds, "points");
    }
};

struct Chip {
    std::string name;
    std::vector<Tile> tiles;
    std::optional<Converter> spare;
    std::filesystem::path network;
    void fields(Visitor& v)
    {
        v.text("name", name, "what it is called", Presence::required);
        v.list("tiles", tiles, "tile types");
        v.section("spare", spare, "optional converter");
        v.path("network", network, "a file");
    }
};

std::string error_of(const std::string& text)
{
    try {
        Document::parse(text, "chip.json").read<Chip>();
    } catch (const ConfigError& e) {
        return e.what();
    }
    return "no error";
}

TEST(Config, ReadsNestedListsInSiUnits)
{
    const auto chip =
        Document::parse(R"({"name":"a","tiles":[{"count":3,"adc":{"bits":6,"settling_ns":2}},{}]})", "d/c.json")
            .read<Chip>();
    ASSERT_EQ(chip.tiles.size(), 2u);
    EXPECT_EQ(chip.tiles[0].count, 3u);
    EXPECT_EQ(chip.tiles[0].adc.bits, 6);
    EXPECT_DOUBLE_EQ(chip.tiles[0].adc.settling_s, 2e-9);
    EXPECT_EQ(chip.tiles[1].adc.bits, 8);
    EXPECT_FALSE(chip.spare);
}

TEST(Units, AWholeNumberOfASmallUnitIsTheDoubleThatTheDecimalMeans)
{
    for (const auto& [unit, exponent] : {std::pair{unit::microsiemens, "e-6"},
                                         {unit::nanoseconds, "e-9"},
                                         {unit::picojoules, "e-12"},
                                         {unit::femtofarads, "e-15"},
                                         {unit::gigahertz, "e9"}})
        for (int n = 1; n < 1000; ++n)
            ASSERT_EQ(to_si(n, unit), std::strtod((std::to_string(n) + exponent).c_str(), nullptr)) << n << exponent;
}

TEST(Config, NamesTheFullPathOfAnUnknownKeyAndSuggestsTheNearest)
{
    EXPECT_EQ(error_of(R"({"name":"a","tiles":[{"adc":{"bitz":8}}]})"),
              "chip.json: tiles[0].adc.bitz: unknown key, did you mean 'bits'?");
}

TEST(Config, RejectsWhatIsNotAnIntegerOrACount)
{
    EXPECT_EQ(error_of(R"({"name":"a","tiles":[{"count":2.7}]})"),
              "chip.json: tiles[0].count: must be an integer in [1, 1000], got 2.7");
    EXPECT_EQ(error_of(R"({"name":"a","tiles":[{"count":-1}]})"),
              "chip.json: tiles[0].count: must be an integer in [1, 1000], got -1");
    EXPECT_THAT(error_of(R"({"name":"a","tiles":[{"count":18446744073709551615}]})"), HasSubstr("must be an integer"));
    EXPECT_THAT(error_of(R"({"name":"a","tiles":[{"count":true}]})"), HasSubstr("must be an integer"));
}

TEST(Config, RejectsRealsOutsideTheRangeInTheUsersUnit)
{
    EXPECT_EQ(error_of(R"({"name":"a","tiles":[{"points_ns":[1,11]}]})"),
              "chip.json: tiles[0].points_ns[1]: must be a number in [0, 10], got 11");
}

TEST(Config, SuggestsTheNearestChoice)
{
    EXPECT_EQ(error_of(R"({"name":"a","spare":{"kind":"flas"}})"),
              "chip.json: spare.kind: must be one of 'sar', 'flash', got \"flas\", did you mean 'flash'?");
}

TEST(Config, ReportsAnUnknownKeyBeforeWhatItsAbsenceLeadsTo)
{
    EXPECT_EQ(error_of(R"({"name":"a","spare":{"kind":"flash","bitz":4}})"),
              "chip.json: spare.bitz: unknown key, did you mean 'bits'?");
}

TEST(Config, RunsTheStructsOwnCheckAtItsPlace)
{
    EXPECT_EQ(error_of(R"({"name":"a","spare":{"kind":"flash"}})"),
              "chip.json: spare.bits: a flash converter has at most 6");
}

TEST(Config, MissesARequiredKey) { EXPECT_EQ(error_of("{}"), "chip.json: name: is missing and has no default"); }

TEST(Config, RefusesTextThatIsNotJson)
{
    EXPECT_EQ(error_of("{\n  \"name\": }"), "chip.json: line 2, column 11: not valid JSON");
    EXPECT_EQ(error_of(""), "chip.json: is empty, expected JSON");
    EXPECT_EQ(error_of(R"({"name":"a","name":"b"})"), "chip.json: key 'name' is given twice");
    EXPECT_THAT(error_of("[1]"), HasSubstr("must be an object"));
    EXPECT_THAT(error_of(std::string(100000, '[')), HasSubstr("nested deeper"));
}

TEST(Config, SetReachesIntoNamedFilesByTheSamePath)
{
    const auto dir = std::filesystem::temp_directory_path() / ("imc_config_" + std::to_string(::getpid()));
    std::filesystem::create_directories(dir / "sub");
    std::ofstream(dir / "top.json") << R"({"name":"a","network":"sub/n.onnx","tiles":[{"adc":"sub/adc.json"}]})";
    std::ofstream(dir / "sub" / "adc.json") << R"({"bits":5,"kindd":"sar"})";

    auto document = Document::load(dir / "top.json");
    try {
        document.read<Chip>();
        ADD_FAILURE() << "the unknown key was accepted";
    } catch (const ConfigError& e) {
        EXPECT_EQ(e.what(),
                  (dir / "sub" / "adc.json").string() + ": tiles[0].adc.kindd: unknown key, did you mean 'kind'?");
    }

    std::ofstream(dir / "sub" / "adc.json") << R"({"bits":5})";
    document = Document::load(dir / "top.json");
    document.set("tiles[0].adc.settling_ns=3");
    const auto chip = document.read<Chip>();
    EXPECT_EQ(chip.tiles[0].adc.bits, 5);
    EXPECT_DOUBLE_EQ(chip.tiles[0].adc.settling_s, 3e-9);
    EXPECT_EQ(chip.network, dir / "sub" / "n.onnx");

    document.set("tiles[0].adc.bits=99");
    try {
        document.read<Chip>();
        ADD_FAILURE() << "a value out of range was accepted";
    } catch (const ConfigError& e) {
        EXPECT_EQ(std::string(e.what()), "--set: tiles[0].adc.bits: must be an integer in [1, 16], got 99");
    }
    EXPECT_THROW(document.set("tiles[7].count=1"), ConfigError);
    EXPECT_THROW(document.set("nonsense"), ConfigError);
    document.set("tiles[0].adc={}");
    document.set("tiles[0].adcs.bits=9", "top.json: set[1]");
    try {
        document.read<Chip>();
        ADD_FAILURE() << "an unknown key was accepted";
    } catch (const ConfigError& e) {
        EXPECT_EQ(std::string(e.what()), "top.json: set[1]: tiles[0].adcs: unknown key, did you mean 'adc'?");
    }
    std::filesystem::remove_all(dir);
}

TEST(Config, NothingStandsBehindJson)
{
    using namespace std::string_literals;
    EXPECT_EQ(config::parse_json("{}\n", "f.json"), nlohmann::json::object());
    for (const auto& [text, where] : {std::pair{"{\"a\": 1}\0"s, "line 1, column 9"},
                                      {"{\"a\": 1}\n\0{}"s, "line 2, column 1"},
                                      {"{\"a\0"s, "line 1, column 4"},
                                      {"{}}"s, "line 1, column 3"}}) {
        try {
            (void)config::parse_json(text, "f.json");
            ADD_FAILURE() << text;
        } catch (const ConfigError& e) {
            EXPECT_EQ(std::string(e.what()), "f.json: "s + where + ": not valid JSON");
        }
    }
}

TEST(Config, DumpReadsBackToTheSameValues)
{
    auto chip =
        Document::parse(R"({"name":"a","tiles":[{"adc":{"settling_ns":0.1},"points_ns":[0.3,1.7]}],"spare":{}})", "c")
            .read<Chip>();
    const std::string text = config::dump(config::fields_of(chip)).dump();
    auto again = Document::parse(text, "again").read<Chip>();
    EXPECT_EQ(again.tiles[0].adc.settling_s, chip.tiles[0].adc.settling_s);
    EXPECT_EQ(again.tiles[0].points_s, chip.tiles[0].points_s);
    EXPECT_EQ(config::dump(config::fields_of(again)).dump(), text);
    EXPECT_THAT(text, HasSubstr("\"settling_ns\":0.1,"));
}

TEST(Config, DumpReadsBackToTheSameDoubleWhateverItsDigits)
{
    struct Reals {
        std::vector<double> conductance, time, charge, rate;
        void fields(Visitor& v)
        {
            v.reals("conductance_us", conductance, {0, 1000}, unit::microsiemens, "small units are divided");
            v.reals("time_ns", time, {0, 1000}, unit::nanoseconds, "by a power of ten");
            v.reals("charge_ff", charge, {0, 1000}, unit::femtofarads, "that is exact");
            v.reals("rate_gsps", rate, {0, 1000}, unit::gigahertz, "large ones are multiplied");
        }
    };
    RandomStream random(3, "reals");
    nlohmann::json given;
    for (const char* key : {"conductance_us", "time_ns", "charge_ff", "rate_gsps"})
        for (int i = 0; i < 2000; ++i)
            given[key].push_back(1000 * random.uniform());
    auto reals = Document::parse(given.dump(), "reals.json").read<Reals>();
    const auto again = Document::parse(config::dump(config::fields_of(reals)).dump(), "dump.json").read<Reals>();
    EXPECT_EQ(again.conductance, reals.conductance);
    EXPECT_EQ(again.time, reals.time);
    EXPECT_EQ(again.charge, reals.charge);
    EXPECT_EQ(again.rate, reals.rate);
}

TEST(Config, DescribesEveryKeyOnce)
{
    Chip chip;
    const std::string table = config::markdown(config::fields_of(chip));
    EXPECT_THAT(table, HasSubstr("| `tiles[].adc.settling_ns` | number | `0.5` | 0 … 100 | ns | settling time |"));
    const auto schema = config::json_schema(config::fields_of(chip), "chip");
    EXPECT_EQ(schema["properties"]["tiles"]["items"]["properties"]["count"]["maximum"], 1000);
    EXPECT_EQ(schema["required"][0], "name");
}

} // namespace
