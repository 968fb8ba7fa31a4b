#pragma once

#include <cstdint>

#include "arch/config/noc.h"
#include "arch/interconnect.h"

namespace imc::noc
{

/// Router ports: the four directions, then the local ports. A flit sent out of +x arrives at -x of the neighbour.
enum Port : unsigned { plus_x = 0, minus_x = 1, plus_y = 2, minus_y = 3, first_local = 4 };

/// Cycles of a pipeline. The rules they come from are in arch/noc/README.md.
struct PipelineTiming {
    Cycle routing;    ///< cycles from a head in front of its channel to VC allocation
    Cycle per_hop;    ///< at zero load
    bool speculative; ///< heads ask for the switch while they ask for a channel
};
PipelineTiming timing_of(RouterPipeline pipeline);

/// Zero-load cycles from creation to the arrival of the head flit: H links, H + 1 routers.
Cycle zero_load_head_latency(RouterPipeline pipeline, std::uint32_t links);

/// Where endpoints sit and which way packets go (dimension order, x first).
class MeshTopology
{
public:
    /// Throws std::invalid_argument with the mesh_fault() if there is one.
    MeshTopology(const MeshShape& shape, const RouterConfig& router, std::uint32_t chip);

    std::uint32_t columns() const { return shape_.columns; }
    std::uint32_t rows() const { return shape_.rows; }
    std::uint32_t routers() const { return shape_.routers(); }
    std::uint32_t endpoints() const { return shape_.endpoints(); }
    /// Ports of the largest router, directions included.
    unsigned ports() const { return ports_; }

    Endpoint endpoint(std::uint32_t number) const;
    std::uint32_t hops(std::uint32_t source, std::uint32_t destination) const;
    std::uint32_t router_of(std::uint32_t endpoint) const { return places_[endpoint].router; }
    unsigned port_of(std::uint32_t endpoint) const { return places_[endpoint].port; }
    std::uint32_t x_of(std::uint32_t router) const { return router % shape_.columns; }
    std::uint32_t y_of(std::uint32_t router) const { return router / shape_.columns; }

    /// The router beyond `direction`, or `none` at the mesh's border.
    std::uint32_t neighbour(std::uint32_t router, unsigned direction) const;
    static constexpr std::uint32_t none = 0xffffffffu;
    /// The direction that a packet in `router` takes towards another router, x first.
    unsigned direction(std::uint32_t router, std::uint32_t destination) const;

private:
    struct Place {
        std::uint32_t router;
        unsigned port;
    };

    MeshShape shape_;
    std::uint32_t chip_;
    unsigned ports_ = 0;
    std::vector<Place> places_;
};

/// Links between routers that a tree to `destinations` has for each of them, in order, beyond those of the ones before.
std::vector<std::uint32_t> links_of_tree(const MeshTopology& topology, std::uint32_t source,
                                         std::span<const std::uint32_t> destinations);

/// What every network asks of a send: existing endpoints, at least one flit, a cycle after now() and not before
/// the source's last packet, which it notes. Throws std::invalid_argument.
void check_send(const Interconnect& network, const Packet& packet, Cycle created, std::vector<Cycle>& last_created);

/// What every network asks of a multicast's destinations: at least one, existing, all different. Throws
/// std::invalid_argument.
void check_destinations(const Interconnect& network, std::span<const std::uint32_t> destinations);

} // namespace imc::noc
