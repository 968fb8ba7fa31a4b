#include "sim/cli/recost/stored_run.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/recost/cost_set.h"
#include "sim/cli/recost/result_part.h"
#include "sim/cli/recost/result_reader.h"
#include "sim/run/experiment.h"
#include "sim/run/leakage.h"

namespace imc::cli
{

namespace
{

template <class E, std::size_t N> E named(const std::string& name)
{
    for (std::size_t i = 0; i < N; ++i)
        if (name_of(static_cast<E>(i)) == name)
            return static_cast<E>(i);
    throw std::invalid_argument(fmt::format("'{}' is unknown", name));
}

/// A line says whose tiles it is about if the chip has several types.
TileTypeId tile_type_named(const std::string& name, const run::Result& r)
{
    if (name.empty())
        return r.tile_types.size() > 1 ? TileTypeId() : TileTypeId(0);
    for (std::size_t t = 0; t < r.tile_types.size(); ++t)
        if (r.tile_types[TileTypeId(t)].name == name)
            return TileTypeId(t);
    throw std::invalid_argument(fmt::format("tile type '{}' is unknown", name));
}

void read_tile_types(const ResultPart& chip, run::Result& r)
{
    r.tiles = chip.at("tiles").count();
    if (!chip.has("tile_types")) {
        r.tile_types.push_back({});
        r.tile_types[TileTypeId(0)].tiles = r.tiles;
        return;
    }
    for (const ResultPart& line : chip.at("tile_types").items()) {
        run::TileTypeResult type;
        type.name = line.at("name").text();
        type.tiles = line.at("tiles").count();
        r.tile_types.push_back(std::move(type));
    }
}

/// Low and high over the nominal cost; results of before there were ranges have none.
CostRange range_of(const ResultPart& line)
{
    if (!line.has("range"))
        return {};
    const std::vector<ResultPart> range = line.at("range").items();
    if (range.size() != 2)
        line.at("range").fail("low and high");
    return {range[0].number(), range[1].number()};
}

/// Layers are merged: only totals are priced.
void read_ledger(const std::vector<LedgerLine>& ledger, const ResultPart& leakage, run::Result& r)
{
    for (const LedgerLine& line : ledger) {
        run::StoredCount c;
        c.component = named<Component, component_count>(line.component);
        c.event = line.event;
        c.category = named<Category, category_count>(line.category);
        c.phase = named<Phase, phase_count>(line.phase);
        c.count = line.count;
        c.unit = Energy::from_joules(line.unit_energy_j);
        c.tile_type = tile_type_named(line.tile_type, r);
        c.range = line.range;
        r.ledger.push_back(std::move(c));
    }
    for (const ResultPart& line : leakage.items()) {
        const double watts = line.at("power_w").number();
        const auto domain = named<PowerDomainKind, power_domain_kinds>(line.at("domain").text());
        const Component component = component_named(line.at("component").text());
        const TileTypeId type = tile_type_named(line.has("tile_type") ? line.at("tile_type").text() : "", r);
        r.leakage.push_back({component, watts, domain, type, range_of(line)});
    }
}

void read_power(const ResultPart& states, run::Result& r)
{
    for (std::size_t t = 0; t < r.tile_types.size(); ++t)
        for (const PowerDomainKind domain : {PowerDomainKind::macros, PowerDomainKind::tile}) {
            r.power.emplace_back();
            r.power.back().domain = domain;
            r.power.back().tile_type = TileTypeId(t);
        }
    r.power.emplace_back();
    for (run::PowerStates& s : r.power) {
        const ResultPart line = states.at(run::domain_name(r, s));
        s.instances = line.at("instances").count();
        s.gates = line.at("gates").flag();
        s.idle_leakage = line.at("idle_leakage_fraction").number();
        s.gated_leakage = line.at("gated_leakage_fraction").number();
        s.active = line.at("active_cycles").count();
        s.idle = line.at("idle_cycles").count();
        s.gated = line.at("gated_cycles").count();
        s.wakes = line.at("wakes").count();
        const ResultPart steady = line.at("steady");
        r.steady_inferences = steady.at("inferences").count();
        s.steady_active = steady.at("active_cycles").count();
        s.steady_idle = steady.at("idle_cycles").count();
        s.steady_gated = steady.at("gated_cycles").count();
        s.steady_wakes = steady.at("wakes").count();
    }
    for (const run::StoredLeakage& l : r.leakage)
        if (const auto& s = run::states_of(r, l.domain, l.tile_type); s.instances < 1)
            throw std::invalid_argument(fmt::format("power states of {} instances", s.instances));
}

bool is_run(const std::filesystem::path& directory)
{
    return std::filesystem::is_regular_file(directory / "result.json");
}

void add_runs_below(const std::filesystem::path& directory, std::vector<std::filesystem::path>& runs)
{
    std::vector<std::filesystem::path> inside;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.is_directory())
            inside.push_back(entry.path());
    std::ranges::sort(inside);
    for (const std::filesystem::path& entry : inside)
        if (is_run(entry))
            runs.push_back(entry);
        else if (!std::filesystem::is_symlink(entry)) // which may lead back here
            add_runs_below(entry, runs);
}

run::Result read_result(const std::filesystem::path& file)
{
    run::Result r;
    const std::string content = read_file(file);
    try {
        const ResultFile parsed = read_result_file(content, file.string());
        const nlohmann::json& root = *parsed.rest;
        const ResultPart j(root, file.string());
        if (!j.has("schema") || root["schema"] != "imcsim.result/1")
            throw ConfigError(file.string(), "is not a result: its \"schema\" is not \"imcsim.result/1\"");
        if (!parsed.ledger || !j.has("leakage") || !j.has("power_states"))
            throw ConfigError(file.string(),
                              "holds no counts (\"ledger\", \"leakage\" and \"power_states\"): it was written by an "
                              "earlier imcsim; run the experiment again");
        r.macs = j.at("network").at("macs").count();
        read_tile_types(j.at("chip"), r);
        r.cycles = j.at("cycles").count();
        r.clock_hz = j.at("clock_hz").number();
        r.interval_cycles = j.at("interval_cycles").number();
        r.leakage_power_w = j.at("leakage_power_w").number();
        read_ledger(*parsed.ledger, j.at("leakage"), r);
        read_power(j.at("power_states"), r);
        const run::Result summed = price(r, {});
        const auto expect = [&](const char* key, double stored, Energy sum) {
            if (stored != sum.joules())
                throw ConfigError(file.string(), fmt::format("{} is {} J, its counts come to {} J: the file was "
                                                             "changed or is of another version",
                                                             key, stored, sum.joules()));
        };
        expect("energy_j", j.at("energy_j").number(), summed.energy);
        double calibrate = 0.0;
        if (root.contains(nlohmann::json::json_pointer("/accuracy/compensation/energy_j")))
            calibrate = j.at("accuracy").at("compensation").at("energy_j").number();
        expect("accuracy.compensation.energy_j", calibrate, summed.calibrate_energy);
    } catch (const nlohmann::json::exception& e) {
        throw ConfigError(file.string(), fmt::format("is not a result: {}", e.what()));
    } catch (const std::invalid_argument& e) {
        throw ConfigError(file.string(), fmt::format("is not a result: {}", e.what()));
    }
    return r;
}

} // namespace

std::vector<std::filesystem::path> directories_of_runs(const std::vector<std::string>& words)
{
    std::vector<std::filesystem::path> runs;
    for (const std::string& word : words) {
        const std::size_t before = runs.size();
        if (is_run(word))
            runs.emplace_back(word);
        else if (std::filesystem::is_directory(word))
            try {
                add_runs_below(word, runs);
            } catch (const std::filesystem::filesystem_error& e) {
                throw ConfigError(e.path1().string(), "cannot be read: " + e.code().message());
            }
        else
            throw ConfigError(word, "is not a directory");
        if (runs.size() == before)
            throw ConfigError(word, "is not the directory of a run, and there is none below it: no result.json "
                                    "(imcsim run --out, imcsim sweep --out)");
    }
    return runs;
}

StoredRun read_stored_run(const std::filesystem::path& directory)
{
    if (!std::filesystem::is_regular_file(directory / "result.json") ||
        !std::filesystem::is_regular_file(directory / "resolved.json"))
        throw ConfigError(directory.string(),
                          "is not the directory of a run: it needs result.json and resolved.json (imcsim run --out)");
    StoredRun stored;
    stored.name = directory.string();
    stored.chip = config::Document::load(directory / "resolved.json").read<run::Experiment>().chip;
    stored.result = read_result(directory / "result.json");
    return stored;
}

} // namespace imc::cli
