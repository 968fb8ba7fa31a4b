#include <chrono>
#include <filesystem>
#include <memory>

#include <sys/resource.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/config/describe.h"
#include "sim/base/config/document.h"
#include "sim/base/files.h"
#include "sim/base/trace.h"
#include "sim/base/trace/writers.h"
#include "sim/cli/commands.h"
#include "sim/run/result_json.h"
#include "sim/run/result_text.h"
#include "sim/run/run.h"

namespace imc::cli
{

namespace
{

/// The network's description in a case of `imcsim noc`, so that traced packets can be replayed.
std::string network_of(const run::Experiment& experiment, const run::Mapped& mapped)
{
    run::Experiment copy = experiment;
    nlohmann::ordered_json j;
    j["mesh"] = {mapped.mesh.columns, mapped.mesh.rows};
    j["tiles_per_router"] = mapped.mesh.tiles_per_router;
    j["extra_endpoints"] = mapped.mesh.extra_endpoints;
    j["router"] = config::dump(config::fields_of(copy.chip.noc.router));
    return j.dump();
}

/// Wall-clock figures stay out of result.json, which is the same bytes in every run.
std::string timing_json(double seconds)
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto cpu = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    nlohmann::ordered_json j = {{"wall_s", seconds},
                                {"cpu_user_s", cpu(usage.ru_utime)},
                                {"cpu_system_s", cpu(usage.ru_stime)},
                                {"peak_memory_kib", usage.ru_maxrss}};
    return j.dump(2) + "\n";
}

} // namespace

int run_run(std::span<const std::string> args)
{
    std::filesystem::path file, out = "out";
    std::vector<std::string> assignments;
    std::string kinds;
    bool quiet = false;
    Options options(
        "run", "EXPERIMENT.json",
        "Simulates an experiment and prints its report. DIR then has result.json (every figure), report.txt,\n"
        "resolved.json (the experiment with every default) and timing.json (what simulating took).");
    options.argument("EXPERIMENT.json", file);
    options.values("set", assignments, "PATH=VALUE",
                   "change a key of the experiment, e.g. chip.tiles[0].core.macro.adc.bits=6");
    options.value("out", out, "DIR", "where results are written; default: out");
    options.value("trace", kinds, "KINDS",
                  "also write perfetto, vcd, csv, packets (comma-separated): trace.json for ui.perfetto.dev, "
                  "trace.vcd, trace.csv "
                  "and spans.csv, packets.json for imcsim noc");
    options.flag("quiet", quiet, "print nothing but errors");
    if (!options.parse(args))
        return 0;

    const auto begin = std::chrono::steady_clock::now();
    config::Document document = config::Document::load(file);
    for (const std::string& assignment : assignments)
        document.set(assignment);
    auto experiment = document.read<run::Experiment>();
    const trace::Kinds wanted = trace::parse_kinds(split_commas(kinds));
    make_directory(out);

    run::Mapped mapped = run::map_experiment(experiment);
    run::compute_values(experiment, mapped);
    trace::Trace trace;
    if (!kinds.empty())
        trace::attach_writers(trace, wanted, out, to_femtoseconds(experiment.run.power_bin_s),
                              network_of(experiment, mapped));
    const run::Result result = run::simulate(experiment, mapped, kinds.empty() ? nullptr : &trace);
    trace.finish(result.cycles * experiment.chip.clock().period());

    const std::string json = run::to_json(result);
    trace::remove_others(wanted, out);
    const auto resolved = config::dump(config::fields_of(experiment));
    constexpr auto replace = nlohmann::ordered_json::error_handler_t::replace; // names of files may be any bytes
    write_file(out / "resolved.json", resolved.dump(2, ' ', false, replace) + "\n");
    const std::string report = run::to_report(result);
    write_file(out / "report.txt", report);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    write_file(out / "timing.json", timing_json(elapsed.count()));
    write_file(out / "result.json", json);
    if (!quiet) {
        print(report);
        note(fmt::format("results are in {}", out.string()));
    }
    return 0;
}

} // namespace imc::cli
