#include "arch/config/chip.h"

#include <fmt/format.h>

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

} // namespace

void NocConfig::fields(Visitor& v)
{
    v.section("router", router, "pipeline, virtual channels, buffers");
    v.integer("flit_bits", flit_bits, {1, 1 << 16}, unit::bits, "payload of a flit");
    v.integer("tiles_per_router", tiles_per_router, {1, 16}, unit::none, "tiles that share a router");
    v.choice("credits", credits, credit_returns, "how space freed at a receiver is told to its sender");
    v.integer("sideband_latency_cycles", sideband_latency_cycles, {1, 100000}, unit::cycles,
              "latency of credits on the sideband");
    v.real("flit_router_energy_pj", flit_router_energy_j, {0, 1e9}, unit::picojoules, "a flit through a router");
    v.real("flit_link_energy_pj", flit_link_energy_j, {0, 1e9}, unit::picojoules, "a flit over a link");
    v.section("cost", cost, "area, leakage and rating of one router with its links");
}

void GlobalBufferConfig::fields(Visitor& v)
{
    v.integer("bytes", bytes, {64, std::int64_t{1} << 40}, unit::bytes, "capacity");
    v.integer("port_bits", port_bits, {1, 1 << 16}, unit::bits, "moved per access, one access a cycle");
    v.real("access_ns", access_s, {0, 1e6}, unit::nanoseconds, "from request to data; accesses are pipelined");
    v.real("read_energy_pj", read_energy_j, {0, 1e9}, unit::picojoules, "energy of one read access");
    v.real("write_energy_pj", write_energy_j, {0, 1e9}, unit::picojoules, "energy of one write access");
    v.section("cost", cost, "area, leakage and rating");
}

void IoConfig::fields(Visitor& v)
{
    v.real("bandwidth_gb_per_s", bandwidth_bits_per_s, {1e-6, 1e6}, Unit{"GB/s", 8e9}, "of the pins, each direction");
    v.real("energy_per_bit_pj", energy_per_bit_j, {0, 1e9}, unit::picojoules, "energy of one bit over the pins");
    v.section("cost", cost, "area, leakage and rating; a link that is always on has its power as leakage");
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
    if (tiles.size() > 1)
        place.fail("tiles", fmt::format("chips of one tile type can be simulated, got {} types", tiles.size()));
    // Whatever the mesh, its corner has the endpoint of memory and pins as well.
    const MeshShape corner{1, 1, static_cast<std::uint32_t>(noc.tiles_per_router), {0}};
    if (const std::string fault = mesh_fault(corner, noc.router); !fault.empty())
        place.fail("noc", "its routers " + fault);
}

} // namespace imc
