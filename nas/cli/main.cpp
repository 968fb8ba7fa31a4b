#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "nas/cli/commands.h"
#include "nas/cli/train.h"
#include "sim/base/errors.h"

namespace
{

using imc::nas::Options;

struct Command {
    const char* name;
    std::string (*run)(const Options&);
};

constexpr Command commands[] = {
    {"run", imc::nas::command_run},       {"status", imc::nas::command_status}, {"export", imc::nas::command_export},
    {"report", imc::nas::command_report}, {"check", imc::nas::command_check},
};

int run(std::span<const std::string> arguments)
{
    if (!arguments.empty() && arguments[0] == "train")
        imc::nas::start_training(arguments.subspan(1));
    const Options options = Options::parse(arguments);
    std::string text = imc::nas::usage;
    if (!options.help)
        for (const Command& command : commands)
            if (options.command == command.name)
                text = command.run(options);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw imc::RunError("standard output cannot be written");
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    // A full disk or a limit on file sizes is an error to report, not a signal to die of.
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        return run(std::vector<std::string>(argv + 1, argv + argc));
    } catch (const imc::ConfigError& e) {
        fmt::print(stderr, "imcsim nas: {}\n", e.what());
        return 2;
    } catch (const std::exception& e) {
        fmt::print(stderr, "imcsim nas: {}\n", e.what());
        return 1;
    }
}
