#include "tests/nas/tables.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/support/shared.h"

using namespace imc::nas;

namespace
{

/// Two seeds by default, the twenty of the published figures with IMC_NAS_SEEDS=20.
int seeds()
{
    const char* wanted = std::getenv("IMC_NAS_SEEDS");
    return wanted ? std::atoi(wanted) : 2;
}

double share_after_75(const std::filesystem::path& data, const std::string& name, bool held_out, bool cost_known,
                      std::size_t window)
{
    const test::Table table(data, name, held_out);
    double mean = 0;
    for (int seed = 1; seed <= seeds(); ++seed)
        mean += table.curve({}, 75, window, cost_known, static_cast<std::uint64_t>(seed)).back() / seeds();
    return mean;
}

TEST(Tables, AreReadWhole)
{
    IMC_SHARED_OR_SKIP(data, "data/nas");
    EXPECT_EQ(test::Table(data, "macro", true).networks(), 6561u);
    EXPECT_EQ(test::Table(data, "cora", true).networks(), 26206u);
}

TEST(Tables, OfMacroYieldNearlyAllOfTheFrontAfter75Networks)
{
    IMC_SHARED_OR_SKIP(data, "data/nas");
    EXPECT_GE(share_after_75(data, "macro", false, false, 8), seeds() < 20 ? 0.99 : 0.995);
    EXPECT_GE(share_after_75(data, "macro", false, true, 8), seeds() < 20 ? 0.99 : 0.995);
}

TEST(Tables, OfCoraYieldNearlyAllOfTheFrontAfter75Networks)
{
    IMC_SHARED_OR_SKIP(data, "data/nas");
    EXPECT_GE(share_after_75(data, "cora", false, false, 8), seeds() < 20 ? 0.965 : 0.97);
    EXPECT_GE(share_after_75(data, "cora", false, true, 8), seeds() < 20 ? 0.965 : 0.97);
}

} // namespace
