#include "arch/chip/network_interface.h"

#include <algorithm>

namespace imc
{

std::uint32_t NetworkInterface::endpoint_of(ActorId actor) const
{
    return shared_.program.endpoint[shared_.program.actors[actor].tile.value()];
}

Packet NetworkInterface::packet_of(program::FlowId id) const
{
    const program::Flow& flow = shared_.program.flows[id];
    Packet packet;
    packet.source = endpoint_of(flow.from);
    packet.destination = endpoint_of(flow.to);
    packet.flits = static_cast<std::uint32_t>(program::flits_of(flow, shared_.config.noc));
    packet.message_class = flow.message_class;
    return packet;
}

void NetworkInterface::count(std::int64_t packets, std::int64_t flits)
{
    stats_.packets += packets;
    stats_.flits += flits;
}

void NetworkInterface::send_token(program::FlowId id, std::int64_t token)
{
    Packet packet = packet_of(id);
    const std::int64_t links = shared_.topology.hops(packet.source, packet.destination);
    shared_.passed[id.value()].links += links * packet.flits;
    shared_.passed[id.value()].routers += (links + 1) * packet.flits;
    packet.tag = take_slot({id, token, {shared_.packets++, 0, links, links + 1}, false});
    count(1, packet.flits);
    shared_.noc.send(packet);
}

void NetworkInterface::send_tokens(std::span<const program::SentToken> sent)
{
    for (const auto& packet : program::packets_of(shared_.program, shared_.config.noc, sent))
        if (packet.size() == 1)
            send_token(packet.front().flow, packet.front().token);
        else
            send_tree(packet);
}

void NetworkInterface::send_tree(const std::vector<program::SentToken>& members)
{
    Packet packet = packet_of(members.front().flow);
    std::vector<std::uint32_t> destinations;
    for (const program::SentToken& m : members)
        destinations.push_back(packet_of(m.flow).destination);
    const std::vector<std::uint32_t> links = noc::links_of_tree(shared_.topology, packet.source, destinations);
    if (free_trees_.empty()) {
        free_trees_.push_back(static_cast<std::uint32_t>(trees_.size()));
        trees_.emplace_back();
    }
    const std::uint32_t index = free_trees_.back();
    free_trees_.pop_back();
    Tree& tree = trees_[index];
    tree.members.clear();
    tree.under_way = members.size();
    const std::uint64_t group = shared_.packets + 1;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const std::int64_t routers = links[i] + (i == 0); // every link enters another router
        Passed& passed = shared_.passed[members[i].flow.value()];
        passed.links += std::int64_t{links[i]} * packet.flits;
        passed.routers += routers * packet.flits;
        tree.members.push_back(
            {members[i].flow, members[i].token, {shared_.packets++, group, links[i], routers}, false});
    }
    packet.tag = tree_tag | index;
    count(static_cast<std::int64_t>(members.size()), packet.flits);
    shared_.noc.send_multicast(packet, destinations);
}

void NetworkInterface::send_credit(program::FlowId id, std::int64_t granules)
{
    const program::Flow& flow = shared_.program.flows[id];
    Packet packet;
    packet.source = endpoint_of(flow.to);
    packet.destination = endpoint_of(flow.from);
    packet.flits = 1;
    packet.message_class = MessageClass::control;
    const std::int64_t links = shared_.topology.hops(packet.source, packet.destination);
    packet.tag = take_slot({id, granules, {shared_.packets++, 0, links, links + 1}, true});
    count(1, 1);
    shared_.noc.send(packet);
}

std::uint64_t NetworkInterface::take_slot(const InTransit& packet)
{
    if (free_slots_.empty()) {
        in_transit_.push_back(packet);
        return in_transit_.size() - 1;
    }
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    in_transit_[slot] = packet;
    return slot;
}

NetworkInterface::InTransit NetworkInterface::take_arrived(const Delivery& delivery)
{
    const std::uint64_t tag = delivery.packet.tag;
    if ((tag & tree_tag) == 0) {
        free_slots_.push_back(static_cast<std::uint32_t>(tag));
        return in_transit_[tag];
    }
    const auto index = static_cast<std::uint32_t>(tag & ~tree_tag);
    Tree& tree = trees_[index];
    if (--tree.under_way == 0)
        free_trees_.push_back(index);
    return *std::find_if(tree.members.begin(), tree.members.end(), [&](const InTransit& m) {
        return endpoint_of(shared_.program.flows[m.flow].to) == delivery.packet.destination;
    });
}

} // namespace imc
