#include "sim/base/cli/command.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "sim/base/cli/output.h"
#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"
#include "sim/base/version.h"

namespace imc::cli
{

namespace
{

std::string help(const Program& program)
{
    std::string text =
        fmt::format("{0}: {1}\n\nusage: {0} COMMAND [ARGUMENT]...\n\ncommands:\n", program.name, program.title);
    for (const Command& command : program.commands)
        text += fmt::format("  {:<10} {}\n", command.name, command.summary);
    text += fmt::format("\n"
                        "  --help     this text; {} COMMAND --help explains one command\n"
                        "  --version  the version of this program\n\n"
                        "Results go to standard output or to files, messages to standard error.\n"
                        "Exit status: 0 done, 1 the request failed, 2 the input cannot be used.\n",
                        program.name);
    return text;
}

} // namespace

int dispatch(const Program& program, std::span<const std::string> args)
{
    if (args.empty())
        throw ConfigError("", fmt::format("a command is needed; {} --help lists them", program.name));
    const std::string& name = args[0];
    const bool asks_about = name == "help" && args.size() > 1;
    if (!asks_about && (name == "--help" || name == "-h" || name == "help")) {
        print(help(program));
        return 0;
    }
    if (name == "--version") {
        print(fmt::format("imcsim {}\n", version()));
        return 0;
    }
    const std::string& wanted = asks_about ? args[1] : name;
    const auto command = std::ranges::find_if(program.commands, [&](const Command& c) { return c.name == wanted; });
    if (command == program.commands.end()) {
        std::vector<std::string> names;
        for (const Command& c : program.commands)
            names.push_back(c.name);
        throw ConfigError("", fmt::format("there is no command '{}'{}; {} --help lists them", wanted,
                                          config::suggestion(wanted, names), program.name));
    }
    if (asks_about) {
        const std::string option = "--help";
        return command->run({&option, 1});
    }
    return command->run(args.subspan(1));
}

} // namespace imc::cli
