#include "nas/cli/commands.h"

#include <cstdio>
#include <memory>
#include <numeric>

#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nas/evaluators/simulator.h"
#include "nas/report/html.h"
#include "nas/report/results.h"
#include "nas/study/runner.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::nas
{

namespace
{

std::unique_ptr<Study> load(const Options& options)
{
    auto document = config::Document::load(options.study);
    for (const std::string& set : options.sets)
        document.set(set);
    return std::make_unique<Study>(document.read<StudyConfig>());
}

Results results_of(const Study& study, const Options& options)
{
    return {study, Store(options.out, study, Store::Access::read).trials()};
}

std::vector<std::size_t> all_of(const Results& results)
{
    std::vector<std::size_t> all(results.trials.size());
    std::iota(all.begin(), all.end(), 0);
    return all;
}

} // namespace

std::string command_check(const Options& options)
{
    const auto study = load(options);
    return fmt::format("{}: {} candidates, {} objectives, {} evaluations\n", options.study.string(),
                       study->size().text(), study->config().objectives.size(), study->config().evaluations);
}

std::string command_run(const Options& options)
{
    const auto study = load(options);
    if (!options.quiet)
        fmt::print(stderr, "{}: {} candidates\n", options.study.string(), study->size().text());
    Store store(options.out, *study, options.resume ? Store::Access::resume : Store::Access::create);
    RunOptions run;
    run.workers = options.workers ? options.workers : study->config().execution.workers;
    run.cpu_budget_s = options.cpu_budget_s;
    const bool terminal = isatty(STDERR_FILENO) && !options.quiet;
    std::size_t done = 0;
    run.progress = [&](const StoredTrial& t) {
        if (terminal)
            fmt::print(stderr, "\r{} of {}  ", t.number + 1, study->config().evaluations);
        if (!options.quiet && t.state == State::failed && ++done <= 20)
            fmt::print(stderr, "{}trial {} failed: {}\n", terminal ? "\n" : "", t.number, t.reason);
    };
    const RunSummary summary = run_study(*study, store, run);
    if (terminal)
        fmt::print(stderr, "\n");
    const Results results(*study, store.trials());
    write_file(options.out / "trials.csv", to_csv(results, all_of(results)));
    write_file(options.out / "front.csv", to_csv(results, results.front));
    if (!options.quiet)
        fmt::print(stderr, "{} trials ({} now), {} failed, {} on the front{}\n", summary.trials, summary.evaluated,
                   summary.failed, results.front.size(),
                   summary.exhausted     ? "; the space has no further candidate"
                   : summary.out_of_time ? "; the CPU budget is used up, --resume goes on"
                                         : "");
    return front_csv(results);
}

std::string command_status(const Options& options)
{
    const auto study = load(options);
    const Store store(options.out, *study, Store::Access::read);
    const int process = store.running_process();
    const Results results(*study, store.trials());
    std::size_t counts[4] = {};
    for (const StoredTrial& t : results.trials)
        ++counts[static_cast<int>(t.state)];
    const double volume = results.usable.empty() ? 0.0 : results.hypervolumes().back();
    if (options.json) {
        const nlohmann::ordered_json status = {{"running_process", process},
                                               {"evaluations", study->config().evaluations},
                                               {"proposed", results.trials.size()},
                                               {"pending", counts[0]},
                                               {"done", counts[1]},
                                               {"infeasible", counts[2]},
                                               {"failed", counts[3]},
                                               {"front", results.front.size()},
                                               {"hypervolume", volume}};
        return status.dump(2) + "\n";
    }
    return fmt::format("{}: {} of {} trials proposed; {} done, {} infeasible, {} failed, {} pending; {} on the front, "
                       "hypervolume {:.6g}; {}\n",
                       options.study.string(), results.trials.size(), study->config().evaluations, counts[1], counts[2],
                       counts[3], counts[0], results.front.size(), volume,
                       process ? fmt::format("running as process {}", process) : "not running");
}

std::string command_export(const Options& options)
{
    const auto study = load(options);
    const Results results = results_of(*study, options);
    const std::vector<std::size_t> which = options.front ? results.front : all_of(results);
    if (!options.experiments.empty()) {
        make_directory(options.experiments);
        for (const std::size_t i : which) {
            const std::string name = fmt::format("trial_{:06}", results.trials[i].number);
            const auto network = resolved_network(study->evaluator(), results.candidates[i]);
            if (network)
                write_file(options.experiments / (name + ".network.json"), *network);
            write_file(options.experiments / (name + ".json"),
                       resolved_experiment(study->evaluator(), results.candidates[i], results.trials[i].fidelity,
                                           network ? name + ".network.json" : ""));
        }
    }
    std::string text = options.format == "json" ? to_json(results, which) : to_csv(results, which);
    if (options.to.empty())
        return text;
    write_file(options.to, text);
    return "";
}

std::string command_report(const Options& options)
{
    const auto study = load(options);
    const Results results = results_of(*study, options);
    for (const auto& [name, content] : report_files(results))
        write_file(options.out / name, content);
    return (options.out / "report.html").string() + "\n";
}

} // namespace imc::nas
