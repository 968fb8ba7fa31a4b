#include "arch/config/chip.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/base/config/suggest.h"

#include "arch/config/block_costs.h"

namespace imc
{

using config::Presence;
using config::Visitor;

namespace
{

constexpr config::Choice<CreditReturn> credit_returns[] = {
    {"sideband", CreditReturn::sideband, "wires of their own with a stated latency"},
    {"packets", CreditReturn::packets, "one-flit packets of class control"},
};

constexpr config::Choice<InputPackets> input_packet_modes[] = {
    {"position", InputPackets::position, "one position, as every tile sends"},
    {"flit", InputPackets::flit, "as many positions of a row as a flit holds"},
};

/// 0: not stated.
std::int64_t tiles_listed(const TileConfig& type)
{
    return type.places.empty() ? type.count : static_cast<std::int64_t>(type.places.size());
}

std::string key(std::size_t type, const char* name) { return fmt::format("tiles[{}].{}", type, name); }

void check_names(const ChipConfig& chip, const config::Place& place)
{
    for (std::size_t t = 0; t < chip.tiles.size() && chip.tiles.size() > 1; ++t) {
        if (chip.tiles[t].name.empty())
            place.fail(key(t, "name"), "the types of a chip's tiles need names");
        for (std::size_t u = 0; u < t; ++u)
            if (chip.tiles[u].name == chip.tiles[t].name)
                place.fail(key(t, "name"), fmt::format("'{}' is the name of tiles[{}], too", chip.tiles[t].name, u));
    }
}

void check_places(const ChipConfig& chip, const config::Place& place)
{
    std::map<std::vector<double>, int> taken;
    for (std::size_t t = 0; t < chip.tiles.size(); ++t) {
        const TileConfig& type = chip.tiles[t];
        if (type.places.empty())
            continue;
        if (chip.fits_mesh())
            place.fail(key(t, "places"), "needs a mesh of given size, \"mesh\": [columns, rows]");
        if (type.count > 0 && type.count != tiles_listed(type))
            place.fail(key(t, "count"), fmt::format("is {}, but {} places are listed", type.count, type.places.size()));
        for (std::size_t i = 0; i < type.places.size(); ++i) {
            const std::vector<double>& at = type.places[i];
            const std::string where = fmt::format("tiles[{}].places[{}]", t, i);
            if (at.size() != 2 || at[0] != std::floor(at[0]) || at[1] != std::floor(at[1]))
                place.fail(where, fmt::format("must be [column, row], got [{:g}]", fmt::join(at, ", ")));
            if (at[0] >= static_cast<double>(chip.mesh[0]) || at[1] >= static_cast<double>(chip.mesh[1]))
                place.fail(where, fmt::format("[{:g}, {:g}] is outside a mesh of [{}, {}]", at[0], at[1], chip.mesh[0],
                                              chip.mesh[1]));
            if (++taken[at] > chip.noc.tiles_per_router)
                place.fail(where, fmt::format("[{:g}, {:g}] is listed more often than a router has tiles ({})", at[0],
                                              at[1], chip.noc.tiles_per_router));
        }
    }
}

void check_counts(const ChipConfig& chip, const config::Place& place)
{
    if (chip.fits_mesh() || chip.tiles.size() < 2)
        return;
    std::int64_t listed = 0;
    std::size_t open = chip.tiles.size();
    for (std::size_t t = 0; t < chip.tiles.size(); ++t) {
        listed += tiles_listed(chip.tiles[t]);
        if (tiles_listed(chip.tiles[t]) > 0)
            continue;
        if (open < chip.tiles.size())
            place.fail(key(t, "count"),
                       fmt::format("must be at least 1: on a mesh of given size one type takes what the others leave, "
                                   "and that is tiles[{}]",
                                   open));
        open = t;
    }
    if (listed > chip.room())
        place.fail("tiles", fmt::format("list {} tiles, a mesh of [{}, {}] with {} per router has room for {}", listed,
                                        chip.mesh[0], chip.mesh[1], chip.noc.tiles_per_router, chip.room()));
}

void check_tile_types(const ChipConfig& chip, const config::Place& place)
{
    check_names(chip, place);
    check_places(chip, place);
    check_counts(chip, place);
}

} // namespace

void NocConfig::fields(Visitor& v)
{
    v.section("router", router, "pipeline, virtual channels, buffers");
    v.integer("flit_bits", flit_bits, {1, 1 << 16}, unit::bits, "payload of a flit");
    v.integer("tiles_per_router", tiles_per_router, {1, 16}, unit::none, "tiles that share a router");
    v.choice("credits", credits, credit_returns, "how space freed at a receiver is told to its sender");
    v.integer("sideband_latency_cycles", sideband_latency_cycles, {1, 100000}, unit::cycles,
              "latency of credits on the sideband");
    v.choice("input_packets", input_packets, input_packet_modes,
             "what of the network's input the memory node sends as one packet");
    v.real("flit_router_energy_pj", flit_router_energy_j, {0, 1e9}, unit::picojoules, "a flit through a router");
    v.real("flit_link_energy_pj", flit_link_energy_j, {0, 1e9}, unit::picojoules, "a flit over a link");
    v.section("cost", cost, "area, leakage and rating of one router with its links");
    if (v.reading())
        apply_cost_model(*this, v.place());
}

void NocConfig::check(const config::Place& place) const
{
    if (input_packets == InputPackets::flit && router.multicast == Multicast::tree)
        place.fail("input_packets", "'flit' does not go with router.multicast 'tree': trees carry one position");
}

void GlobalBufferConfig::fields(Visitor& v)
{
    v.integer("bytes", bytes, {64, std::int64_t{1} << 40}, unit::bytes, "capacity");
    v.integer("port_bits", port_bits, {1, 1 << 16}, unit::bits, "moved per access, one access a cycle");
    v.real("access_ns", access_s, {0, 1e6}, unit::nanoseconds, "from request to data; accesses are pipelined");
    v.real("read_energy_pj", read_energy_j, {0, 1e9}, unit::picojoules, "energy of one read access");
    v.real("write_energy_pj", write_energy_j, {0, 1e9}, unit::picojoules, "energy of one write access");
    v.section("cost", cost, "area, leakage and rating");
    if (v.reading())
        apply_cost_model(*this, v.place());
}

void IoConfig::fields(Visitor& v)
{
    v.real("bandwidth_gb_per_s", bandwidth_bits_per_s, {1e-6, 1e6}, Unit{"GB/s", 8e9}, "of the pins, each direction");
    v.real("energy_per_bit_pj", energy_per_bit_j, {0, 1e9}, unit::picojoules, "energy of one bit over the pins");
    v.section("cost", cost, "area, leakage and rating; a link that is always on has its power as leakage");
    if (v.reading())
        apply_cost_model(*this, v.place());
}

void ChipConfig::fields(Visitor& v)
{
    v.text("name", name, "what the chip is called");
    v.text("description", description, "what it models");
    v.real("clock_ghz", clock_hz, {1e-6, 100}, unit::gigahertz, "clock of tiles and network");
    v.integers_or_word("mesh", mesh, "fit", {1, 4096}, unit::none,
                       "[columns, rows] of routers, or \"fit\": the smallest near-square mesh that holds the network");
    v.list("tiles", tiles, "tile types", Presence::required);
    v.section("noc", noc, "network between the tiles");
    v.section("global_buffer", global_buffer, "holds network input, output and what does not fit in tiles");
    v.section("io", io, "the chip's pins");
    v.real("area_overhead", area_overhead, {1, 10}, unit::none,
           "factor on the sum of block areas for routing and white space");
}

void ChipConfig::check(const config::Place& place) const
{
    if (!mesh.empty() && mesh.size() != 2)
        place.fail("mesh", fmt::format("must be [columns, rows] or \"fit\", got a list of {}", mesh.size()));
    if (tiles.empty())
        place.fail("tiles", "must list at least one tile type");
    check_tile_types(*this, place);
    // Whatever the mesh, its corner has the endpoint of memory and pins as well.
    const MeshShape corner{1, 1, static_cast<std::uint32_t>(noc.tiles_per_router), {0}};
    if (const std::string fault = mesh_fault(corner, noc.router); !fault.empty())
        place.fail("noc", "its routers " + fault);
}

TileTypeId ChipConfig::type_named(const std::string& type_name) const
{
    for (std::size_t t = 0; t < tiles.size(); ++t)
        if (tiles[t].name == type_name)
            return TileTypeId(t);
    return {};
}

std::string ChipConfig::no_type(const std::string& type_name) const
{
    std::vector<std::string> names;
    for (const TileConfig& type : tiles)
        names.push_back(type.name);
    return fmt::format("chip '{}' has no tiles of type '{}'{}; its types are {}", name, type_name,
                       config::suggestion(type_name, names), fmt::join(names, ", "));
}

std::int64_t ChipConfig::room() const
{
    return fits_mesh() ? std::int64_t{1} << 31 : mesh[0] * mesh[1] * noc.tiles_per_router;
}

std::int64_t ChipConfig::capacity(TileTypeId type) const
{
    std::int64_t others = 0;
    for (std::size_t t = 0; t < tiles.size() && !fits_mesh(); ++t)
        if (t != type.value())
            others += tiles_listed(tiles[t]);
    const std::int64_t listed = tiles_listed(tiles[type.value()]);
    return listed > 0 ? std::min(listed, room()) : room() - others;
}

std::vector<std::int64_t> ChipConfig::tiles_built(const std::vector<std::int64_t>& used) const
{
    if (fits_mesh())
        return used;
    std::vector<std::int64_t> built;
    for (std::size_t type = 0; type < tiles.size(); ++type)
        built.push_back(capacity(TileTypeId(type)));
    return built;
}

std::int64_t ChipConfig::routers(std::int64_t count) const
{
    return fits_mesh() ? (count + noc.tiles_per_router - 1) / noc.tiles_per_router : mesh[0] * mesh[1];
}

} // namespace imc
