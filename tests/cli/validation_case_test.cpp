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

} // namespace
