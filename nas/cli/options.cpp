#include "nas/cli/options.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"

namespace imc::nas
{

const char* const usage =
    R"(imcsim nas: multi-objective search over networks, mappings and chips.

  imcsim nas run STUDY.json [--resume] [--workers N] [--cpu-budget SECONDS] [--quiet]
                                      search; kill it at any time and go on with --resume. It ends by itself
                                      when search and evaluations have used the CPU time given
  imcsim nas status STUDY.json [--json]
                                      how far it is, also while it runs
  imcsim nas export STUDY.json [--front] [--format csv|json] [--to FILE]
                                      all trials, or the Pareto front only; with --experiments DIR also
                                      each as a resolved experiment for imcsim run
  imcsim nas report STUDY.json        one HTML page and its pictures as SVG files
  imcsim nas check STUDY.json         read the study and print the size of its space; nothing is run
  imcsim nas train TRAINING.json [--resume]
                                      train a network; imcsim nas train --help says more

  --out DIR       where the journal, the evaluations' directories and the report are (STUDY.nas)
  --set PATH=VALUE  change the study before it is read, like --set execution.window=1

Exit code: 0 done, 1 a well-formed request failed, 2 the input cannot be used.
)";

namespace
{

std::size_t whole(const std::string& option, const std::string& text)
{
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > 1024)
        throw ConfigError(option, fmt::format("must be an integer in [1, 1024], got '{}'", text));
    return value;
}

double seconds(const std::string& option, const std::string& text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value > 0 && value <= 1e9))
        throw ConfigError(option, fmt::format("must be a number of seconds in (0, 1e9], got '{}'", text));
    return value;
}

} // namespace

Options Options::parse(std::span<const std::string> arguments)
{
    const std::vector<std::string> commands = {"run", "status", "export", "report", "check", "train"};
    const std::vector<std::string> known = {"--resume", "--workers",     "--out",        "--quiet",
                                            "--json",   "--front",       "--format",     "--to",
                                            "--set",    "--experiments", "--cpu-budget", "--help"};
    Options o;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& a = arguments[i];
        const auto value = [&]() -> const std::string& {
            if (i + 1 >= arguments.size())
                throw ConfigError(a, "needs a value");
            return arguments[++i];
        };
        if (a == "--help" || a == "-h")
            o.help = true;
        else if (a == "--resume")
            o.resume = true;
        else if (a == "--quiet")
            o.quiet = true;
        else if (a == "--json")
            o.json = true;
        else if (a == "--front")
            o.front = true;
        else if (a == "--workers")
            o.workers = whole(a, value());
        else if (a == "--cpu-budget")
            o.cpu_budget_s = seconds(a, value());
        else if (a == "--out")
            o.out = value();
        else if (a == "--to")
            o.to = value();
        else if (a == "--experiments")
            o.experiments = value();
        else if (a == "--set")
            o.sets.push_back(value());
        else if (a == "--format") {
            o.format = value();
            if (o.format != "csv" && o.format != "json")
                throw ConfigError("--format", fmt::format("must be csv or json, got '{}'", o.format));
        } else if (a.starts_with("-"))
            throw ConfigError(a, "unknown option" + config::suggestion(a, known));
        else if (o.command.empty())
            o.command = a;
        else if (o.study.empty())
            o.study = a;
        else
            throw ConfigError(a, "one study at a time");
    }
    if (o.help)
        return o;
    if (std::find(commands.begin(), commands.end(), o.command) == commands.end())
        throw ConfigError(o.command.empty() ? "imcsim nas" : o.command,
                          fmt::format("expected run, status, export, report, check or train{}",
                                      config::suggestion(o.command, commands)));
    if (o.study.empty())
        throw ConfigError(o.command, "needs the study's file");
    if (o.out.empty())
        o.out = o.study.stem().string() + ".nas";
    return o;
}

} // namespace imc::nas
