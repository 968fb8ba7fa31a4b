#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <systemc>

#include "arch/config/chip.h"
#include "arch/interconnect.h"
#include "arch/noc/mesh_topology.h"
#include "arch/noc/noc_module.h"
#include "arch/program/multicast.h"
#include "arch/program/program.h"

namespace imc
{

/// How a packet went. Of a tree each destination has a share, so that the shares add up to the tree.
struct Route {
    std::uint64_t sequence = 0; ///< of the packet, in the order of sending; one per destination
    std::uint64_t group = 0;    ///< the same number above 0 for all destinations of a tree
    std::int64_t links = 0;     ///< that its flits passed and those of earlier destinations did not
    std::int64_t routers = 0;   ///< likewise
};

/// Between a tile and the network: makes packets of tokens and of credits, and remembers what each is for until it has
/// arrived. Sends in the cycle in which it is asked; the network queues. No process of its own.
class NetworkInterface : public sc_core::sc_module
{
public:
    /// Flits times links and routers passed by a flow's tokens so far.
    struct Passed {
        std::int64_t links = 0;
        std::int64_t routers = 0;
    };
    /// What all interfaces of a chip share; the references are borrowed.
    struct Shared {
        const ChipConfig& config;
        const program::Program& program;
        const noc::MeshTopology& topology;
        NocModule& noc;
        std::uint64_t packets = 0;  ///< sent so far by all of them, which numbers them
        std::vector<Passed> passed; ///< by each flow
    };
    /// What a packet is for.
    struct InTransit {
        program::FlowId flow;
        std::int64_t value = 0; ///< index of the (first) token, or granules freed
        Route route;
        bool credit = false;
    };
    struct Stats {
        std::int64_t packets = 0; ///< one per destination
        std::int64_t flits = 0;   ///< into the network
    };

    NetworkInterface(const sc_core::sc_module_name& name, Shared& shared) : sc_module(name), shared_(shared) {}

    void send_token(program::FlowId flow, std::int64_t token);
    /// The same of several flows, all of one token: they share packets where trees are configured.
    void send_tokens(std::span<const program::SentToken> sent);
    void send_credit(program::FlowId flow, std::int64_t granules);
    /// A packet that was sent here has arrived at its destination.
    InTransit take_arrived(const Delivery& delivery);

    const Stats& stats() const { return stats_; }

private:
    /// A tree's members follow each other.
    struct Tree {
        std::vector<InTransit> members;
        std::size_t under_way = 0;
    };
    static constexpr std::uint64_t tree_tag = std::uint64_t{1} << 63; ///< the rest is an index of trees_

    std::uint32_t endpoint_of(ActorId actor) const;
    Packet packet_of(program::FlowId flow) const;
    void send_tree(const std::vector<program::SentToken>& members);
    std::uint64_t take_slot(const InTransit& packet);
    void count(std::int64_t packets, std::int64_t flits);

    Shared& shared_;
    std::vector<InTransit> in_transit_; ///< a packet's tag is its index
    std::vector<std::uint32_t> free_slots_;
    std::vector<Tree> trees_;
    std::vector<std::uint32_t> free_trees_;
    Stats stats_;
};

} // namespace imc
