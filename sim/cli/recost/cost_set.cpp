#include "sim/cli/recost/cost_set.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "arch/chip/inventory.h"
#include "arch/config/costs/adc.h"
#include "arch/config/macro_costs.h"
#include "sim/base/config/document.h"
#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/run/leakage.h"
#include "sim/run/ranges.h"
#include "sim/run/summary.h"

namespace imc::cli
{

namespace
{

AdcModel law_named(const std::string& where, const std::string& name)
{
    if (const auto law = adc_law(name))
        return *law;
    throw ConfigError(where, fmt::format("there is no ADC law '{}'{}; the laws are {}", name,
                                         config::suggestion(name, adc_laws()), fmt::join(adc_laws(), ", ")));
}

CostSet::Unit read_unit(const std::string& file, const std::string& key, const nlohmann::json& value)
{
    const std::string where = fmt::format("{}: unit_energy_j.{}", file, key);
    const std::size_t dot = key.find('.');
    std::vector<std::string> components;
    for (std::size_t c = 0; c < component_count; ++c)
        components.emplace_back(name_of(static_cast<Component>(c)));
    const std::string component = key.substr(0, dot);
    if (dot == std::string::npos || std::ranges::find(components, component) == components.end())
        throw ConfigError(where, fmt::format("must be COMPONENT.EVENT, there is no component '{}'{}", component,
                                             config::suggestion(component, components)));
    if (!value.is_number() || !(value.get<double>() >= 0.0 && value.get<double>() <= 9e-3))
        throw ConfigError(where, fmt::format("must be an energy from 0 to 9e-3 J, got {}", value.dump()));
    return {component_named(component), key.substr(dot + 1), Energy::from_joules(value.get<double>())};
}

CostSet read_file_of_costs(const std::string& file)
{
    const nlohmann::json j = config::parse_json(read_file(file), file);
    if (!j.is_object() || !j.contains("schema") || j["schema"] != "imcsim.costs/1")
        throw ConfigError(file, "schema: must be \"imcsim.costs/1\"");
    CostSet set;
    set.name = std::filesystem::path(file).stem();
    for (const auto& [key, value] : j.items()) {
        if (key == "schema" || key.starts_with('_'))
            continue;
        if (key == "adc") {
            if (!value.is_string())
                throw ConfigError(file + ": adc", "must be the name of an ADC law, got " + value.dump());
            set.adc = law_named(file + ": adc", value.get<std::string>());
        } else if (key == "unit_energy_j") {
            if (!value.is_object())
                throw ConfigError(file + ": unit_energy_j", "must be an object, got " + value.dump());
            for (const auto& [name, energy] : value.items())
                set.units.push_back(read_unit(file, name, energy));
        } else {
            throw ConfigError(file + ": " + key,
                              "unknown key" + config::suggestion(key, {"schema", "adc", "unit_energy_j"}));
        }
    }
    return set;
}

} // namespace

CostSet read_cost_set(const std::string& word)
{
    if (word == "own")
        return {word, std::nullopt, {}};
    if (word.ends_with(".json") || word.find('/') != std::string::npos)
        return read_file_of_costs(word);
    return {word, law_named("--costs", word), {}};
}

void check_units(const CostSet& set, const std::vector<StoredRun>& runs)
{
    for (const CostSet::Unit& unit : set.units) {
        std::set<std::string> events;
        for (const StoredRun& stored : runs)
            for (const run::StoredCount& c : stored.result.ledger)
                if (c.component == unit.component)
                    events.insert(c.event);
        if (events.empty() || events.contains(unit.event))
            continue;
        throw ConfigError(fmt::format("--costs {}: unit_energy_j.{}.{}", set.name, name_of(unit.component), unit.event),
                          fmt::format("no run has this event{}; of this component they have {}",
                                      config::suggestion(unit.event, {events.begin(), events.end()}),
                                      fmt::join(events, ", ")));
    }
}

run::Result price(run::Result r, const std::vector<CostSet::Unit>& units)
{
    Ledger ledger, calibration;
    for (run::StoredCount& c : r.ledger) {
        for (const CostSet::Unit& unit : units)
            if (unit.component == c.component && unit.event == c.event &&
                unit.tile_type.value_or(c.tile_type) == c.tile_type) {
                c.unit = unit.energy;
                c.range = unit.range;
            }
        Ledger& its = c.phase == Phase::calibrate ? calibration : ledger;
        its.book(its.declare({c.component, c.event, c.category, c.unit, "", ""}), c.count, LayerId(), c.phase);
    }
    r.leakage_power_w = 0.0;
    for (const run::StoredLeakage& l : r.leakage) {
        for (const Energy e : run::leakage_energy(l, r))
            ledger.book_leakage(l.component, e);
        r.leakage_power_w += l.power_w;
    }
    r.energy = ledger.total();
    r.calibrate_energy = calibration.total();
    r.energy_by_component = ledger.by_component();
    run::add_figures(r);
    run::add_energy_ranges(r);
    return r;
}

run::Result under(const CostSet& set, const StoredRun& stored, std::vector<std::string>& warnings)
{
    const bool converts = std::ranges::any_of(stored.result.ledger,
                                              [](const run::StoredCount& c) { return c.component == Component::adc; });
    if (!set.adc || !converts)
        return price(stored.result, set.units);
    ChipConfig chip = stored.chip;
    std::vector<CostSet::Unit> units;
    for (std::size_t t = 0; t < chip.tiles.size(); ++t) {
        MacroConfig& macro = chip.tiles[t].core.macro;
        if (std::ranges::none_of(stored.result.ledger, [&](const run::StoredCount& c) {
                return c.component == Component::adc && c.tile_type == TileTypeId(t);
            }))
            continue;
        if (macro.adc.model != *set.adc) { // what was measured of one converter says nothing of another
            macro.adc.energy_factor = 1.0;
            macro.adc.bias_a = 0.0;
            macro.adc.bits_left = false;
        }
        macro.adc.model = *set.adc;
        const MacroCosts costs = resolve_costs(macro);
        warnings.insert(warnings.end(), costs.adc.warnings.begin(), costs.adc.warnings.end());
        // One law is asked for: it has no range over laws. That of the run's own law is what "own" shows.
        units.push_back({Component::adc, "conversion", event_types(costs).conversion.unit, TileTypeId(t)});
        units.push_back({Component::adc, "step", event_types(costs).step.unit, TileTypeId(t)});
    }
    units.insert(units.end(), set.units.begin(), set.units.end());
    run::Result r = stored.result;
    std::vector<std::int64_t> tiles;
    for (const run::TileTypeResult& type : r.tile_types)
        tiles.push_back(type.tiles);
    const std::vector<Block> blocks = inventory(chip, tiles);
    for (std::size_t t = 0; t < chip.tiles.size(); ++t) {
        const auto is_adc = [&](const auto& l) {
            return l.component == Component::adc && l.tile_type == TileTypeId(t);
        };
        auto place = std::find_if(r.leakage.begin(), r.leakage.end(), is_adc);
        place = r.leakage.erase(place, std::find_if_not(place, r.leakage.end(), is_adc));
        for (const Block& block : blocks)
            if (is_adc(block) && block.leakage_w > 0.0)
                place = r.leakage.insert(place, {block.component, block.leakage_w, block.domain, block.tile_type}) + 1;
    }
    return price(std::move(r), units);
}

} // namespace imc::cli
