#include "sim/base/utf8.h"

#include <gtest/gtest.h>

using imc::is_utf8;
using imc::shortened;
using namespace std::string_view_literals;

namespace
{

TEST(Utf8, IsToldFromOtherBytes)
{
    for (const auto good : {""sv, "conv1"sv, "\0"sv, "\xC2\x80"sv, "gr\xC3\xBC\xC3\x9F"sv, "\xE0\xA0\x80"sv,
                            "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv})
        EXPECT_TRUE(is_utf8(good)) << good;
    for (const auto bad : {"\xFF"sv, "\x80"sv, "a\xC3"sv, "\xC3z"sv, "\xC0\xAF"sv, "\xE0\x9F\xBF"sv, "\xED\xA0\x80"sv,
                           "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xE2\x82"sv,
                           "\xF0\x9F\x98"sv, "\xE2\x82\x41"sv})
        EXPECT_FALSE(is_utf8(bad));
}

TEST(Shortened, KeepsTheEndAndWholeCharacters)
{
    EXPECT_EQ(shortened("conv1", 5), "conv1");
    EXPECT_EQ(shortened("/a/conv1", 6), "…conv1");
    EXPECT_EQ(shortened("a\xC3\xBC"
                        "bc",
                        4),
              "…bc");
    EXPECT_EQ(shortened("ab\xC3\xBC"
                        "c",
                        4),
              "…\xC3\xBC"
              "c");
}

} // namespace
