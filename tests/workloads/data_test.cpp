#include "workloads/data/data_set.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/shared.h"
#include "workloads/data/citation_graph.h"

using namespace imc;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

namespace
{

class DataFiles : public ::testing::Test
{
protected:
    fs::path folder = fs::temp_directory_path() /
                      ("imcsim_data_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));

    void SetUp() override { fs::create_directories(folder); }
    void TearDown() override { fs::remove_all(folder); }
    fs::path file(const std::string& name, const std::string& content)
    {
        write_file(folder / name, content);
        return folder / name;
    }
};

template <class F> std::string fault(F f)
{
    try {
        f();
    } catch (const ConfigError& e) {
        return e.what();
    }
    return "no error";
}

std::string idx(std::string sizes, const std::string& data) // sizes: one digit each
{
    std::string out("\0\0\x08", 3);
    out += static_cast<char>(sizes.size());
    for (const char s : sizes)
        out += std::string("\0\0\0", 3) + static_cast<char>(s - '0');
    return out + data;
}

TEST_F(DataFiles, CifarRecordsAreALabelAndThreePlanes)
{
    std::string bytes;
    for (int i = 0; i < 2; ++i) {
        bytes += static_cast<char>(7 + i);
        for (const char plane : {'\0', '\x7f', '\xff'})
            bytes.append(1024, plane);
    }
    const DataSet set = read_cifar10({file("a.bin", bytes), file("b.bin", bytes)});
    EXPECT_EQ(set.labels, (std::vector<int>{7, 8, 7, 8}));
    const Value batch = set.batch(1, 2);
    EXPECT_EQ(batch.shape, Shape({2, 3, 32, 32}));
    EXPECT_EQ(batch.data->real(0), 0.0);
    EXPECT_FLOAT_EQ(static_cast<float>(batch.data->real(1024)), 127 / 255.0f);
    EXPECT_EQ(batch.data->real(3 * 1024 - 1), 1.0);
    EXPECT_THROW(set.batch(3, 2), std::out_of_range);

    EXPECT_THAT(fault([&] { read_cifar10({file("cut.bin", bytes.substr(0, 5000))}); }),
                HasSubstr("cut.bin: is 5000 bytes"));
    bytes[3073] = 10;
    EXPECT_THAT(fault([&] { read_cifar10({file("label.bin", bytes)}); }), HasSubstr("record 1 has the label 10"));
    EXPECT_THAT(fault([&] { read_cifar10({folder / "missing.bin"}); }), HasSubstr("missing.bin"));
}

TEST_F(DataFiles, IdxNeedsItsMagicItsSizesAndOneLabelPerImage)
{
    const auto images = file("images", idx("322", "abcdefghijkl")),
               labels = file("labels", idx("3", std::string("\0\2\1", 3)));
    const DataSet set = read_idx(images, labels);
    EXPECT_EQ(set.item, Shape({1, 2, 2}));
    EXPECT_EQ(set.labels, (std::vector<int>{0, 2, 1}));
    EXPECT_EQ(set.classes, 3);
    EXPECT_FLOAT_EQ(static_cast<float>(set.batch(2, 1).data->real(3)), 'l' / 255.0f);

    EXPECT_THAT(fault([&] { read_idx(labels, labels); }), HasSubstr("no IDX file of unsigned bytes with 3 dimensions"));
    EXPECT_THAT(fault([&] { read_idx(file("cut", idx("322", "abc")), labels); }), HasSubstr("has 3 bytes of data"));
    EXPECT_THAT(fault([&] { read_idx(images, file("two", idx("2", "ab"))); }), HasSubstr("2 labels for 3 images"));
    EXPECT_THAT(fault([&] { read_idx(file("gz", "\x1f\x8b..."), labels); }), HasSubstr("gunzip"));
}

TEST_F(DataFiles, CsvTakesTheLabelColumnByName)
{
    const DataSet set = read_csv(file("a.csv", "x,label,y\n1.5,2,-3\r\n\n0,0,1e-3\n"));
    EXPECT_EQ(set.item, Shape({2}));
    EXPECT_EQ(set.classes, 3);
    EXPECT_EQ(set.batch(0, 2).to_reals(), (std::vector<double>{1.5, -3, 0, static_cast<double>(1e-3f)}));
    EXPECT_THAT(fault([&] { read_csv(file("b.csv", "x,y\n1,2\n")); }), HasSubstr("no column 'label'"));
    EXPECT_THAT(fault([&] { read_csv(file("c.csv", "x,label\n1,2\n1\n")); }), HasSubstr("line 3: has 1 values"));
    EXPECT_THAT(fault([&] { read_csv(file("d.csv", "x,label\nnan,2\n")); }), HasSubstr("line 2: x is 'nan'"));
    EXPECT_THAT(fault([&] { read_csv(file("e.csv", "x,label\n1,-2\n")); }), HasSubstr("label is '-2'"));
    EXPECT_THAT(fault([&] { read_csv(file("f.csv", "")); }), HasSubstr("empty"));
}

TEST_F(DataFiles, CitationGraphsAreUndirectedAndWithinTheirNodes)
{
    file("nodes.csv", "node,label,split\n0,1,train\n1,0,val\n2,1,test\n");
    file("edges.csv", "source,target\n0,2\n2,0\n1,1\n2,1\n");
    file("features.csv", "node,feature,value\n1,4,0.5\n0,1,1\n1,0,2\n");
    const CitationGraph graph = read_citation_graph(folder);
    EXPECT_EQ(graph.nodes, 3);
    EXPECT_EQ(graph.features, 5);
    EXPECT_EQ(graph.classes, 2);
    EXPECT_EQ(graph.neighbour_offsets, (std::vector<std::int64_t>{0, 1, 2, 4}));
    EXPECT_EQ(graph.neighbours, (std::vector<std::int32_t>{2, 2, 0, 1}));
    EXPECT_EQ(graph.feature_offsets, (std::vector<std::int64_t>{0, 1, 3, 3}));
    file("edges.csv", "source,target\n0,3\n");
    EXPECT_THAT(fault([&] { read_citation_graph(folder); }), HasSubstr("target is '3', expected an integer in [0, 2]"));
    file("nodes.csv", "node,label,split\n0,1,train\n2,0,val\n");
    EXPECT_THAT(fault([&] { read_citation_graph(folder); }), HasSubstr("line 3: node 2, expected 1"));
}

TEST(SharedData, HasTheKnownSizes)
{
    IMC_SHARED_OR_SKIP(data, "data");
    const DataSet test = read_cifar10({data / "cifar10" / "test_batch.bin"});
    EXPECT_EQ(test.size(), 10000);
    for (int c = 0; c < 10; ++c)
        EXPECT_EQ(std::count(test.labels.begin(), test.labels.end(), c), 1000) << c;
    // Cora and Citeseer as Planetoid splits them: 140 and 120 training documents, 1000 for testing.
    const CitationGraph cora = read_citation_graph(data / "cora"), citeseer = read_citation_graph(data / "citeseer");
    EXPECT_EQ(cora.nodes, 2708);
    EXPECT_EQ(cora.features, 1433);
    EXPECT_EQ(cora.classes, 7);
    EXPECT_EQ(cora.neighbours.size(), 2u * 5278);
    EXPECT_EQ(std::count(cora.split.begin(), cora.split.end(), CitationGraph::Split::train), 140);
    EXPECT_EQ(std::count(cora.split.begin(), cora.split.end(), CitationGraph::Split::test), 1000);
    EXPECT_EQ(citeseer.nodes, 3327);
    EXPECT_EQ(citeseer.classes, 6);
    EXPECT_EQ(std::count(citeseer.split.begin(), citeseer.split.end(), CitationGraph::Split::train), 120);
}

TEST(Digits, DependOnSeedAndIndexAlone)
{
    const DataSet a = draw_digits(30, 1), b = draw_digits(12, 1), c = draw_digits(12, 2);
    EXPECT_TRUE(std::ranges::equal(b.values->bytes(), a.values->bytes().subspan(0, b.values->bytes().size())));
    EXPECT_FALSE(std::ranges::equal(b.values->bytes(), c.values->bytes()));
    EXPECT_THROW(draw_digits(0, 1), std::invalid_argument);
    EXPECT_EQ(draw_digits(5, 1, 25).batch(2, 1).to_reals(), a.batch(27, 1).to_reals());
    EXPECT_EQ(draw_digits(5, 1, 25).labels[2], a.labels[27]);
}

TEST(Digits, CanBeToldApartButNotByTheirMeanImagesAlone)
{
    // Nearest mean image: above chance by far, below what a network reaches.
    const DataSet train = draw_digits(1000, 1), test = draw_digits(500, 2);
    const Value x = train.batch(0, 1000), y = test.batch(0, 500);
    std::vector<std::vector<double>> means(10, std::vector<double>(784, 0.0));
    for (std::size_t i = 0; i < 1000; ++i)
        for (std::size_t p = 0; p < 784; ++p)
            means[i % 10][p] += x.data->as<float>()[i * 784 + p] / 100.0;
    int right = 0;
    for (std::size_t i = 0; i < 500; ++i) {
        std::vector<double> distance(10, 0.0);
        for (std::size_t d = 0; d < 10; ++d)
            for (std::size_t p = 0; p < 784; ++p)
                distance[d] += std::pow(y.data->as<float>()[i * 784 + p] - means[d][p], 2);
        right += std::min_element(distance.begin(), distance.end()) - distance.begin() == static_cast<long>(i % 10);
    }
    EXPECT_GT(right, 250);
    EXPECT_LT(right, 480);
}

} // namespace
