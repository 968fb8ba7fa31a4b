#include "arch/chip/chip.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "arch/noc/ideal_interconnect.h"
#include "arch/noc/mesh.h"

namespace imc
{

Chip::Chip(const sc_core::sc_module_name& name, const ChipConfig& config, const program::Program& program,
           const MeshShape& mesh, tile::ServiceTable& services, ChipRules rules)
    : sc_module(name), config_(config), program_(program), clock_(config.clock()),
      topology_(mesh, config.noc.router, 0), directory_(program), passed_(program.flows.size())
{
    const bool trees = config.noc.router.multicast == Multicast::tree;
    if (rules.ideal_network)
        network_ = std::make_unique<IdealInterconnect>(mesh, config.noc.router);
    else
        network_ = std::make_unique<Mesh>(mesh, config.noc.router);
    network_->set_sink(this);
    noc_ = std::make_unique<NocModule>("noc", *network_, clock_);
    for (std::size_t t = 0; t < program.tiles; ++t) {
        const TileId id(t);
        const std::string tile_name = id == program.memory_tile ? "memory" : fmt::format("tile_{}", t);
        tiles_.push_back(std::make_unique<Tile>(tile_name.c_str(), clock_, program, directory_, id, services,
                                                tile::Rules{rules.infinite_buffers, trees, rules.circuit}, *this));
    }
    if (rules.circuit)
        build_circuits();
    for (const program::Actor& actor : program.actors)
        sinks_ += actor.kind == program::ActorKind::sink;
}

Chip::~Chip() = default;

void Chip::build_circuits()
{
    IdVector<TileTypeId, MacroCosts> costs;
    for (const TileConfig& tile : config_.tiles)
        costs.push_back(resolve_costs(tile.core.macro));
    circuits_.resize(program_.actors.size());
    for (std::size_t a = 0; a < program_.actors.size(); ++a) {
        const program::Actor& actor = program_.actors[ActorId(a)];
        const auto macros = static_cast<std::size_t>(actor.macros());
        const TileTypeId type = program_.type_of(actor.tile);
        const MacroConfig& config = config_.tiles[type.value()].core.macro;
        for (std::size_t m = 0; m < macros; ++m)
            circuits_[a].push_back(
                make_value_circuit(fmt::format("actor_{}_macro_{}", a, m).c_str(), config, costs[type], clock_));
    }
}

void Chip::carry(ChipValues& values)
{
    for (std::size_t a = 0; a < circuits_.size(); ++a) {
        const program::Actor& actor = program_.actors[ActorId(a)];
        for (std::size_t m = 0; m < circuits_[a].size(); ++m)
            try {
                circuits_[a][m]->load(values.contents(ActorId(a), m));
                circuits_[a][m]->check(actor.work.macros[m % actor.work.macros.size()].operation);
            } catch (const std::invalid_argument& e) {
                throw std::invalid_argument(fmt::format("'{}', macro {}: {}", actor.name, m, e.what()));
            }
    }
    values_ = &values;
}

void Chip::request_macros(const tile::ActorState& actor, std::int64_t sequence, Cycle now)
{
    Tile& tile = *tiles_[actor.actor->tile.value()];
    const ActorId id = actor.id;
    const std::size_t macros = actor.actor->work.macros.size();
    for (std::size_t m = 0; m < macros; ++m) {
        const std::size_t macro = actor.copy_of(sequence) * macros + m;
        const MvmOperation operation = actor.actor->work.macros[m].operation_at(actor.index_of(sequence));
        const auto notify = [&tile, id, sequence](MacroMoment moment, Cycle cycle) {
            tile.macro_moment(id, sequence, moment, cycle);
        };
        ValueTimer& circuit = *circuits_[id.value()][macro];
        if (auto inputs = values_ ? values_->inputs(id, macro, sequence) : std::nullopt)
            circuit.request(operation, now, std::move(*inputs), notify,
                            [this, id, macro, sequence](const std::vector<std::vector<double>>& sums) {
                                values_->results(id, macro, sequence, sums);
                            });
        else
            circuit.request(operation, now, notify);
    }
}

std::vector<MacroEvent> Chip::circuit_counts(ActorId actor) const
{
    std::vector<MacroEvent> events;
    for (const auto& circuit : circuits_[actor.value()])
        for (const MacroEvent& event : circuit->counts()) {
            events.push_back(event);
            events.back().event.tile_type = program_.type_of(program_.actors[actor].tile);
        }
    return events;
}

void Chip::permit(std::int64_t inferences)
{
    // Before the simulation starts the first cycle is still to come; later only the next one is.
    const Cycle visible = sc_core::sc_get_status() == sc_core::SC_ELABORATION ? 0 : cycle() + 1;
    tiles_[program_.memory_tile.value()]->permit(inferences, visible);
}

Packet Chip::packet_of(program::FlowId id) const
{
    const program::Flow& flow = program_.flows[id];
    Packet packet;
    packet.source = program_.endpoint[program_.actors[flow.from].tile.value()];
    packet.destination = program_.endpoint[program_.actors[flow.to].tile.value()];
    packet.flits = static_cast<std::uint32_t>(program::flits_of(flow, config_.noc));
    packet.message_class = flow.message_class;
    return packet;
}

void Chip::send_token(Cycle, program::FlowId id, std::int64_t token)
{
    Packet packet = packet_of(id);
    const std::int64_t links = topology_.hops(packet.source, packet.destination);
    passed_[id.value()].links += links * packet.flits;
    passed_[id.value()].routers += (links + 1) * packet.flits;
    packet.tag = take_slot({id, token, {sequence_++, 0, links, links + 1}, false});
    noc_->send(packet);
}

void Chip::send_tokens(Cycle created, std::span<const program::SentToken> sent)
{
    for (const auto& packet : program::packets_of(program_, config_.noc, sent))
        if (packet.size() == 1)
            send_token(created, packet.front().flow, packet.front().token);
        else
            send_tree(packet);
}

void Chip::send_tree(const std::vector<program::SentToken>& members)
{
    Packet packet = packet_of(members.front().flow);
    std::vector<std::uint32_t> destinations;
    for (const program::SentToken& m : members)
        destinations.push_back(packet_of(m.flow).destination);
    const std::vector<std::uint32_t> links = noc::links_of_tree(topology_, packet.source, destinations);
    if (free_trees_.empty()) {
        free_trees_.push_back(static_cast<std::uint32_t>(trees_.size()));
        trees_.emplace_back();
    }
    const std::uint32_t index = free_trees_.back();
    free_trees_.pop_back();
    Tree& tree = trees_[index];
    tree.members.clear();
    tree.under_way = members.size();
    const std::uint64_t group = sequence_ + 1;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const std::int64_t routers = links[i] + (i == 0); // every link enters another router
        Passed& passed = passed_[members[i].flow.value()];
        passed.links += std::int64_t{links[i]} * packet.flits;
        passed.routers += routers * packet.flits;
        tree.members.push_back({members[i].flow, members[i].token, {sequence_++, group, links[i], routers}, false});
    }
    packet.tag = tree_tag | index;
    noc_->send_multicast(packet, destinations);
}

void Chip::send_credit(Cycle created, program::FlowId id, std::int64_t granules)
{
    const program::Flow& flow = program_.flows[id];
    const TileId sender = program_.actors[flow.from].tile;
    if (config_.noc.credits == CreditReturn::sideband) {
        tiles_[sender.value()]->receive_credit(id, granules, created - 1 + config_.noc.sideband_latency_cycles);
        return;
    }
    Packet packet;
    packet.source = program_.endpoint[program_.actors[flow.to].tile.value()];
    packet.destination = program_.endpoint[sender.value()];
    packet.flits = 1;
    packet.message_class = MessageClass::control;
    const std::int64_t links = topology_.hops(packet.source, packet.destination);
    packet.tag = take_slot({id, granules, {sequence_++, 0, links, links + 1}, true});
    noc_->send(packet);
}

std::uint64_t Chip::take_slot(const InTransit& packet)
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

Chip::InTransit Chip::take_arrived(const Delivery& delivery)
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
        return program_.endpoint[program_.actors[program_.flows[m.flow].to].tile.value()] ==
               delivery.packet.destination;
    });
}

void Chip::deliver(const Delivery& delivery)
{
    const InTransit packet = take_arrived(delivery);
    last_progress_ = std::max(last_progress_, delivery.visible());
    const program::Flow& flow = program_.flows[packet.flow];
    if (observer_)
        observer_->delivered(delivery, packet.route, packet.flow, packet.credit);
    if (packet.credit)
        tiles_[program_.actors[flow.from].tile.value()]->receive_credit(packet.flow, packet.value, delivery.visible());
    else
        tiles_[program_.actors[flow.to].tile.value()]->receive_token(packet.flow, packet.value, delivery.visible());
}

void Chip::kept_token(Cycle visible, program::FlowId flow, std::int64_t token)
{
    if (observer_)
        observer_->kept(flow, token, visible);
}

void Chip::rested(const tile::ActorState& by, bool macros, const tile::Rest& rest)
{
    if (observer_)
        observer_->rested(by, macros, rest);
}

Chip::PowerStates Chip::power(Cycle now) const
{
    PowerStates sum{IdVector<TileTypeId, tile::StateCycles>(config_.tiles.size()),
                    IdVector<TileTypeId, tile::StateCycles>(config_.tiles.size())};
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
        const tile::TileEngine& engine = tiles_[t]->engine();
        const TileTypeId type = program_.type_of(TileId(t));
        if (TileId(t) != program_.memory_tile)
            sum.tiles[type] += engine.power().until(now);
        for (const tile::ActorState& actor : engine.actors())
            sum.macros[type] += actor.macro_power.until(now) * actor.actor->macros();
    }
    return sum;
}

void Chip::fired(const tile::ActorState& actor, std::int64_t inference, const tile::Firing& firing, Cycle admitted,
                 Cycle done)
{
    last_progress_ = std::max(last_progress_, done);
    if (observer_)
        observer_->fired(actor, inference, firing, admitted, done);
    if (actor.actor->kind != program::ActorKind::sink || actor.produced % actor.actor->share.tokens() != 0)
        return;
    if (finished_sinks_.size() <= static_cast<std::size_t>(inference))
        finished_sinks_.resize(static_cast<std::size_t>(inference) + 1, 0);
    if (++finished_sinks_[static_cast<std::size_t>(inference)] == sinks_) {
        ++done_;
        if (completed)
            completed(inference, done);
    }
}

} // namespace imc
