#include "nas/cli/commands.h"

#include <cstdio>
#include <memory>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nas/evaluators/simulator.h"
#include "nas/report/html.h"
#include "nas/report/results.h"
#include "nas/study/runner.h"
#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/cli/program.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::nas
{

namespace
{

/// What every command asks: which study, and where its journal is.
struct Arguments {
    std::filesystem::path file;
    std::filesystem::path out;
    std::vector<std::string> sets;

    void declare(cli::Options& options)
    {
        options.argument("STUDY.json", file);
        options.value("out", out, "DIR", "journal, evaluations' directories and report; default: STUDY.nas here");
        options.values("set", sets, "PATH=VALUE", "change the study before it is read, like --set execution.window=1");
    }

    /// The study as read; `out` is its default from here on.
    std::unique_ptr<Study> load()
    {
        if (out.empty())
            out = file.stem().string() + ".nas";
        auto document = config::Document::load(file);
        for (const std::string& set : sets)
            document.set(set);
        return std::make_unique<Study>(document.read<StudyConfig>());
    }
};

Results results_of(const Study& study, const Arguments& arguments)
{
    return {study, Store(arguments.out, study, Store::Access::read).trials()};
}

std::vector<std::size_t> all_of(const Results& results)
{
    std::vector<std::size_t> all(results.trials.size());
    std::iota(all.begin(), all.end(), 0);
    return all;
}

int run_check(std::span<const std::string> args)
{
    Arguments a;
    cli::Options options("nas check", "STUDY.json", "Reads a study and prints the size of its space; nothing is run.");
    a.declare(options);
    if (!options.parse(args))
        return 0;
    const auto study = a.load();
    cli::print(fmt::format("{}: {} candidates, {} objectives, {} evaluations\n", a.file.string(), study->size().text(),
                           study->config().objectives.size(), study->config().evaluations));
    return 0;
}

int run_run(std::span<const std::string> args)
{
    Arguments a;
    bool resume = false, quiet = false;
    std::int64_t workers = 0;
    double cpu_budget_s = 0;
    cli::Options options("nas run", "STUDY.json",
                         "Searches and prints the front. Kill it at any time and go on with --resume: the log and the\n"
                         "front are those of a run that was never stopped, whatever the number of workers.");
    a.declare(options);
    options.flag("resume", resume, "go on where a run was stopped");
    options.value("workers", workers, "N", "processes that evaluate; default: as the study says");
    options.value("cpu-budget", cpu_budget_s, "SECONDS",
                  "end when search and evaluations have used this much CPU time; default: none");
    options.flag("quiet", quiet, "no messages");
    if (!options.parse(args))
        return 0;
    if (workers < 0 || workers > 1024)
        throw ConfigError("--workers", fmt::format("must be an integer in [1, 1024], got {}", workers));
    if (!(cpu_budget_s >= 0 && cpu_budget_s <= 1e9))
        throw ConfigError("--cpu-budget", fmt::format("must be a number of seconds in (0, 1e9], got {}", cpu_budget_s));
    const auto study = a.load();
    if (!quiet)
        cli::note(fmt::format("{}: {} candidates", a.file.string(), study->size().text()));
    Store store(a.out, *study, resume ? Store::Access::resume : Store::Access::create);
    RunOptions run;
    run.workers = workers > 0 ? static_cast<std::size_t>(workers) : study->config().execution.workers;
    run.cpu_budget_s = cpu_budget_s;
    const bool progress = cli::shows_progress() && !quiet;
    std::size_t done = 0;
    run.progress = [&](const StoredTrial& t) {
        if (progress)
            fmt::print(stderr, "\r{} of {}  ", t.number + 1, study->config().evaluations);
        if (!quiet && t.state == State::failed && ++done <= 20)
            fmt::print(stderr, "{}trial {} failed: {}\n", progress ? "\n" : "", t.number, t.reason);
    };
    const RunSummary summary = run_study(*study, store, run);
    if (progress)
        fmt::print(stderr, "\n");
    const Results results(*study, store.trials());
    write_file(a.out / "trials.csv", to_csv(results, all_of(results)));
    write_file(a.out / "front.csv", to_csv(results, results.front));
    if (!quiet)
        cli::note(fmt::format("{} trials ({} now), {} failed, {} on the front{}", summary.trials, summary.evaluated,
                              summary.failed, results.front.size(),
                              summary.exhausted     ? "; the space has no further candidate"
                              : summary.out_of_time ? "; the CPU budget is used up, --resume goes on"
                                                    : ""));
    cli::print(front_csv(results));
    return 0;
}

int run_status(std::span<const std::string> args)
{
    Arguments a;
    bool json = false;
    cli::Options options("nas status", "STUDY.json", "How far a study is, also while it runs.");
    a.declare(options);
    options.flag("json", json, "print JSON");
    if (!options.parse(args))
        return 0;
    const auto study = a.load();
    const Store store(a.out, *study, Store::Access::read);
    const int process = store.running_process();
    const Results results(*study, store.trials());
    std::size_t counts[4] = {};
    for (const StoredTrial& t : results.trials)
        ++counts[static_cast<int>(t.state)];
    const double volume = results.usable.empty() ? 0.0 : results.hypervolumes().back();
    if (json) {
        const nlohmann::ordered_json status = {{"running_process", process},
                                               {"evaluations", study->config().evaluations},
                                               {"proposed", results.trials.size()},
                                               {"pending", counts[0]},
                                               {"done", counts[1]},
                                               {"infeasible", counts[2]},
                                               {"failed", counts[3]},
                                               {"front", results.front.size()},
                                               {"hypervolume", volume}};
        cli::print(status.dump(2) + "\n");
        return 0;
    }
    cli::print(fmt::format("{}: {} of {} trials proposed; {} done, {} infeasible, {} failed, {} pending; {} on the "
                           "front, hypervolume {:.6g}; {}\n",
                           a.file.string(), results.trials.size(), study->config().evaluations, counts[1], counts[2],
                           counts[3], counts[0], results.front.size(), volume,
                           process ? fmt::format("running as process {}", process) : "not running"));
    return 0;
}

int run_export(std::span<const std::string> args)
{
    Arguments a;
    bool front = false;
    std::string format = "csv";
    std::filesystem::path to, experiments;
    cli::Options options("nas export", "STUDY.json", "Prints a study's trials, or its Pareto front only.");
    a.declare(options);
    options.flag("front", front, "the Pareto front only");
    options.value("format", format, "csv|json", "csv or json");
    options.value("to", to, "FILE", "write there instead of to standard output");
    options.value("experiments", experiments, "DIR", "also each as a resolved experiment for imcsim run");
    if (!options.parse(args))
        return 0;
    if (format != "csv" && format != "json")
        throw ConfigError("--format", fmt::format("must be csv or json, got '{}'", format));
    const auto study = a.load();
    const Results results = results_of(*study, a);
    const std::vector<std::size_t> which = front ? results.front : all_of(results);
    if (!experiments.empty()) {
        make_directory(experiments);
        for (const std::size_t i : which) {
            const std::string name = fmt::format("trial_{:06}", results.trials[i].number);
            const auto network = resolved_network(study->evaluator(), results.candidates[i]);
            if (network)
                write_file(experiments / (name + ".network.json"), *network);
            write_file(experiments / (name + ".json"),
                       resolved_experiment(study->evaluator(), results.candidates[i], results.trials[i].fidelity,
                                           network ? name + ".network.json" : ""));
        }
    }
    cli::print_to(to, format == "json" ? to_json(results, which) : to_csv(results, which));
    return 0;
}

int run_report(std::span<const std::string> args)
{
    Arguments a;
    cli::Options options("nas report", "STUDY.json", "Writes one HTML page and its pictures as SVG files to --out.");
    a.declare(options);
    if (!options.parse(args))
        return 0;
    const auto study = a.load();
    const Results results = results_of(*study, a);
    for (const auto& [name, content] : report_files(results))
        write_file(a.out / name, content);
    cli::print((a.out / "report.html").string() + "\n");
    return 0;
}

int run_train(std::span<const std::string> args)
{
    const auto trainer = cli::program_beside("imcsim-nas-train");
    if (!trainer)
        throw ConfigError("train", "needs the program imcsim-nas-train beside imcsim-nas, which this build does not "
                                   "have: install libtorch (Debian: apt-get install libtorch-dev), configure with "
                                   "-DIMC_TORCH=ON and build again");
    cli::become(*trainer, args);
}

constexpr cli::Command table[] = {
    {"run", "search; kill it at any time and go on with --resume", run_run},
    {"status", "how far it is, also while it runs", run_status},
    {"export", "all trials or the front, and as experiments for imcsim run", run_export},
    {"report", "one HTML page and its pictures as SVG files", run_report},
    {"check", "read a study and print the size of its space; nothing is run", run_check},
    {"train", "train a network (starts imcsim-nas-train)", run_train},
};

} // namespace

const cli::Program& program()
{
    static constexpr cli::Program nas = {"imcsim nas", "multi-objective search over networks, mappings and chips",
                                         table};
    return nas;
}

} // namespace imc::nas
