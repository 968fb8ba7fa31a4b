#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/cli/process.h"

using namespace imc::test;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

namespace
{

const fs::path configs = fs::path(IMC_SOURCE_DIR) / "configs";

/// The case of a 64 x 64 SRAM macro with one free parameter, far from its macro's file.
class CaseFile : public ::testing::Test
{
protected:
    TemporaryDirectory dir;
    json content = json::parse(imc::read_file(configs / "validation/sinangil_7nm.json"));

    CaseFile() { content["macro"] = configs / "macros/sinangil_sram_7nm.json"; }

    Ended validate()
    {
        imc::write_file(dir / "case.json", content.dump());
        return imcsim({"validate", "case.json", "--json"}, dir.path());
    }

    /// Expects status 2 and a message that begins so and holds `why`.
    void expect_refusal(const std::string& place, const std::string& why)
    {
        const Ended ended = validate();
        EXPECT_EQ(ended.status, 2) << ended.err;
        EXPECT_THAT(ended.out, IsEmpty());
        EXPECT_THAT(ended.err, ::testing::StartsWith("imcsim: " + place + ": ")) << why;
        EXPECT_THAT(ended.err, HasSubstr(why));
    }
};

TEST_F(CaseFile, MayHoldItsMacroOrChipItself)
{
    const Ended named = validate();
    ASSERT_EQ(named.status, 0) << named.err;
    content["macro"] = json::parse(imc::read_file(content["macro"].get<std::string>()));
    const Ended held = validate();
    EXPECT_EQ(held.err, "");
    EXPECT_EQ(held.out, named.out);

    content = json::parse(imc::read_file(configs / "validation/isaac_32nm_chip.json"));
    const fs::path chip = configs / "chips/isaac_rram.json";
    content["chip"] = chip;
    const Ended of_file = validate();
    ASSERT_EQ(of_file.status, 0) << of_file.err;
    content["chip"] = json::parse(imc::read_file(chip));
    for (json& tile : content["chip"]["tiles"])
        if (tile.is_string())
            tile = (chip.parent_path() / tile.get<std::string>()).string();
    EXPECT_EQ(validate().out, of_file.out);
}

TEST_F(CaseFile, SaysWhichKeyNamesAMacroOrChipThatIsMissing)
{
    content["macro"] = "none.json";
    expect_refusal("case.json: macro", "none.json: cannot be read");
    EXPECT_EQ(imcsim({"check", (dir / "case.json").string()}).status, 2);
    content["macro"] = 5;
    expect_refusal("case.json: macro", "must be an object, got 5");
    content.erase("macro");
    expect_refusal("case.json: macro", "either macro or chip is required");
    content["chip"] = dir.path();
    expect_refusal("case.json: chip", "not a regular file");
}

TEST_F(CaseFile, SaysWhichChangeOfWhichPointCannotBe)
{
    const auto set = [&](const std::string& assignment, const std::string& place, const std::string& why) {
        content["points"][2]["set"] = {"supply_v=0.8", assignment};
        expect_refusal("case.json: points[2]" + place, why);
    };
    set("supply_v", ".set[1]", "expected PATH=VALUE");
    set("=1", ".set[1]", "expected PATH=VALUE");
    set("supply=1", ".set[1]", "macro.supply: unknown key, did you mean 'supply_v'?");
    set("adcx.bits=1", ".set[1]", "macro.adcx: unknown key");
    set("supply_v=-1", ".set[1]", "macro.supply_v: must be a number in [0.2, 5], got -1");
    set("supply_v.x=1", ".set[1]", "macro.supply_v.x is a number");
    set("cell=none.json", ".set[1]", "names a file that fails: none.json");
    set("merged_columns=7", "", "merged_columns: must divide columns = 64, got 7");
}

TEST_F(CaseFile, SaysWhichFreeParameterCannotBe)
{
    const auto free = [&](const std::string& path, const std::string& why) {
        content["free"][0]["path"] = path;
        expect_refusal("case.json: free[0].path", why);
    };
    free("adc.user.energypj", "unknown key, did you mean 'energy_pj'?");
    free("rows", "must be an integer");
    free("name", "must be a string");
    free("", "expected PATH=VALUE");
}

TEST_F(CaseFile, HasEachParameterFreeOnceAndNotSetByAPoint)
{
    content["points"][1]["set"] = {"supply_v=0.8", "adc.user.energy_pj=3"};
    expect_refusal("case.json: points[1].set[1]", "sets 'adc.user.energy_pj', which is free[0]");
    content["points"][1]["set"] = {"adc.user={}"};
    expect_refusal("case.json: points[1].set[0]", "sets 'adc.user.energy_pj'");
    content["points"][1]["set"] = {"adc.bits=4"};
    EXPECT_EQ(validate().status, 0);
    content["free"].push_back(content["free"][0]);
    expect_refusal("case.json: free[1].path", "'adc.user.energy_pj' is free[0] already");
}

TEST_F(CaseFile, RefusesOperationsBeyondItsMacroAsEachPointChangesIt)
{
    const auto operation = [&](json o, const std::string& key, const std::string& why) {
        content["points"][1]["operation"] = std::move(o);
        expect_refusal("case.json: points[1].operation." + key, why);
    };
    operation({{"rows", 65}}, "rows", "in [1, 64], got 65");
    operation({{"columns", 65}}, "columns", "in [8, 64], got 65");
    operation({{"columns", 3}, {"weight_bits", 4}}, "columns", "in [4, 64], got 3");
    operation({{"arrays", 2}}, "arrays", "in [1, 1], got 2");
    content["points"][1]["set"] = {"columns=4", "adcs=1"};
    operation({{"weight_bits", 5}}, "weight_bits", "must be an integer in [1, 4], got 5");
    content["points"][1]["set"] = {"rows=32"};
    operation({{"rows", 64}}, "rows", "in [1, 32], got 64");
    content["points"][1]["set"] = {"rows=128"};
    content["points"][1]["operation"] = {{"rows", 128}, {"columns", 64}, {"arrays", 1}};
    EXPECT_NE(validate().status, 2) << "all of the macro's can be said in numbers";

    content = json::parse(imc::read_file(configs / "validation/colonnade_65nm.json"));
    content["macro"] = configs / "macros/colonnade_sram_65nm.json";
    operation({{"weight_bits", 1}, {"columns", 3}}, "columns", "got 3");
    content = json::parse(imc::read_file(configs / "validation/isaac_32nm_chip.json"));
    content["chip"] = configs / "chips/isaac_rram.json";
    operation({{"rows", 129}}, "rows", "in [1, 128], got 129");
}

TEST_F(CaseFile, NamesComponentsThatThereAreWhereAFigureIsOfThem)
{
    json& point = content["points"][1];
    point["components"] = {"adc", "foo"};
    expect_refusal("case.json: points[1].components[1]", "there is no component 'foo'; the components are adc, dac, ");
    point["components"] = {"adcs"};
    expect_refusal("case.json: points[1].components[0]", "did you mean 'adc'?");
    for (const char* quantity : {"component_energy_pj", "component_energy_per_result_pj",
                                 "component_energy_per_operation_fj", "energy_share", "area_share"}) {
        point["quantity"] = quantity;
        point["components"] = json::array();
        expect_refusal("case.json: points[1].components", quantity);
    }
    point["components"] = {"adc"};
    EXPECT_NE(validate().status, 2);
    point["published"] = 0;
    expect_refusal("case.json: points[1].published", "must be above 0, got 0");
}

TEST_F(CaseFile, SaysWhichPointKeepsAFitFromStarting)
{
    content["points"][1]["quantity"] = "component_energy_pj";
    content["points"][1]["components"] = {"noc"};
    expect_refusal("case.json: points[1]", "its component_energy_pj is 0 where the free parameters start");
    content["points"][1]["role"] = "compare";
    EXPECT_NE(validate().status, 2) << "what is not fitted may be 0";
}

TEST_F(CaseFile, IsNotValidatedWhileAFigureIsOutsideItsTolerance)
{
    const auto status = [&](int expected) {
        const Ended ended = validate();
        EXPECT_EQ(ended.status, expected) << ended.err;
        return json::parse(ended.out)["cases"][0]["ledger"]["status"].get<std::string>();
    };
    EXPECT_EQ(status(0), "validated");
    for (const std::size_t judged : {0u, 2u}) { // one that is fitted, one that is predicted
        const json before = content["points"][judged]["tolerance"];
        content["points"][judged]["tolerance"] = 0;
        EXPECT_EQ(status(1), "outside tolerance");
        EXPECT_THAT(imcsim({"validate", "case.json"}, dir.path()).out, HasSubstr("'outside tolerance': one is not"));
        content["chosen"] = 3;
        EXPECT_EQ(status(1), "fitted, not validated") << "more than half as many choices as figures";
        content["chosen"] = 1;
        content["points"][judged]["tolerance"] = before;
    }
    content["free"] = json::array();
    content["chosen"] = 0;
    for (json& point : content["points"])
        point["tolerance"] = 10;
    EXPECT_EQ(status(0), "no free number");
    content["points"][2]["tolerance"] = 0;
    EXPECT_EQ(status(1), "outside tolerance");
    content["points"][2]["role"] = "compare";
    EXPECT_EQ(status(0), "no free number") << "it is not judged";
}

} // namespace
