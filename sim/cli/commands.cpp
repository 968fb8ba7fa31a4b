#include "sim/cli/commands.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"
#include "sim/base/version.h"
#include "sim/cli/command.h"
#include "sim/cli/output.h"

namespace imc::cli
{

namespace
{

constexpr Command table[] = {
    {"run", "simulates an experiment", run_run},
    {"map", "lays a network out on a chip; nothing is run", run_map},
    {"import", "a network's layers, shapes, MACs and parameters", run_import},
    {"eval", "a network executed on given inputs, without any chip", run_eval},
    {"export", "a network written as ONNX", run_export},
    {"check", "validates experiments, chips, networks and sweeps; runs nothing", run_check},
    {"describe", "every key with default, range, unit and meaning", run_describe},
    {"noc", "one network alone: given packets or synthetic traffic", run_noc},
    {"crossbar", "one crossbar's resistive network alone", run_crossbar},
    {"device", "the statistics of one memory device alone", run_device},
    {"sweep", "an experiment at every point of a grid or list", run_sweep},
    {"validate", "simulated against published figures of chips", run_validate},
    {"regress", "experiments against their stored results", run_regress},
    {"recost", "stored results under other cost models, without simulating", run_recost},
    {"report", "one HTML page with the figures and pictures of runs", run_report},
    {"nas", "search for networks and chips (starts imcsim-nas)", run_nas},
};

std::string help()
{
    std::string text = "imcsim: cycle-level simulator of in-memory-computing accelerators\n\n"
                       "usage: imcsim COMMAND [ARGUMENT]...\n\ncommands:\n";
    for (const Command& command : table)
        text += fmt::format("  {:<10} {}\n", command.name, command.summary);
    text += "\n"
            "  --help     this text; imcsim COMMAND --help explains one command\n"
            "  --version  the version of this program\n\n"
            "Results go to standard output or to files, messages to standard error.\n"
            "Exit status: 0 done, 1 the request failed, 2 the input cannot be used.\n";
    return text;
}

} // namespace

std::span<const Command> commands() { return table; }

int dispatch(std::span<const std::string> args)
{
    if (args.empty())
        throw ConfigError("", "a command is needed; imcsim --help lists them");
    const std::string& name = args[0];
    const bool asks_about = name == "help" && args.size() > 1;
    if (!asks_about && (name == "--help" || name == "-h" || name == "help")) {
        print(help());
        return 0;
    }
    if (name == "--version") {
        print(fmt::format("imcsim {}\n", version()));
        return 0;
    }
    const std::string& wanted = asks_about ? args[1] : name;
    const auto command = std::ranges::find_if(table, [&](const Command& c) { return c.name == wanted; });
    if (command == std::end(table)) {
        std::vector<std::string> names;
        for (const Command& c : table)
            names.push_back(c.name);
        throw ConfigError("", fmt::format("there is no command '{}'{}; imcsim --help lists them", wanted,
                                          config::suggestion(wanted, names)));
    }
    if (asks_about) {
        const std::string option = "--help";
        return command->run({&option, 1});
    }
    return command->run(args.subspan(1));
}

} // namespace imc::cli
