#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/cli/process.h"

using namespace imc::test;
using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::StartsWith;

namespace
{

class SheetFile : public ::testing::Test
{
protected:
    TemporaryDirectory dir;
    json sheet = {{"name", "a & b"}, {"tech_nm", 28},   {"cell", "sram"},  {"rows", 128},
                  {"columns", 64},   {"supply_v", 0.9}, {"input_bits", 8}, {"weight_bits", 8}};

    Ended predict(const std::string& text, const std::vector<std::string>& options = {})
    {
        imc::write_file(dir / "sheet.json", text);
        std::vector<std::string> words = {"validate", "--datasheet", "sheet.json"};
        words.insert(words.end(), options.begin(), options.end());
        return imcsim(words, dir.path());
    }

    void expect_refusal(const Ended& ended, const std::string& message)
    {
        EXPECT_EQ(ended.status, 2) << ended.err;
        EXPECT_THAT(ended.out, IsEmpty());
        EXPECT_THAT(ended.err, StartsWith("imcsim: " + message));
        EXPECT_EQ(dir.content(), std::vector<std::string>{"sheet.json"});
    }
};

TEST_F(SheetFile, HoldsAtLeastOneSheetAndNothingBehindIt)
{
    EXPECT_EQ(predict(sheet.dump() + "\n").status, 0);
    for (const char* empty : {"[]", R"({"sheets": []})"})
        expect_refusal(predict(empty), "sheet.json: sheets: holds no sheet");
    expect_refusal(predict(sheet.dump() + std::string(1, '\0')), "sheet.json: line 1, column ");
}

} // namespace
