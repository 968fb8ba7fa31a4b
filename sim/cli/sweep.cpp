#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/commands.h"
#include "sim/cli/sweep/outcome.h"
#include "sim/cli/sweep/plan.h"
#include "sim/cli/workers.h"

namespace imc::cli
{

namespace
{

namespace fs = std::filesystem;

/// What a point's directory says it was made from: the experiment and all assignments.
std::string record_of(const std::string& experiment, const SweepPoint& point)
{
    std::string record = experiment;
    for (const std::string& assignment : point.set)
        record += "\n--set " + assignment;
    return record + "\n";
}

/// Whether a point's directory holds the finished result of this very point.
bool is_done(const fs::path& directory, const std::string& record)
{
    return fs::exists(directory / "result.json") && fs::exists(directory / "point.txt") &&
           read_file(directory / "point.txt") == record;
}

/// Runs the points that `wanted` names; fills in the outcomes as they come.
void run_points(const SweepPlan& plan, const std::vector<std::string>& records, const fs::path& out,
                const std::vector<std::size_t>& wanted, std::size_t jobs, std::vector<SweepOutcome>& outcomes)
{
    Progress progress("sweep", wanted.size());
    const auto job = [&](std::size_t i) {
        const std::size_t index = wanted[i];
        const fs::path directory = out / plan.points[index].name;
        std::error_code ignored; // what cannot be removed cannot be written either, and that is reported
        fs::remove(directory / "result.json", ignored);
        std::vector<std::string> args = {plan.config.experiment.string(), "--out", directory.string(), "--quiet"};
        for (const std::string& assignment : plan.points[index].set)
            args.insert(args.end(), {"--set", assignment});
        const int status = run_command("run", args);
        if (status == 0)
            write_file(directory / "point.txt", records[index]);
        return status;
    };
    run_jobs(wanted.size(), jobs, job, [&](const JobEnd& end) {
        const std::size_t index = wanted[end.index];
        if (end.status != 0)
            outcomes[index].error = fmt::format("exit status {}: {}", end.status, end.message);
        else
            outcomes[index].result = read_file(out / plan.points[index].name / "result.json");
        progress.step();
    });
}

} // namespace

int run_sweep(std::span<const std::string> args)
{
    fs::path file, out;
    std::vector<std::string> set;
    std::int64_t jobs = static_cast<std::int64_t>(processors());
    bool resume = false;
    Options options(
        "sweep", "SWEEP.json",
        "Runs an experiment at every point of a grid or a list of assignments. Each point's result goes to\n"
        "DIR/NAME, the table of all to DIR/sweep.csv, their picture to DIR/sweep.svg. Exit status 1 if a\n"
        "point failed; the others are in the table all the same.");
    options.argument("SWEEP.json", file);
    options.value("out", out, "DIR", "where the results go; default: out/ and the file's name");
    options.values("set", set, "PATH=VALUE", "change the sweep file");
    options.value("jobs", jobs, "N", "points run at a time; default: the number of processors");
    options.flag("resume", resume, "keep the results that are there from an earlier, interrupted sweep");
    if (!options.parse(args))
        return 0;
    if (jobs < 1)
        throw ConfigError("imcsim sweep --jobs", fmt::format("{} is less than 1", jobs));

    config::Document document = config::Document::load(file);
    for (const std::string& assignment : set)
        document.set(assignment);
    const SweepPlan plan = plan_sweep(document);
    const std::string experiment = read_file(plan.config.experiment);
    if (out.empty())
        out = fs::path("out") / file.stem();
    make_directory(out);

    std::vector<SweepOutcome> outcomes(plan.points.size());
    std::vector<std::string> records;
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < plan.points.size(); ++i) {
        records.push_back(record_of(experiment, plan.points[i]));
        const fs::path directory = out / plan.points[i].name;
        if (resume && is_done(directory, records[i]))
            outcomes[i].result = read_file(directory / "result.json");
        else
            wanted.push_back(i);
    }
    run_points(plan, records, out, wanted, static_cast<std::size_t>(jobs), outcomes);

    write_file(out / "sweep.csv", sweep_csv(plan, outcomes));
    write_file(out / "sweep.svg", sweep_svg(plan, outcomes));
    const auto failed = std::ranges::find_if(outcomes, [](const SweepOutcome& o) { return !o.error.empty(); });
    note(fmt::format("sweep: {} points, {} run now; {}", plan.points.size(), wanted.size(),
                     (out / "sweep.csv").string()));
    if (const std::string absent = absent_column(plan, outcomes); failed == outcomes.end() && !absent.empty())
        throw RunError(fmt::format("{}: no result has '{}', which is asked for", document.file().string(), absent));
    if (failed == outcomes.end())
        return 0;
    const auto bad = std::ranges::count_if(outcomes, [](const SweepOutcome& o) { return !o.error.empty(); });
    throw RunError(fmt::format("{} of {} points failed; point {}: {}", bad, plan.points.size(),
                               plan.points[static_cast<std::size_t>(failed - outcomes.begin())].name, failed->error));
}

} // namespace imc::cli
