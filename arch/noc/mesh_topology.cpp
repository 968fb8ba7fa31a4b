#include "arch/noc/mesh_topology.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace imc::noc
{

PipelineTiming timing_of(RouterPipeline pipeline)
{
    switch (pipeline) {
    case RouterPipeline::baseline:
        return {1, 5, false};
    case RouterPipeline::lookahead:
        return {0, 4, false};
    case RouterPipeline::minimal:
        return {0, 3, true};
    }
    throw std::invalid_argument("router pipeline " + std::to_string(static_cast<int>(pipeline)));
}

Cycle zero_load_head_latency(RouterPipeline pipeline, std::uint32_t links)
{
    // Two cycles from the network interface to the first router, and one hop more than links; the last
    // "link" leads to the receiver.
    return 2 + timing_of(pipeline).per_hop * (static_cast<Cycle>(links) + 1);
}

MeshTopology::MeshTopology(const MeshShape& shape, const RouterConfig& router, std::uint32_t chip)
    : shape_(shape), chip_(chip)
{
    if (const std::string fault = mesh_fault(shape, router); !fault.empty())
        throw std::invalid_argument("the mesh " + fault);
    std::vector<unsigned> used(shape.routers(), first_local + shape.tiles_per_router);
    for (std::uint32_t n = 0; n < shape.routers() * shape.tiles_per_router; ++n)
        places_.push_back({n / shape.tiles_per_router, first_local + n % shape.tiles_per_router});
    for (const std::uint32_t r : shape.extra_endpoints)
        places_.push_back({r, used[r]++});
    ports_ = router_ports(shape);
}

Endpoint MeshTopology::endpoint(std::uint32_t number) const
{
    if (number >= places_.size())
        throw std::out_of_range("endpoint " + std::to_string(number) + " of " + std::to_string(places_.size()));
    return {chip_, places_[number].router, places_[number].port - first_local};
}

std::uint32_t MeshTopology::hops(std::uint32_t source, std::uint32_t destination) const
{
    const std::uint32_t a = endpoint(source).router, b = endpoint(destination).router;
    const auto distance = [](std::uint32_t p, std::uint32_t q) { return p < q ? q - p : p - q; };
    return distance(x_of(a), x_of(b)) + distance(y_of(a), y_of(b));
}

std::uint32_t MeshTopology::neighbour(std::uint32_t router, unsigned direction) const
{
    const std::uint32_t x = x_of(router), y = y_of(router);
    switch (direction) {
    case plus_x:
        return x + 1 < columns() ? router + 1 : none;
    case minus_x:
        return x > 0 ? router - 1 : none;
    case plus_y:
        return y + 1 < rows() ? router + columns() : none;
    case minus_y:
        return y > 0 ? router - columns() : none;
    default:
        return none;
    }
}

unsigned MeshTopology::direction(std::uint32_t router, std::uint32_t destination) const
{
    const std::uint32_t x = x_of(router), to = x_of(destination);
    return to > x ? plus_x : to < x ? minus_x : destination > router ? plus_y : minus_y;
}

std::vector<std::uint32_t> links_of_tree(const MeshTopology& topology, std::uint32_t source,
                                         std::span<const std::uint32_t> destinations)
{
    std::vector<std::uint32_t> entered, added; // dimension order: each router of the tree is entered over one link
    for (const std::uint32_t destination : destinations) {
        const std::uint32_t end = topology.router_of(destination);
        std::uint32_t fresh = 0;
        for (std::uint32_t r = topology.router_of(source); r != end;) {
            r = topology.neighbour(r, topology.direction(r, end));
            if (std::find(entered.begin(), entered.end(), r) == entered.end()) {
                entered.push_back(r);
                ++fresh;
            }
        }
        added.push_back(fresh);
    }
    return added;
}

void check_send(const Interconnect& network, const Packet& packet, Cycle created, std::vector<Cycle>& last_created)
{
    const auto refuse = [](const std::string& what) { throw std::invalid_argument("packet " + what); };
    if (packet.source >= network.endpoints() || packet.destination >= network.endpoints())
        refuse("from endpoint " + std::to_string(packet.source) + " to " + std::to_string(packet.destination) +
               ", but there are " + std::to_string(network.endpoints()));
    if (packet.flits == 0)
        refuse("of 0 flits");
    Cycle& last = last_created[packet.source];
    const Cycle first = std::max(network.now() + 1, last);
    if (created < first)
        refuse("created in cycle " + std::to_string(created) + ", but its source may send from cycle " +
               std::to_string(first));
    last = created;
}

void check_destinations(const Interconnect& network, std::span<const std::uint32_t> destinations)
{
    std::vector<std::uint32_t> sorted(destinations.begin(), destinations.end());
    std::sort(sorted.begin(), sorted.end());
    if (sorted.empty() || std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
        throw std::invalid_argument("multicast: destinations must be at least one, all different");
    if (sorted.back() >= network.endpoints())
        throw std::invalid_argument("multicast to endpoint " + std::to_string(sorted.back()) + " of " +
                                    std::to_string(network.endpoints()));
}

} // namespace imc::noc
