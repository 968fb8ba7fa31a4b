#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/cli/process.h"

using namespace imc::test;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

// Runs with values on tables and on citation graphs, whose items are rows of numbers.

namespace
{

class DataSets : public ::testing::Test
{
protected:
    TemporaryDirectory dir;

    void SetUp() override
    {
        fs::create_directories(dir / "data");
        imc::write_file(dir / "net.json", R"({"schema": "imcsim.network/1", "name": "table",
            "input": {"name": "row", "shape": [1, 6]},
            "layers": [{"op": "dense", "name": "hidden", "units": 9, "activation": "relu"},
                       {"op": "dense", "name": "scores", "units": 3}]})");
    }
    void write(const std::string& name, const std::string& text) { imc::write_file(dir / ("data/" + name), text); }
    Ended run_on(const std::string& kind, int images)
    {
        const std::string accuracy = R"({"weights": "random", "calibration_images": 3, "dataset": ")" + kind +
                                     R"(", "images": )" + std::to_string(images) + R"(, "path": ")" +
                                     (dir / "data").string() + "\"}";
        return imcsim({"run", (fs::path(IMC_SOURCE_DIR) / "configs/experiments/lenet5_rram.json").string(), "--out",
                       (dir / "out").string(), "--quiet", "--set", "network=" + (dir / "net.json").string(), "--set",
                       "accuracy=" + accuracy});
    }
    nlohmann::json result() const { return nlohmann::json::parse(imc::read_file(dir / "out" / "result.json")); }
    void expect_refusal(const Ended& ended, const std::string& what)
    {
        EXPECT_EQ(ended.status, 2) << ended.err;
        EXPECT_THAT(ended.err, HasSubstr(what));
        EXPECT_FALSE(fs::exists(dir / "out" / "result.json"));
    }
    void expect_golden_classes(const std::string& kind, int images)
    {
        const Ended ended = run_on(kind, images);
        ASSERT_EQ(ended.status, 0) << ended.err;
        const auto j = result();
        EXPECT_EQ(j["accuracy"]["dataset"], kind);
        EXPECT_EQ(j["accuracy"]["images"], images);
        EXPECT_EQ(j["accuracy"]["agreement"], 1.0) << "ideal cells and enough bits";
        EXPECT_EQ(j["layers"][0]["output_error"], 0.0);
        EXPECT_EQ(j["activity_source"], "values");
        EXPECT_GT(j["energy_j"], 0.0);
    }
};

const std::string table_head = "a,b,c,label,d,e,f\n";

} // namespace

TEST_F(DataSets, TablesGiveTheGoldenClassesWithIdealCells)
{
    write("train.csv", table_head + "1,0,0,0,0,0,1\n0,1,0,1,0,.5,0\n0,0,1,2,0.25,0,0\n");
    write("test.csv", table_head + "0.9,0,0.1,0,0,0,1\n0,1,0,1,0,.5,0.3\n\n0,0,.2,2,1e-1,-2,0\n0,-1,0,1,1,0,0\n");
    expect_golden_classes("csv", 4);
}

TEST_F(DataSets, TablesThatDoNotFitAreRefused)
{
    write("train.csv", table_head + "1,0,0,0,0,0,1\n0,1,0,1,0,.5,0\n0,0,1,2,0.25,0,0\n");
    expect_refusal(run_on("csv", 1), "test.csv");
    write("test.csv", table_head + "0,0,.2,3,1,-2,0\n");
    expect_refusal(run_on("csv", 1), "label");
    write("test.csv", table_head + "0,0,.2,2,1,-2,0\n");
    expect_refusal(run_on("csv", 2), "2 items are asked for");
    write("test.csv", "a,b,label\n0,0,1\n");
    expect_refusal(run_on("csv", 1), "does not take one item");
    write("test.csv", table_head + "0,0,.2,2,inf,-2,0\n");
    expect_refusal(run_on("csv", 1), "'inf'");
    write("test.csv", table_head + "0,0,.2,2,1,-2\n");
    expect_refusal(run_on("csv", 1), "line 2");
}

TEST_F(DataSets, NodesOfCitationGraphsGiveTheGoldenClassesWithIdealCells)
{
    write("nodes.csv", "node,label,split\n0,0,train\n1,1,train\n2,2,train\n3,0,val\n4,1,test\n5,2,test\n6,0,none\n");
    write("edges.csv", "source,target\n0,4\n1,5\n2,3\n");
    write("features.csv", "node,feature,value\n0,0,1\n1,1,1\n2,2,0.5\n3,3,1\n4,1,1\n4,4,0.5\n5,2,1\n5,5,2\n6,0,1\n");
    expect_golden_classes("citation", 2);
    fs::remove_all(dir / "out");
    expect_refusal(run_on("citation", 3), "3 items are asked for");
    write("features.csv", "node,feature,value\n0,0,1\n7,1,1\n");
    expect_refusal(run_on("citation", 1), "features.csv");
}
