// What a chip consists of as SystemC modules, and the same hierarchy in its traces.

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <systemc>

#include "arch/chip/chip.h"
#include "tests/chip/run_file.h"
#include "tests/chip/support.h"

namespace
{

using namespace imc;
using test::TemporaryDirectory;

void collect(const std::vector<sc_core::sc_object*>& objects, std::set<std::string>& names)
{
    for (const sc_core::sc_object* object : objects) {
        if (dynamic_cast<const sc_core::sc_module*>(object))
            names.insert(object->name());
        collect(object->get_child_objects(), names);
    }
}

/// Names of all modules of a chip that is built for an experiment.
std::set<std::string> modules(const run::Experiment& experiment, const run::Mapped& mapped)
{
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    Ledger ledger;
    tile::ServiceTable services(experiment.chip, mapped.program, ledger);
    const Chip chip("chip", experiment.chip, mapped.program, mapped.mesh, services,
                    {.circuit = experiment.run.detail == run::Detail::circuit});
    std::set<std::string> names;
    collect(sc_core::sc_get_top_level_objects(), names);
    return names;
}

TEST(Modules, AreTheNetworkTheMemoryNodeAndThePartsOfEveryTileInUse)
{
    const run::Experiment e =
        test::load_experiment(test::shipped_experiment("lenet5_rram"), {"chip.noc.tiles_per_router=2"});
    const run::Mapped mapped = run::map_experiment(e);
    ASSERT_EQ(mapped.mapping.tiles, 5u);
    std::set<std::string> expected{"chip", "chip.noc"};
    const auto add = [&](const std::string& node, std::initializer_list<const char*> parts) {
        expected.insert(node);
        for (const char* part : parts)
            expected.insert(node + "." + part);
    };
    add("chip.memory", {"global_buffer", "pins", "network_interface"});
    for (std::size_t t = 0; t < mapped.mapping.tiles; ++t) {
        const std::uint32_t endpoint = mapped.program.endpoint[t], router = endpoint / 2;
        add(fmt::format("chip.tile_{}_{}_{}", router % mapped.mesh.columns, router / mapped.mesh.columns, endpoint % 2),
            {"input_buffer", "output_buffer", "accumulator", "vector_unit", "network_interface"});
    }
    EXPECT_EQ(modules(e, mapped), expected);
}

class InCircuitDetail : public testing::TestWithParam<std::vector<std::string>>
{
};

TEST_P(InCircuitDetail, EveryMacroInUseIsAModuleOfItsCore)
{
    const run::Experiment e =
        test::load_experiment(test::shipped_experiment(GetParam().front()), {GetParam().begin() + 1, GetParam().end()});
    const run::Mapped mapped = run::map_experiment(e);
    std::int64_t macros = 0;
    for (const program::Actor& actor : mapped.program.actors)
        macros += actor.macros();
    std::int64_t found = 0, drivers = 0;
    for (const std::string& name : modules(e, mapped)) {
        const std::size_t at = name.find(".macro_");
        if (at == std::string::npos)
            continue;
        EXPECT_NE(name.find(".core_"), std::string::npos) << name;
        found += name.find('.', at + 1) == std::string::npos;
        drivers += name.ends_with(".drivers");
    }
    EXPECT_EQ(found, macros);
    EXPECT_EQ(drivers, macros);
}

using Words = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(, InCircuitDetail,
                         testing::Values(Words{"lenet5_rram", "run.detail=circuit"},
                                         Words{"lenet5_pcm", "run.detail=circuit"},
                                         Words{"lenet5_sram", "run.detail=circuit", "mapping.replication=balanced",
                                               "mapping.tile_budget=20"},
                                         Words{"lenet5_rram", "run.detail=circuit", "mapping.replication=balanced",
                                               "mapping.tile_budget=12"},
                                         Words{"resnet20_sram", "run.detail=circuit"}));

TEST(Modules, CountWhatTheySendAndServe)
{
    const run::Experiment e = test::load_experiment(test::shipped_experiment("lenet5_rram"));
    const run::Mapped mapped = run::map_experiment(e);
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    Ledger ledger;
    tile::ServiceTable services(e.chip, mapped.program, ledger);
    Chip chip("chip", e.chip, mapped.program, mapped.mesh, services, {});
    chip.permit(1);
    sc_core::sc_start();
    ASSERT_EQ(chip.inferences_done(), 1);
    std::int64_t packets = 0, flits = 0, served = 0, steps = 0;
    for (std::size_t t = 0; t < chip.tiles(); ++t) {
        const Tile& tile = chip.tile(TileId(t));
        packets += tile.network_interface().stats().packets;
        flits += tile.network_interface().stats().flits;
        const tile::Units& units = tile.engine().units();
        for (const tile::Unit* unit : {units.buffer, units.accumulator, units.vector_unit, units.memory})
            if (unit) {
                served += unit->served;
                EXPECT_LE(unit->busy, chip.cycle()) << tile.name();
            }
        for (const tile::ActorState& actor : tile.engine().actors())
            for (const tile::Step& step : actor.service.first.steps)
                steps += tile::shared(step.resource) ? actor.actor->share.tokens() : 0;
    }
    EXPECT_EQ(packets, static_cast<std::int64_t>(chip.network().statistics().packets_delivered));
    EXPECT_EQ(flits, static_cast<std::int64_t>(chip.network().statistics().flits_injected));
    EXPECT_EQ(served, steps);
}

/// Signals of a VCD file by the path of their scope and name, and the largest value each has had.
std::map<std::string, int> signals_of(const std::filesystem::path& file)
{
    std::ifstream in(file);
    std::vector<std::string> scopes;
    std::map<std::string, std::string> paths; // by code
    std::map<std::string, int> most;
    for (std::string line; std::getline(in, line);) {
        std::istringstream fields(line);
        std::string word, kind, bits, code, name;
        fields >> word;
        if (word == "$scope") {
            fields >> kind >> name;
            scopes.push_back(name);
        } else if (word == "$upscope") {
            scopes.pop_back();
        } else if (word == "$var") {
            fields >> kind >> bits >> code >> name;
            for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope)
                name = *scope + "." + name;
            paths[code] = name;
            most[name] = 0;
        } else if (word.size() > 1 && word[0] == 'b' && word[1] != 'x') {
            fields >> code;
            int& value = most.at(paths.at(code));
            value = std::max(value, std::stoi(word.substr(1), nullptr, 2));
        }
    }
    return most;
}

TEST(Modules, OfTheTraceAreThoseOfTheChipAndAUnitServesOneAtATime)
{
    for (const char* detail : {"schedule", "circuit"}) {
        const TemporaryDirectory out;
        test::run_file(out.path(), test::shipped_experiment("lenet5_pcm"),
                       {"run.steady_state=false", std::string("run.detail=") + detail}, "vcd,perfetto");
        const auto signals = signals_of(out / "trace.vcd");
        std::map<std::string, int> worked; // units of each kind that ever did
        for (const auto& [name, most] : signals) {
            if (!name.ends_with(".busy"))
                continue;
            EXPECT_TRUE(name.starts_with("chip.tile_") || name.starts_with("chip.memory.")) << name;
            const std::string module = name.substr(0, name.rfind('.'));
            const std::string last = module.substr(module.rfind('.') + 1);
            for (const char* unit : {"input_buffer", "vector_unit", "accumulator", "global_buffer", "bus", "macro"})
                if (last.starts_with(unit) && most > 0) {
                    ++worked[unit];
                    EXPECT_TRUE(most == 1 || std::string(unit) == "macro") << name; // whose operations overlap
                }
        }
        for (const char* unit : {"input_buffer", "vector_unit", "accumulator", "global_buffer", "bus", "macro"})
            EXPECT_GT(worked[unit], 0) << detail << ": no " << unit;
        const std::string perfetto = read_file(out / "trace.json");
        for (const char* text :
             {R"("name":"chip.tile_0_0"})", R"("name":"vector_unit"})", R"("name":"core_0.macro_0"})",
              R"("name":"network_interface.sends"})", R"("name":"chip.memory"})"})
            EXPECT_NE(perfetto.find(text), std::string::npos) << detail << ": no " << text;
    }
}

} // namespace
