#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/random.h"
#include "sim/base/trace/writers.h"

using namespace imc;
using namespace imc::trace;
namespace fs = std::filesystem;

namespace
{

constexpr Femtoseconds ns = 1'000'000;

class TraceFiles : public ::testing::Test
{
protected:
    fs::path dir = fs::temp_directory_path() / ("imc_trace_" + std::to_string(::getpid()));
    Trace trace;
    TraceFiles() { fs::create_directories(dir); }
    ~TraceFiles() override { fs::remove_all(dir); }

    std::vector<std::string> lines(const char* file) const
    {
        std::istringstream text(read_file(dir / file));
        std::vector<std::string> result;
        for (std::string line; std::getline(text, line);)
            result.push_back(line);
        return result;
    }
    /// Random operations on a few tracks, in no order of time.
    std::vector<Span> random_spans(int count)
    {
        RandomStream random(3, "spans");
        std::vector<Span> spans;
        for (int i = 0; i < count; ++i) {
            Span s;
            s.track = trace.track("tile[" + std::to_string(random.below(3)) + "].macro");
            s.name = trace.name("mvm");
            s.layer = LayerId(static_cast<std::size_t>(random.below(5)));
            s.start = random.below(1000) * ns / 7;
            s.end = s.start + random.below(40) * ns / 3;
            spans.push_back(s);
        }
        return spans;
    }
};

TEST_F(TraceFiles, AppearOnlyWhenTheTraceIsFinished)
{
    {
        Trace unfinished;
        attach_writers(unfinished, {true, true, true, true}, dir, ns, R"({"mesh":[1,1]})");
        unfinished.span({unfinished.track("a"), unfinished.name("x"), LayerId(), 0, ns, {}});
        EXPECT_TRUE(unfinished);
    }
    EXPECT_TRUE(fs::is_empty(dir));
    attach_writers(trace, {true, true, true, true}, dir, ns, R"({"mesh":[1,1]})");
    trace.finish(0);
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(dir))
        names.insert(entry.path().filename());
    EXPECT_EQ(names, (std::set<std::string>{"packets.json", "spans.csv", "trace.csv", "trace.json", "trace.vcd"}));
}

TEST_F(TraceFiles, UnknownKindsAreRefusedWithASuggestion)
{
    EXPECT_TRUE(parse_kinds({"csv", "vcd"}).vcd);
    EXPECT_FALSE(parse_kinds({"csv"}).perfetto);
    try {
        parse_kinds({"perfeto"});
        FAIL();
    } catch (const ConfigError& e) {
        EXPECT_THAT(e.what(), ::testing::HasSubstr("did you mean 'perfetto'"));
    }
}

TEST_F(TraceFiles, TheEnergyColumnAddsUpToTheRunExactly)
{
    attach_writers(trace, parse_kinds({"csv"}), dir, 10 * ns, "{}");
    trace.layer(LayerId(0), "conv, \"first\"");
    RandomStream random(4, "bookings");
    Energy total;
    std::int64_t conversions = 0;
    for (int i = 0; i < 100000; ++i) { // more kinds than the writer keeps in memory
        Booking b;
        b.component = static_cast<Component>(random.below(component_count));
        b.category = static_cast<Category>(random.below(category_count));
        b.event = trace.name(i % 2 ? "read" : "conversion");
        b.layer = i % 3 ? LayerId(static_cast<std::size_t>(random.below(50))) : LayerId();
        b.start = random.below(100'000) * ns;
        b.end = b.start + random.below(30) * ns;
        b.count = random.below(1000);
        b.energy = Energy::from_quanta(1 + random.below(1'000'000'000'000));
        conversions += i % 2 ? 0 : b.count;
        total += b.energy;
        trace.booking(b);
    }
    trace.finish(0);
    // An independent reader: digits of the last column as one integer, quoted fields with commas respected.
    Energy::Wide sum = 0;
    std::int64_t counted = 0;
    const auto rows = lines("trace.csv");
    ASSERT_EQ(rows[0], "start_fs,end_fs,component,category,phase,event,layer,count,energy_j");
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const std::size_t energy = rows[i].rfind(','), count = rows[i].rfind(',', energy - 1);
        Energy::Wide digits = 0;
        for (const char c : rows[i].substr(energy + 1))
            if (c != '.')
                digits = digits * 10 + (c - '0');
        sum += digits;
        if (rows[i].find(",conversion,") != std::string::npos)
            counted += std::stoll(rows[i].substr(count + 1));
    }
    EXPECT_EQ(exact_joules(Energy::from_quanta(sum)), exact_joules(total));
    EXPECT_EQ(counted, conversions);
    EXPECT_THAT(read_file(dir / "trace.csv"), ::testing::HasSubstr(",\"conv, \"\"first\"\"\","));
}

TEST_F(TraceFiles, PerfettoSpansOfOneThreadNeverOverlapAndNoneIsLost)
{
    attach_writers(trace, parse_kinds({"perfetto"}), dir, ns, "{}");
    trace.layer(LayerId(2), "conv\"2");
    const std::vector<Span> spans = random_spans(500);
    const Argument positions[] = {{trace.name("positions"), 12}};
    for (Span s : spans) {
        s.arguments = positions;
        trace.span(s);
    }
    trace.counter({trace.track("tile[1].buffer"), trace.name("fill"), 5 * ns, 0.5});
    trace.finish(0);
    const auto json = nlohmann::json::parse(read_file(dir / "trace.json"));
    std::map<std::pair<int, int>, std::vector<std::pair<double, double>>> threads;
    std::set<std::string> processes;
    std::size_t slices = 0;
    for (const auto& e : json.at("traceEvents")) {
        if (e.at("ph") == "X") {
            ++slices;
            EXPECT_EQ(e.at("args").at("positions"), 12);
            EXPECT_TRUE(e.at("args").at("layer").is_string());
            threads[{e.at("pid"), e.at("tid")}].emplace_back(e.at("ts"),
                                                             e.at("ts").get<double>() + e.at("dur").get<double>());
        } else if (e.at("ph") == "M" && e.at("name") == "process_name") {
            EXPECT_TRUE(processes.insert(e.at("args").at("name")).second);
        } else if (e.at("ph") == "C") {
            EXPECT_EQ(e.at("args").at("value"), 0.5);
            EXPECT_EQ(e.at("name"), "buffer fill");
        }
    }
    EXPECT_EQ(slices, spans.size());
    EXPECT_EQ(processes, (std::set<std::string>{"tile[0]", "tile[1]", "tile[2]"}));
    for (auto& [thread, parts] : threads) {
        std::ranges::sort(parts);
        for (std::size_t i = 1; i < parts.size(); ++i)
            EXPECT_GE(parts[i].first, parts[i - 1].second - 1e-9);
    }
}

TEST_F(TraceFiles, PerfettoJoinsBothEndsOfATransferByAnArrow)
{
    attach_writers(trace, parse_kinds({"perfetto"}), dir, ns, "{}");
    trace.transfer({trace.name("activation"),
                    LayerId(1),
                    trace.track("tile[0].ni"),
                    10 * ns,
                    14 * ns,
                    trace.track("tile[3].ni"),
                    20 * ns,
                    24 * ns,
                    {}});
    trace.finish(0);
    const auto json = nlohmann::json::parse(read_file(dir / "trace.json"));
    std::map<std::string, nlohmann::json> by_phase;
    std::vector<nlohmann::json> slices;
    for (const auto& e : json.at("traceEvents")) {
        by_phase[e.at("ph")] = e;
        if (e.at("ph") == "X")
            slices.push_back(e);
    }
    ASSERT_EQ(slices.size(), 2u);
    ASSERT_TRUE(by_phase.contains("s") && by_phase.contains("f"));
    EXPECT_EQ(by_phase["s"].at("id"), by_phase["f"].at("id"));
    EXPECT_EQ(by_phase["s"].at("tid"), slices[0].at("tid"));
    EXPECT_EQ(by_phase["f"].at("tid"), slices[1].at("tid"));
    EXPECT_EQ(by_phase["f"].at("ts"), 0.02);
    EXPECT_EQ(by_phase["f"].at("bp"), "e");
}

/// Replays the changes of one variable and asks for its value at a time.
class Wave
{
public:
    void change(Femtoseconds time, const std::string& value) { changes_[time] = value; }
    std::string at(Femtoseconds time) const { return std::prev(changes_.upper_bound(time))->second; }

private:
    std::map<Femtoseconds, std::string> changes_;
};

TEST_F(TraceFiles, VcdSignalsFollowTheOperations)
{
    attach_writers(trace, parse_kinds({"vcd"}), dir, ns, "{}");
    const std::vector<Span> spans = random_spans(300);
    for (const Span& s : spans)
        trace.span(s);
    trace.track("tile[0]"); // a module without operations, above one that has some
    trace.finish(2000 * ns);

    std::map<std::string, std::string> codes; // "tile[0].macro.busy" -> code
    std::map<std::string, Wave> waves;
    std::vector<std::string> scope;
    Femtoseconds now = -1, last = -1;
    for (const std::string& line : lines("trace.vcd")) {
        std::istringstream words(line);
        std::string word, kind, width, code, name;
        words >> word;
        if (word == "$scope") {
            words >> kind >> name;
            scope.push_back(name);
        } else if (word == "$upscope") {
            scope.pop_back();
        } else if (word == "$var") {
            words >> kind >> width >> code >> name;
            std::string path;
            for (const std::string& s : scope)
                path += s + ".";
            codes[path + name] = code;
        } else if (word[0] == '#') {
            now = std::stoll(word.substr(1));
            EXPECT_GT(now, last);
            last = now;
        } else if (word[0] == 'b') {
            words >> code;
            waves[code].change(now, word.substr(1));
        }
    }
    EXPECT_EQ(now, 2000 * ns);
    EXPECT_EQ(codes.size(), 8u);
    RandomStream random(5, "times");
    for (int i = 0; i < 300; ++i) {
        const Femtoseconds time = random.below(160 * ns);
        for (int tile = 0; tile < 3; ++tile) {
            const std::string path = "tile[" + std::to_string(tile) + "].macro";
            unsigned long busy = 0;
            std::pair<Femtoseconds, LayerId> latest{-1, LayerId(0)};
            for (const Span& s : spans) {
                if (s.track == trace.track(path) && s.start < s.end && s.start <= time) {
                    latest = std::max(latest, {s.start, s.layer});
                    busy += time < s.end;
                }
            }
            EXPECT_EQ(std::stoul(waves[codes[path + ".busy"]].at(time), nullptr, 2), busy);
            const std::string layer = waves[codes[path + ".layer"]].at(time);
            if (busy == 0)
                EXPECT_EQ(layer, "x");
            else
                EXPECT_EQ(std::stoul(layer, nullptr, 2), latest.second.value());
        }
    }
}

TEST_F(TraceFiles, PacketsFormACaseInOrderOfCreation)
{
    attach_writers(trace, parse_kinds({"packets"}), dir, ns, R"({"mesh": [2, 2], "router": {"virtual_channels": 1}})");
    trace.packet({1, 7, 0, 3, 4, 0, 8, 20, 23});
    trace.packet({0, 5, 1, 2, 1, 0, 5, 17, 17});
    trace.finish(0);
    const auto json = nlohmann::json::parse(read_file(dir / "packets.json"));
    EXPECT_EQ(json.at("mesh"), nlohmann::json({2, 2}));
    EXPECT_EQ(json.at("router").at("virtual_channels"), 1);
    EXPECT_EQ(json.at("packets"), nlohmann::json({{5, 1, 2, 1}, {7, 0, 3, 4}}));
    EXPECT_EQ(json.at("results"), nlohmann::json({{5, 17, 17}, {8, 20, 23}}));
}

TEST_F(TraceFiles, SpanTableHasOneRowPerOperation)
{
    attach_writers(trace, parse_kinds({"csv"}), dir, ns, "{}");
    trace.span({trace.track("tile[0].adc"), trace.name("convert"), LayerId(4), 1, 2, {}});
    trace.finish(0);
    EXPECT_EQ(lines("spans.csv")[1], "tile[0].adc,,convert,4,1,2,,");
}

} // namespace
