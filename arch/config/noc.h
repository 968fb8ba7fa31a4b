#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/config/visitor.h"

namespace imc
{

/// Stages of a router, as in BookSim2's input-queued router (Jiang et al., ISPASS 2013).
enum class RouterPipeline {
    baseline,  ///< route, allocate channel, allocate switch, traverse: 5 cycles per hop with the link
    lookahead, ///< routed one router ahead: 4 cycles per hop
    minimal    ///< lookahead, and the switch is requested speculatively: 3 cycles per hop
};
inline constexpr config::Choice<RouterPipeline> router_pipelines[] = {
    {"baseline", RouterPipeline::baseline, "routing, VC and switch allocation in turn: 5 cycles per hop"},
    {"lookahead", RouterPipeline::lookahead, "routed one router ahead: 4 cycles per hop"},
    {"minimal", RouterPipeline::minimal, "lookahead and speculative switch allocation: 3 cycles per hop"},
};

enum class Multicast { copies, tree };
inline constexpr config::Choice<Multicast> multicast_modes[] = {
    {"copies", Multicast::copies, "one packet per destination, in order"},
    {"tree", Multicast::tree, "one packet that forks in the routers, with whole-packet buffers per branch"},
};

/// The virtual channels that each message class may use; empty means all. Any two classes use the same set
/// or disjoint ones.
struct MessageClassChannels {
    std::vector<std::int64_t> activation;
    std::vector<std::int64_t> partial_sum;
    std::vector<std::int64_t> weight;
    std::vector<std::int64_t> control;
    void fields(config::Visitor& v);
};

struct RouterConfig {
    RouterPipeline pipeline = RouterPipeline::baseline;
    std::uint32_t virtual_channels = 1; ///< per port
    std::uint32_t buffer_flits = 8;     ///< per virtual channel
    Multicast multicast = Multicast::copies;
    MessageClassChannels message_classes;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
    /// One bit mask of virtual channels per message class, in the order of imc::MessageClass.
    std::array<std::uint32_t, 4> class_masks() const;
};

/// The network's shape: columns x rows routers, each with `tiles_per_router` local ports.
///
/// Endpoint n < columns * rows * tiles_per_router is local port n % tiles_per_router of router
/// n / tiles_per_router; router r is at column r % columns, row r / columns. Endpoints of memories and chip
/// ports follow in the order of `extra_endpoints`, each one more local port of the router named there.
struct MeshShape {
    std::uint32_t columns = 1;
    std::uint32_t rows = 1;
    std::uint32_t tiles_per_router = 1;
    std::vector<std::uint32_t> extra_endpoints;

    std::uint32_t routers() const { return columns * rows; }
    std::uint32_t endpoints() const
    {
        return routers() * tiles_per_router + static_cast<std::uint32_t>(extra_endpoints.size());
    }
};

/// Ports of the largest router: four directions and its local ports.
unsigned router_ports(const MeshShape& shape);

/// Why this mesh cannot be simulated, as the end of a sentence about it; empty if it can. At most 16 ports and
/// 64 channels per router, and 2^27 flits of buffers in all.
std::string mesh_fault(const MeshShape& shape, const RouterConfig& router);

} // namespace imc
