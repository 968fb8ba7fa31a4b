#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/commands.h"
#include "sim/cli/json_diff.h"
#include "sim/cli/workers.h"

namespace imc::cli
{

namespace
{

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* result_suffix = ".result.json";

/// One experiment of the directory, and what became of it.
struct Case {
    fs::path experiment;
    fs::path stored;
    std::string name;
    enum class State { same, moved, failed, unknown, blessed } state = State::same;
    std::string error;
    std::vector<Difference> moved;
};

const char* name_of(Case::State state)
{
    switch (state) {
    case Case::State::same:
        return "same";
    case Case::State::moved:
        return "moved";
    case Case::State::failed:
        return "failed";
    case Case::State::unknown:
        return "no stored result";
    case Case::State::blessed:
        return "blessed";
    }
    return "";
}

/// A directory for the runs, gone at the end.
class Scratch
{
public:
    Scratch()
    {
        std::string name = (fs::temp_directory_path() / "imcsim_regress_XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw RunError("no temporary directory can be created: " + name);
        path_ = name;
    }
    ~Scratch()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    fs::path operator/(const std::string& name) const { return path_ / name; }

private:
    fs::path path_;
};

std::vector<Case> find_cases(const fs::path& directory)
{
    if (!fs::is_directory(directory))
        throw ConfigError(directory.string(), "is not a directory of experiments");
    std::vector<Case> cases;
    for (const auto& entry : fs::directory_iterator(directory)) {
        const std::string file = entry.path().filename();
        if (!entry.is_regular_file() || entry.path().extension() != ".json" || file.ends_with(result_suffix))
            continue;
        Case c;
        c.experiment = entry.path();
        c.name = entry.path().stem();
        c.stored = directory / (c.name + result_suffix);
        cases.push_back(std::move(c));
    }
    if (cases.empty())
        throw ConfigError(directory.string(), "holds no experiment (*.json)");
    std::ranges::sort(cases, {}, &Case::name);
    return cases;
}

/// The result with the stored one beside it. Bytes decide; the JSON only names what moved.
void judge(Case& c, const std::string& result, bool bless)
{
    const bool known = fs::exists(c.stored);
    const std::string stored = known ? read_file(c.stored) : "";
    if (known && stored == result)
        return;
    if (known) {
        try {
            c.moved = differences(Json::parse(stored), Json::parse(result));
        } catch (const nlohmann::json::exception& e) {
            c.error = fmt::format("{} is not JSON: {}", c.stored.string(), e.what());
        }
        if (c.moved.empty() && c.error.empty())
            c.error = "the files differ in their layout only";
    }
    c.state = known ? Case::State::moved : Case::State::unknown;
    if (bless) {
        write_file(c.stored, result);
        c.state = Case::State::blessed;
    }
}

std::string as_json(const std::vector<Case>& cases)
{
    Json list = Json::array();
    for (const Case& c : cases) {
        Json item = {{"name", c.name}, {"state", name_of(c.state)}};
        if (!c.error.empty())
            item["error"] = c.error;
        item["moved"] = Json::array();
        for (const Difference& d : c.moved)
            item["moved"].push_back({{"path", d.path}, {"stored", d.before}, {"now", d.now}});
        list.push_back(std::move(item));
    }
    return Json{{"schema", "imcsim.regress/1"}, {"experiments", std::move(list)}}.dump(2) + "\n";
}

std::string as_text(const std::vector<Case>& cases, std::size_t most)
{
    std::string text;
    for (const Case& c : cases) {
        text += fmt::format("{:<32} {}\n", c.name, name_of(c.state));
        if (!c.error.empty())
            text += fmt::format("    {}\n", c.error);
        for (std::size_t i = 0; i < std::min(most, c.moved.size()); ++i)
            text += fmt::format("    {}: {} -> {}\n", c.moved[i].path,
                                c.moved[i].before.empty() ? "absent" : c.moved[i].before,
                                c.moved[i].now.empty() ? "absent" : c.moved[i].now);
        if (c.moved.size() > most)
            text += fmt::format("    and {} more (--all shows them)\n", c.moved.size() - most);
    }
    return text;
}

} // namespace

int run_regress(std::span<const std::string> args)
{
    fs::path directory;
    bool bless = false, json = false, all = false;
    std::int64_t jobs = static_cast<std::int64_t>(processors());
    Options options(
        "regress", "DIR",
        "Runs every experiment NAME.json in DIR and compares its result with DIR/NAME.result.json, byte for\n"
        "byte. Exit status 1, naming what moved, if a result is another than the stored one.");
    options.argument("DIR", directory);
    options.flag("bless", bless, "store the results as they are now");
    options.flag("json", json, "print JSON");
    options.flag("all", all, "name every figure that moved");
    options.value("jobs", jobs, "N", "experiments run at a time; default: the number of processors");
    if (!options.parse(args))
        return 0;
    if (jobs < 1)
        throw ConfigError("imcsim regress --jobs", fmt::format("{} is less than 1", jobs));

    std::vector<Case> cases = find_cases(directory);
    const Scratch scratch;
    {
        Progress progress("regress", cases.size());
        const auto job = [&](std::size_t i) {
            return run_command("run",
                               {cases[i].experiment.string(), "--out", (scratch / cases[i].name).string(), "--quiet"});
        };
        run_jobs(cases.size(), static_cast<std::size_t>(jobs), job, [&](const JobEnd& end) {
            Case& c = cases[end.index];
            if (end.status != 0) {
                c.state = Case::State::failed;
                c.error = fmt::format("exit status {}: {}", end.status, end.message);
            } else {
                judge(c, read_file(scratch / c.name / "result.json"), bless);
            }
            progress.step();
        });
    }
    print(json ? as_json(cases) : as_text(cases, all ? SIZE_MAX : 12));
    const bool good = std::ranges::all_of(
        cases, [](const Case& c) { return c.state == Case::State::same || c.state == Case::State::blessed; });
    return good ? 0 : 1;
}

} // namespace imc::cli
