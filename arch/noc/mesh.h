#pragma once

#include <queue>
#include <utility>
#include <vector>

#include "arch/interconnect.h"
#include "arch/noc/mesh_state.h"
#include "arch/noc/mesh_topology.h"

namespace imc
{

/// A mesh of input-queued wormhole routers with virtual channels and credits, exact to the flit and cycle.
/// What a router does in a cycle is written in arch/noc/README.md; the rules reproduce BookSim2
/// (Jiang et al., ISPASS 2013; revision 28f43299) cycle by cycle.
///
/// Work is proportional to flits moved: a router is visited only in cycles in which one of its flits may
/// move or one of its heads may get a channel; cycles in which nothing happens are skipped.
class Mesh final : public Interconnect
{
public:
    /// Throws std::invalid_argument for shapes that cannot be built (see noc::MeshTopology).
    Mesh(const MeshShape& shape, const RouterConfig& router, std::uint32_t chip = 0);

    std::uint32_t endpoints() const override { return topology_.endpoints(); }
    Endpoint endpoint(std::uint32_t number) const override { return topology_.endpoint(number); }
    std::uint32_t hops(std::uint32_t source, std::uint32_t destination) const override
    {
        return topology_.hops(source, destination);
    }
    void set_sink(DeliverySink* sink) override { sink_ = sink; }
    void send(Cycle created, const Packet& packet) override;
    void send_multicast(Cycle created, const Packet& packet, std::span<const std::uint32_t> destinations) override;
    Cycle now() const override { return now_; }
    Cycle next_event() const override;
    Cycle run(Cycle until) override;
    InterconnectStatistics statistics() const override;
    std::uint64_t link_flits(std::uint32_t router, unsigned direction) const override;

private:
    using Flits = std::vector<std::uint32_t>;
    using Targets = std::vector<noc::Target>;

    // mesh.cpp: construction, queues, time
    void wire();
    std::uint64_t port_flits(std::uint32_t router, unsigned port) const;
    std::uint32_t take_slot();
    void release_slot(std::uint32_t slot);
    std::uint32_t enqueue(Cycle created, const Packet& packet);
    void aim(noc::PacketSlot& slot, std::uint32_t destination);
    noc::Bucket& due(Cycle cycle) { return wheel_[static_cast<std::size_t>(cycle) & 7]; }

    // mesh_cycle.cpp: one cycle of all
    bool step(Cycle t);
    void accept(noc::Bucket& bucket, Cycle t);
    void start_head(std::uint32_t channel, std::uint32_t flit);
    bool inject(std::uint32_t endpoint, Cycle t);
    void deliver(std::uint32_t slot, Cycle t);

    // mesh_router.cpp: one cycle of one router
    template <bool Speculative> bool visit(std::uint32_t router, Cycle t);
    void allocate_channels(std::uint32_t router, Cycle t);
    void take_channel(noc::RouterState& r, std::uint32_t base, unsigned input, unsigned output, Cycle t);
    /// Output channels out of `from` that the head in front of `in` may ask for.
    std::uint64_t wanted(const noc::InputChannel& in, std::uint64_t from) const
    {
        return from & (std::uint64_t{in.channels} << in.out_port * vcs_);
    }
    template <bool Speculative>
    void allocate_switch(std::uint32_t router, std::uint64_t asking, std::uint64_t guessing, Cycle t);
    void move_pointers(noc::RouterState& r, unsigned input, unsigned output);
    void grant(std::uint32_t router, unsigned input, Cycle t);

    // mesh_moves.h
    void forward(std::uint32_t router, unsigned output, std::uint32_t flit, Cycle t);
    void return_credit(const noc::InputChannel& in, Cycle t);
    void next_packet(std::uint32_t router, unsigned input, Cycle t);

    // mesh_tree.cpp: packets to several destinations
    void route_tree(std::uint32_t channel, std::uint32_t slot);
    std::uint64_t tree_candidates(const noc::RouterState& r, const noc::InputChannel& in, std::uint32_t base) const;
    bool branch_takes_channel(noc::InputChannel& in, unsigned output, Cycle t);
    std::uint32_t branches_that_ask(const noc::InputChannel& in, Cycle before) const;
    void grant_branch(std::uint32_t router, unsigned input, unsigned out_port, Cycle t);
    std::uint32_t take_fork();
    std::uint32_t take_targets();

    noc::MeshTopology topology_;
    RouterConfig config_;
    noc::PipelineTiming timing_;
    unsigned ports_, vcs_;
    unsigned shift_;             ///< channels per router, as a power of two
    std::uint32_t channel_mask_; ///< the lower `shift_` bits
    std::uint64_t vc_mask_;      ///< the lower V bits
    std::uint32_t depth_;

    std::vector<noc::RouterState> routers_;
    std::vector<noc::InputChannel> inputs_;
    std::vector<noc::OutputChannel> outputs_;
    Flits buffers_;             ///< depth_ flits per input channel
    std::uint16_t port_of_[64]; ///< of a channel number within its router

    std::vector<noc::InjectionLane> lanes_;   ///< lanes_per_endpoint_ per endpoint
    std::vector<std::uint16_t> lane_credits_; ///< V per endpoint
    std::vector<std::uint16_t> lane_next_;    ///< per endpoint: the lane after the one that sent last
    std::vector<Cycle> last_created_;         ///< per endpoint
    std::array<std::uint16_t, message_class_count> lane_of_class_{};
    std::array<std::uint16_t, message_class_count> channels_of_class_{};
    unsigned lanes_per_endpoint_ = 1;

    noc::Bucket wheel_[8];
    noc::BitSet busy_routers_;
    noc::BitSet busy_endpoints_;
    bool busy_ = false; ///< any router or endpoint may act in cycle now_ + 1
    /// Endpoints whose next packet is created later than now_ + 1.
    std::priority_queue<std::pair<Cycle, std::uint32_t>, std::vector<std::pair<Cycle, std::uint32_t>>, std::greater<>>
        alarms_;

    std::vector<noc::PacketSlot> slots_;
    std::uint32_t free_slot_ = noc::no_slot;
    std::uint64_t sequence_ = 0;
    std::vector<noc::Fork> forks_;
    std::uint32_t free_fork_ = noc::no_slot;
    std::vector<Targets> targets_; ///< remaining destinations of tree packets
    std::vector<std::uint32_t> free_targets_;

    Cycle now_ = -1;
    DeliverySink* sink_ = nullptr;
    InterconnectStatistics statistics_;
};

} // namespace imc
