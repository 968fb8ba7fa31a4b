#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace imc::test
{

/// The shared reference material: IMCSIM_SHARED, or ../shared beside the checkout.
inline std::filesystem::path shared_root()
{
    if (const char* root = std::getenv("IMCSIM_SHARED"))
        return root;
    return std::filesystem::path(IMC_SOURCE_DIR) / ".." / "shared";
}

} // namespace imc::test

/// Declares `name` as a path below the shared material, or skips the test, saying so, where it is absent.
/// The word REFERENCE is what the scripts count.
#define IMC_SHARED_OR_SKIP(name, relative)                                                                             \
    const std::filesystem::path name = ::imc::test::shared_root() / (relative);                                        \
    if (!std::filesystem::exists(name))                                                                                \
    GTEST_SKIP() << "REFERENCE " << name.string() << " is not here"
