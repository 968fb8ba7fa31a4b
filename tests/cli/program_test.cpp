#include <fstream>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/version.h"
#include "sim/cli/commands.h"
#include "tests/cli/process.h"

using namespace imc::test;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
namespace fs = std::filesystem;

namespace
{

TEST(Program, HelpListsEveryCommand)
{
    const Ended help = imcsim({"--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.err, IsEmpty());
    for (const imc::cli::Command& command : imc::cli::program().commands)
        EXPECT_THAT(help.out, HasSubstr(std::string("\n  ") + command.name + " "));
    EXPECT_EQ(imcsim({"help"}).out, help.out);
    EXPECT_EQ(imcsim({"-h"}).out, help.out);
}

TEST(Program, EveryCommandExplainsItself)
{
    for (const imc::cli::Command& command : imc::cli::program().commands) {
        const std::string name = command.name;
        if (name == "nas" && !fs::exists(fs::path(IMC_BINARY_DIR) / "bin" / "imcsim-nas"))
            continue;
        const Ended help = imcsim({name, "--help"});
        EXPECT_EQ(help.status, 0) << name << help.err;
        EXPECT_THAT(help.out, HasSubstr("imcsim " + name)) << name;
        EXPECT_THAT(help.err, IsEmpty()) << name;
        EXPECT_EQ(imcsim({"help", name}).out, help.out) << name;
    }
}

TEST(Program, EveryCommandRefusesAnUnknownOptionWithStatus2)
{
    for (const imc::cli::Command& command : imc::cli::program().commands) {
        const std::string name = command.name;
        if (name == "nas")
            continue; // its options are imcsim-nas's own
        const Ended ended = imcsim({name, "--no-such-option"});
        EXPECT_EQ(ended.status, 2) << name;
        EXPECT_THAT(ended.out, IsEmpty()) << name;
        EXPECT_THAT(ended.err, HasSubstr("--no-such-option")) << name;
    }
}

TEST(Program, VersionIsThatOfTheBuild)
{
    EXPECT_EQ(imcsim({"--version"}).out, std::string("imcsim ") + imc::version() + "\n");
}

TEST(Program, UnknownCommandsAreStatus2WithASuggestion)
{
    const Ended ended = imcsim({"nsa"});
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, HasSubstr("there is no command 'nsa', did you mean 'nas'?"));
    EXPECT_EQ(imcsim({}).status, 2);
    EXPECT_EQ(imcsim({""}).status, 2);
    EXPECT_EQ(imcsim({std::string(100000, 'x')}).status, 2);
}

TEST(Program, LostOutputIsAFailure)
{
    for (const Output output : {Output::full_disk, Output::closed, Output::broken_pipe}) {
        const Ended ended = run({.words = {imcsim_path(), "--help"}, .output = output});
        EXPECT_EQ(ended.status, 1);
        EXPECT_THAT(ended.err, StartsWith("imcsim: standard output cannot be written: "));
    }
}

TEST(Program, NasStartsTheProgramBesideItWithItsArgumentsAndStatus)
{
    const TemporaryDirectory dir;
    fs::copy_file(imcsim_path(), dir / "imcsim");
    const auto start = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {dir / "imcsim", "nas"});
        return run({.words = arguments});
    };
    const Ended missing = start({"run"});
    EXPECT_EQ(missing.status, 1);
    EXPECT_THAT(missing.err, HasSubstr("imcsim-nas"));
    std::ofstream(dir / "imcsim-nas") << "#!/bin/sh\necho \"$#:$1:$2\"\nexit 7\n";
    fs::permissions(dir / "imcsim-nas", fs::perms::owner_all);
    const Ended ended = start({"run", "a b"});
    EXPECT_EQ(ended.status, 7);
    EXPECT_EQ(ended.out, "2:run:a b\n");
}

} // namespace
