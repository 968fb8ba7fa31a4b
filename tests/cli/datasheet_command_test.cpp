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

TEST_F(SheetFile, DrawsPredictedOverPublishedFigures)
{
    /// Draws the sheets and counts their marks.
    const auto drawn = [&](const json& content, const std::string& mark) {
        const Ended ended = predict(content.dump(), {"--svg", "s.svg"});
        EXPECT_EQ(ended.status, 0) << ended.err;
        EXPECT_EQ(ended.out, predict(content.dump()).out) << "the picture comes on top";
        const std::string svg = imc::read_file(dir / "s.svg");
        EXPECT_THAT(svg, StartsWith("<svg"));
        std::size_t count = 0;
        for (std::size_t at = svg.find(mark); at != std::string::npos; at = svg.find(mark, at + 1))
            ++count;
        std::filesystem::remove(dir / "s.svg");
        return count;
    };
    const std::string mark = "a &amp; b: predicted ";
    sheet["published"] = {{"tops_per_w", 20}, {"cycle_ns", 10}};
    EXPECT_EQ(drawn(sheet, mark), 2u);
    json other = sheet;
    other["published"].erase("cycle_ns");
    EXPECT_EQ(drawn(other, mark), 1u);
    EXPECT_EQ(drawn(other, "cycle time in ns: nothing published"), 1u);
    const json two = json::array({sheet, other});
    EXPECT_EQ(drawn(two, mark), 3u);
    other["left_out"] = {{"tops_per_w", 30}};
    EXPECT_EQ(drawn({{"sheets", json::array({sheet, other})}}, mark), 4u);
    EXPECT_EQ(drawn({{"sheets", json::array({sheet, other})}}, "left out, published 20"), 1u);
}

TEST_F(SheetFile, CannotBeDrawnWithoutAPublishedFigure)
{
    expect_refusal(predict(sheet.dump(), {"--svg", "s.svg"}), "sheet.json: cannot be drawn");
    sheet["published"] = {{"tops_per_w", 0}, {"area_mm2", 1}};
    expect_refusal(predict(sheet.dump(), {"--svg", "s.svg"}), "sheet.json: cannot be drawn");
}

} // namespace
