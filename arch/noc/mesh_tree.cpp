#include "arch/noc/mesh.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "arch/noc/mesh_moves.h"

/// Packets to several destinations as trees. A branch may start only into a buffer with room for the whole
/// packet (virtual cut-through), so that it never waits for its siblings further on: with dimension-order
/// routing the tree adds no cyclic dependency. Packets longer than a buffer are sent as copies.
namespace imc
{

using namespace noc;

void Mesh::send_multicast(Cycle created, const Packet& packet, std::span<const std::uint32_t> destinations)
{
    check_destinations(*this, destinations);
    Packet copy = packet;
    if (config_.multicast == Multicast::tree && destinations.size() > 1 && packet.flits <= depth_) {
        copy.destination = destinations.front();
        PacketSlot& slot = slots_[enqueue(created, copy)];
        slot.whole = true;
        slot.targets = take_targets();
        targets_[slot.targets].clear();
        for (const std::uint32_t destination : destinations)
            targets_[slot.targets].push_back({destination, static_cast<std::uint32_t>(targets_[slot.targets].size())});
        sequence_ += destinations.size() - 1;
        return;
    }
    for (const std::uint32_t destination : destinations) {
        copy.destination = destination;
        enqueue(created, copy);
    }
}

std::uint32_t Mesh::take_targets()
{
    if (free_targets_.empty()) {
        targets_.emplace_back();
        return static_cast<std::uint32_t>(targets_.size() - 1);
    }
    const std::uint32_t list = free_targets_.back();
    free_targets_.pop_back();
    return list;
}

std::uint32_t Mesh::take_fork()
{
    if (free_fork_ == no_slot) {
        forks_.emplace_back();
        return static_cast<std::uint32_t>(forks_.size() - 1);
    }
    const std::uint32_t fork = free_fork_;
    free_fork_ = forks_[fork].next;
    return fork;
}

/// Splits a packet's destinations by the port they are reached through.
void Mesh::route_tree(std::uint32_t channel, std::uint32_t parent)
{
    const std::uint32_t router = channel >> shift_;
    InputChannel& in = inputs_[channel];
    const auto port_to = [&](std::uint32_t target) {
        const std::uint32_t end = topology_.router_of(target);
        return end == router ? topology_.port_of(target) : topology_.direction(router, end);
    };
    const std::uint32_t list = slots_[parent].targets;
    std::uint32_t ports = 0;
    for (const Target& target : targets_[list])
        ports |= 1u << port_to(target.endpoint);
    in.out_port = static_cast<std::uint16_t>(std::countr_zero(ports));
    if ((ports & (ports - 1)) == 0)
        return; // all the same way

    in.fork = take_fork();
    in.state = ChannelState::forked;
    Fork& fork = forks_[in.fork];
    fork = {};
    fork.parent = parent;
    fork.flits = slots_[parent].packet.flits;
    for (; ports; ports &= ports - 1) {
        const auto port = static_cast<unsigned>(std::countr_zero(ports));
        Branch& branch = fork.branches[fork.count++];
        branch.port = static_cast<std::uint16_t>(port);
        branch.slot = take_slot();
        PacketSlot& child = slots_[branch.slot];
        child = slots_[parent];
        const std::uint32_t mine = take_targets();
        targets_[mine].clear();
        for (const Target& target : targets_[list])
            if (port_to(target.endpoint) == port)
                targets_[mine].push_back(target);
        child.targets = mine;
        if (targets_[mine].size() == 1) {
            child.place = targets_[mine].front().place;
            aim(child, targets_[mine].front().endpoint);
            free_targets_.push_back(mine);
        }
    }
    free_targets_.push_back(list);
    slots_[parent].targets = no_slot;
}

/// Output channels that are free and have room for the whole packet, for all branches that own none yet.
std::uint64_t Mesh::tree_candidates(const RouterState& r, const InputChannel& in, std::uint32_t base) const
{
    std::uint64_t free = 0;
    if (in.fork == no_slot) {
        free = wanted(in, r.free);
    } else {
        const Fork& fork = forks_[in.fork];
        for (std::uint32_t b = 0; b < fork.count; ++b)
            if (!fork.branches[b].owns)
                free |= r.free & (std::uint64_t{in.channels} << fork.branches[b].port * vcs_);
    }
    std::uint64_t roomy = 0;
    for (; free; free &= free - 1) {
        const auto output = static_cast<unsigned>(std::countr_zero(free));
        if (outputs_[base + output].credits >= in.whole_flits)
            roomy |= std::uint64_t{1} << output;
    }
    return roomy;
}

/// Returns whether all branches own a channel now.
bool Mesh::branch_takes_channel(InputChannel& in, unsigned output, Cycle t)
{
    Fork& fork = forks_[in.fork];
    bool all = true;
    for (std::uint32_t b = 0; b < fork.count; ++b) {
        Branch& branch = fork.branches[b];
        if (branch.port == port_of_[output]) {
            branch.out = static_cast<std::uint16_t>(output);
            branch.owns = true;
            branch.since = t;
        }
        all = all && branch.owns;
    }
    return all;
}

/// Output ports whose branch has a flit to send and won its channel before cycle `before`.
std::uint32_t Mesh::branches_that_ask(const InputChannel& in, Cycle before) const
{
    const Fork& fork = forks_[in.fork];
    std::uint32_t ports = 0;
    for (std::uint32_t b = 0; b < fork.count; ++b) {
        const Branch& branch = fork.branches[b];
        if (branch.owns && branch.since < before && branch.sent < fork.flits && branch.sent - fork.popped < in.count)
            ports |= 1u << branch.port;
    }
    return ports;
}

void Mesh::grant_branch(std::uint32_t router, unsigned input, unsigned out_port, Cycle t)
{
    RouterState& r = routers_[router];
    InputChannel& in = inputs_[(router << shift_) + input];
    Fork& fork = forks_[in.fork];
    std::uint32_t taken = fork.flits;
    for (std::uint32_t b = 0; b < fork.count; ++b) {
        Branch& branch = fork.branches[b];
        if (branch.port == out_port) {
            const bool head = branch.sent == 0, tail = ++branch.sent == fork.flits;
            forward(router, branch.out, Flit::make(branch.slot, (head ? Flit::head : 0u) | (tail ? Flit::tail : 0u)),
                    t);
        }
        taken = std::min(taken, branch.sent);
    }
    r.ready &= ~(std::uint64_t{1} << input);
    if (taken > fork.popped) {
        ++fork.popped;
        in.front = static_cast<std::uint16_t>(in.front + 1u == depth_ ? 0 : in.front + 1);
        --in.count;
        return_credit(in, t);
    }
    if (fork.popped == fork.flits) {
        release_slot(fork.parent);
        fork.next = free_fork_;
        free_fork_ = in.fork;
        in.fork = no_slot;
        next_packet(router, input, t);
    } else if (branches_that_ask(in, never)) {
        r.ready |= std::uint64_t{1} << input;
    }
}

} // namespace imc
