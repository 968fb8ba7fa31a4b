#include <cstdlib>
#include <limits>
#include <map>
#include <regex>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "sim/cli/report/charts.h"
#include "tests/cli/process.h"

/// What README.md shows is what the program does. With IMC_BLESS in the environment, tables and pictures are
/// written instead of compared (scripts/bless.sh).

using namespace imc::test;
using imc::cli::with_prefix;
namespace fs = std::filesystem;

namespace
{

const fs::path source = IMC_SOURCE_DIR;
const bool bless = std::getenv("IMC_BLESS") != nullptr;

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

/// True for "<!-- run -->", and for "<!-- run with PROGRAM -->" where that optional program was built.
bool is_to_be_run(const std::string& line)
{
    const std::string with = "<!-- run with ", end = " -->";
    if (!line.starts_with(with) || !line.ends_with(end))
        return line == "<!-- run -->";
    const std::string program = line.substr(with.size(), line.size() - with.size() - end.size());
    return fs::exists(imcsim_path().parent_path() / program);
}

/// The words of a command; single quotes keep spaces.
std::vector<std::string> words_of(const std::string& command)
{
    std::vector<std::string> words(1);
    bool quoted = false;
    for (const char c : command) {
        if (c == '\'')
            quoted = !quoted;
        else if (c != ' ' || quoted)
            words.back() += c;
        else if (!words.back().empty())
            words.emplace_back();
    }
    if (words.back().empty())
        words.pop_back();
    return words;
}

/// The commands of the blocks that follow a line that asks for it, continued lines joined.
std::vector<std::string> commands(const std::string& readme)
{
    std::vector<std::string> found;
    bool marked = false, inside = false, joined = false;
    for (const std::string& line : lines_of(readme)) {
        if (is_to_be_run(line)) {
            marked = true;
        } else if (line.starts_with("```")) {
            inside = !inside && marked;
            marked = false;
        } else if (inside && !line.empty()) {
            const std::string text = line.substr(line.find_first_not_of(' '));
            if (joined)
                found.back() += text;
            else
                found.push_back(text);
            joined = found.back().ends_with('\\');
            if (joined)
                found.back().pop_back();
        }
    }
    return found;
}

TEST(Readme, EveryCommandItShowsWorks)
{
    const TemporaryDirectory dir; // as it looks from the top of the repository
    fs::create_symlink(source / "configs", dir / "configs");
    fs::create_directory(dir / "build");
    fs::create_symlink(imcsim_path().parent_path(), dir / "build/bin");
    const auto found = commands(imc::read_file(source / "README.md"));
    EXPECT_GE(found.size(), 5u);
    for (const std::string& command : found) {
        const std::vector<std::string> words = words_of(command);
        ASSERT_EQ(words[0], "build/bin/imcsim") << command;
        const Ended ended = run({.words = words, .directory = dir.path()});
        EXPECT_EQ(ended.status, 0) << command << "\n" << ended.err;
    }
}

/// A block after this line is a command, an empty line, and how its output begins.
TEST(Readme, TheOutputItShowsIsTheProgrammes)
{
    const TemporaryDirectory dir;
    fs::create_symlink(source / "configs", dir / "configs");
    std::string readme = imc::read_file(source / "README.md");
    const std::regex pattern("<!-- beginning of the output -->\n```\nbuild/bin/imcsim ([^\n]*)\n\n([^`]*)```");
    std::smatch match;
    ASSERT_TRUE(std::regex_search(readme, match, pattern));
    const std::string shown = match[2];
    std::vector<std::string> words = words_of(match[1]);
    const Ended ended = imcsim(words, dir.path());
    ASSERT_EQ(ended.status, 0) << ended.err;
    const std::size_t lines = lines_of(shown).size();
    std::string now;
    for (const std::string& line : lines_of(ended.out))
        if (lines_of(now).size() < lines)
            now += line + "\n";
    if (bless)
        imc::write_file(source / "README.md", readme.replace(readme.find(shown), shown.size(), now));
    else
        EXPECT_EQ(shown, now) << "scripts/bless.sh brings README.md up to date";
}

nlohmann::json result_of(const std::string& experiment, const fs::path& out)
{
    const Ended ended = imcsim({"run", source / experiment, "--out", out, "--quiet"});
    if (ended.status != 0)
        throw std::runtime_error(experiment + ": " + ended.err);
    return nlohmann::json::parse(imc::read_file(out / "result.json"));
}

/// A row of the table of results, from a run, but for what the simulation took.
std::string row(const std::string& name, const std::string& chip, const std::string& experiment, const fs::path& out)
{
    const auto r = result_of(experiment, out);
    const auto number = [&](const char* key) { return r.at(key).get<double>(); };
    const double rate = number("throughput_inferences_per_s");
    return fmt::format("| {} | [{}]({}) | {} | {} /s | {} | {:.3g} | {:.4g} mm² | {} |", name, chip, experiment,
                       with_prefix(number("latency_s"), "s"),
                       rate < 1000 ? fmt::format("{:.4g}", rate) : fmt::format("{:.0f}", rate),
                       with_prefix(number("energy_per_inference_steady_j"), "J"), number("tops_per_w"),
                       r.at("chip").at("area_mm2").get<double>(), r.at("chip").at("tiles").get<int>());
}

/// What the run before this took, with the streaming that finds its steady state.
std::string simulated_in(const fs::path& out)
{
    const double cpu = nlohmann::json::parse(imc::read_file(out / "timing.json")).at("cpu_user_s");
    return cpu < 0.01 ? "< 0.01 s" : fmt::format("{:.2f} s", cpu);
}

/// Compares, or writes, the rows whose chip is the one named. Time is written only: it is the machine's.
void check_rows(const std::string& chip)
{
    const TemporaryDirectory dir;
    std::string readme = imc::read_file(source / "README.md");
    const std::regex pattern(R"(\| ([^|]*) \| \[([A-Za-z]+)\]\((configs/experiments/[a-z0-9_]+\.json)\) \|.*)");
    std::size_t rows = 0;
    for (const std::string& line : lines_of(readme)) {
        std::smatch match;
        if (!std::regex_match(line, match, pattern) || match[2] != chip)
            continue;
        ++rows;
        const std::string now = row(match[1], match[2], match[3], dir / "out");
        if (bless)
            readme.replace(readme.find(line), line.size(), fmt::format("{} {} |", now, simulated_in(dir / "out")));
        else
            EXPECT_EQ(line.substr(0, now.size()), now) << "scripts/bless.sh brings README.md up to date";
    }
    EXPECT_GE(rows, 6u);
    if (bless)
        imc::write_file(source / "README.md", readme);
}

/// A row of the table of accuracy, from a run: | chip | time | float | integers | chip | worst | agreement | SNR |
std::string accuracy_row(const std::string& chip, const std::string& experiment, const std::string& after,
                         const nlohmann::json& r)
{
    const auto& a = r.at("accuracy");
    const auto percent = [](const nlohmann::json& share) { return fmt::format("{:.1f} %", share.get<double>() * 100); };
    double least = std::numeric_limits<double>::infinity();
    for (const auto& layer : r.at("layers"))
        if (layer.contains("compute_snr_db") && !layer.at("compute_snr_db").is_null())
            least = std::min(least, layer.at("compute_snr_db").get<double>());
    for (const auto& t : a.at("times"))
        if (fmt::format("{:g} s", t.at("time_s").get<double>()) == after) {
            const bool last = t == a.at("times").back();
            return fmt::format("| [{}]({}) | {} | {} | {} | {} | {} | {} | {} |", chip, experiment, after,
                               percent(a.at("float_top1")), percent(a.at("golden_top1")), percent(t.at("top1_mean")),
                               percent(t.at("top1_worst")), percent(t.at("agreement")),
                               !last               ? ""
                               : std::isinf(least) ? "exact"
                                                   : fmt::format("{:.1f} dB", least));
        }
    return "no such time in " + experiment;
}

TEST(Readme, AccuracyIsThatOfTheSimulator)
{
    const TemporaryDirectory dir;
    std::string readme = imc::read_file(source / "README.md");
    const std::regex pattern(R"(\| \[([^\]]*)\]\((configs/experiments/[a-z0-9_]+\.json)\) \| ([^|]*) \|.*)");
    std::map<std::string, nlohmann::json> results;
    std::size_t rows = 0;
    for (const std::string& line : lines_of(readme)) {
        std::smatch match;
        if (!std::regex_match(line, match, pattern))
            continue;
        ++rows;
        if (!results.contains(match[2]))
            results[match[2]] = result_of(match[2], dir / "out");
        const std::string now = accuracy_row(match[1], match[2], match[3], results[match[2]]);
        if (bless)
            readme.replace(readme.find(line), line.size(), now);
        else
            EXPECT_EQ(line, now) << "scripts/bless.sh brings README.md up to date";
    }
    EXPECT_GE(rows, 4u);
    if (bless)
        imc::write_file(source / "README.md", readme);
}

TEST(Readme, ResultsOnTheRramChipAreThoseOfTheSimulator) { check_rows("RRAM"); }
TEST(Readme, ResultsOnThePcmChipAreThoseOfTheSimulator) { check_rows("PCM"); }
TEST(Readme, ResultsOnTheSramChipAreThoseOfTheSimulator) { check_rows("SRAM"); }
TEST(Readme, ResultsOnTheHybridChipAreThoseOfTheSimulator) { check_rows("Hybrid"); }

/// The last two cells of the rows, in the order of the sweep's points.
TEST(Readme, TimeGoesWhereTheSweepSays)
{
    const TemporaryDirectory dir;
    const Ended swept = imcsim({"sweep", source / "configs/sweeps/where_time_goes.json", "--out", dir / "out"});
    ASSERT_EQ(swept.status, 0) << swept.err;
    const auto points = nlohmann::json::parse(imc::read_file(source / "configs/sweeps/where_time_goes.json"))["points"];
    std::string readme = imc::read_file(source / "README.md");
    const auto lines = lines_of(readme);
    auto line = std::find(lines.begin(), lines.end(), "| | what takes time | one inference | between two |");
    ASSERT_NE(line, lines.end());
    ++line;
    for (const auto& point : points) {
        ASSERT_NE(++line, lines.end());
        const auto r =
            nlohmann::json::parse(imc::read_file(dir / "out" / point.at("name").get<std::string>() / "result.json"));
        const std::size_t figures = line->find(" | ", line->find(" | ") + 3) + 3;
        const std::string now =
            line->substr(0, figures) + fmt::format("{} cycles | {:.0f} |", r.at("cycles").get<std::int64_t>(),
                                                   r.at("interval_cycles").get<double>());
        if (bless)
            readme.replace(readme.find(*line), line->size(), now);
        else
            EXPECT_EQ(*line, now) << "scripts/bless.sh brings README.md up to date";
    }
    EXPECT_EQ(*(line + 1), "");
    if (bless)
        imc::write_file(source / "README.md", readme);
}

TEST(Readme, PicturesAreThoseOfARun)
{
    const TemporaryDirectory dir;
    ASSERT_NO_THROW(result_of("configs/experiments/resnet20_rram.json", dir / "out"));
    const Ended report = imcsim({"report", dir / "out", "--svg", dir / "svg"});
    ASSERT_EQ(report.status, 0) << report.err;
    const Ended sheets = imcsim({"validate", "--datasheet", source / "configs/datasheets/held_out.json", "--svg",
                                 dir / "svg/datasheets.svg", "--out", dir / "sheets.json"});
    ASSERT_EQ(sheets.status, 0) << sheets.err;
    for (const auto& [made, shown] : {std::pair{"timeline.svg", "resnet20_rram_timeline.svg"},
                                      std::pair{"energy_by_component.svg", "resnet20_rram_energy_by_component.svg"},
                                      std::pair{"datasheets.svg", "datasheets.svg"}}) {
        const std::string now = imc::read_file(dir / "svg" / made);
        if (bless)
            imc::write_file(source / "docs" / shown, now);
        else
            EXPECT_TRUE(imc::read_file(source / "docs" / shown) == now) << shown << " is out of date: scripts/bless.sh";
    }
}

TEST(Golden, ResultsAreTheStoredOnesToTheByte)
{
    std::vector<std::string> words = {"regress", source / "tests/golden"};
    if (bless)
        words.push_back("--bless");
    const Ended ended = imcsim(words);
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err << "if it is meant to move: scripts/bless.sh";
}

} // namespace
