#include "arch/chip/chip.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "arch/noc/ideal_interconnect.h"
#include "arch/noc/mesh.h"

namespace imc
{

namespace
{

std::string name_of_tile(const noc::MeshTopology& topology, std::uint32_t endpoint, std::uint32_t tiles_per_router)
{
    const std::uint32_t router = topology.router_of(endpoint);
    std::string name = fmt::format("tile_{}_{}", topology.x_of(router), topology.y_of(router));
    return tiles_per_router > 1 ? fmt::format("{}_{}", name, topology.endpoint(endpoint).port) : name;
}

} // namespace

Chip::Chip(const sc_core::sc_module_name& name, const ChipConfig& config, const program::Program& program,
           const MeshShape& mesh, tile::ServiceTable& services, ChipRules rules)
    : sc_module(name), config_(config), program_(program), clock_(config.clock()),
      topology_(mesh, config.noc.router, 0), directory_(program), circuits_(rules.circuit)
{
    const bool trees = config.noc.router.multicast == Multicast::tree;
    if (rules.ideal_network)
        network_ = std::make_unique<IdealInterconnect>(mesh, config.noc.router);
    else
        network_ = std::make_unique<Mesh>(mesh, config.noc.router);
    network_->set_sink(this);
    noc_ = std::make_unique<NocModule>("noc", *network_, clock_);
    shared_ =
        std::make_unique<NetworkInterface::Shared>(NetworkInterface::Shared{config, program, topology_, *noc_, 0, {}});
    shared_->passed.resize(program.flows.size());
    tile_at_.resize(topology_.endpoints());
    for (std::size_t t = 0; t < program.tiles; ++t) {
        const TileId id(t);
        const std::string tile_name =
            id == program.memory_tile ? "memory" : name_of_tile(topology_, program.endpoint[t], mesh.tiles_per_router);
        tiles_.push_back(std::make_unique<Tile>(tile_name.c_str(), *shared_, directory_, id, services,
                                                tile::Rules{.infinite_buffers = rules.infinite_buffers,
                                                            .separate_units = rules.separate_units,
                                                            .trees = trees,
                                                            .circuit = rules.circuit},
                                                *this));
        tile_at_[program.endpoint[t]] = static_cast<std::uint32_t>(t);
    }
    for (const program::Actor& actor : program.actors)
        sinks_ += actor.kind == program::ActorKind::sink;
}

Chip::~Chip() = default;

void Chip::carry(ChipValues& values)
{
    for (std::size_t a = 0; a < program_.actors.size(); ++a) {
        const program::Actor& actor = program_.actors[ActorId(a)];
        for (std::size_t m = 0; m < static_cast<std::size_t>(actor.macros()); ++m)
            try {
                ValueTimer& circuit = tiles_[actor.tile.value()]->circuit(ActorId(a), m);
                circuit.load(values.contents(ActorId(a), m));
                circuit.check(actor.work.macros[m % actor.work.macros.size()].operation);
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
    const std::size_t macros = actor.actor->work.macros.size(), copy = actor.copy_of(sequence);
    for (std::size_t m = 0; m < macros; ++m) {
        const std::size_t macro = copy * macros + m;
        const MvmOperation operation = actor.actor->work.macros[m].operation_at(actor.index_of(sequence));
        const auto notify = [&tile, id, sequence](MacroMoment moment, Cycle cycle) {
            tile.macro_moment(id, sequence, moment, cycle);
        };
        ValueTimer& circuit = tile.circuit(id, macro);
        if (auto inputs = values_ ? values_->inputs(id, macro, sequence) : std::nullopt)
            circuit.request(operation, now, std::move(*inputs), notify,
                            [this, id, macro, sequence](const std::vector<std::vector<double>>& sums) {
                                values_->results(id, macro, sequence, sums);
                            });
        else
            circuit.request(operation, now, notify);
    }
}

std::vector<MacroEvent> Chip::circuit_counts(ActorId id) const
{
    std::vector<MacroEvent> events;
    const program::Actor& actor = program_.actors[id];
    for (std::size_t m = 0; m < static_cast<std::size_t>(actor.macros()); ++m)
        for (const MacroEvent& event : tiles_[actor.tile.value()]->circuit(id, m).counts()) {
            events.push_back(event);
            events.back().event.tile_type = program_.type_of(actor.tile);
        }
    return events;
}

void Chip::permit(std::int64_t inferences)
{
    // Before the simulation starts the first cycle is still to come; later only the next one is.
    const Cycle visible = sc_core::sc_get_status() == sc_core::SC_ELABORATION ? 0 : cycle() + 1;
    tiles_[program_.memory_tile.value()]->permit(inferences, visible);
}

void Chip::send_token(Cycle, program::FlowId flow, std::int64_t token)
{
    sender_of(flow).network_interface().send_token(flow, token);
}

void Chip::send_tokens(Cycle, std::span<const program::SentToken> sent)
{
    sender_of(sent.front().flow).network_interface().send_tokens(sent);
}

void Chip::send_credit(Cycle created, program::FlowId flow, std::int64_t granules)
{
    if (config_.noc.credits == CreditReturn::sideband)
        sender_of(flow).receive_credit(flow, granules, created - 1 + config_.noc.sideband_latency_cycles);
    else
        receiver_of(flow).network_interface().send_credit(flow, granules);
}

void Chip::deliver(const Delivery& delivery)
{
    const NetworkInterface::InTransit packet =
        tiles_[tile_at_[delivery.packet.source]]->network_interface().take_arrived(delivery);
    last_progress_ = std::max(last_progress_, delivery.visible());
    const std::int64_t tokens = packet.credit ? 0 : program_.flows[packet.flow].in_packet(packet.value);
    if (observer_)
        observer_->delivered(delivery, packet.route, packet.flow, tokens);
    if (packet.credit)
        sender_of(packet.flow).receive_credit(packet.flow, packet.value, delivery.visible());
    for (std::int64_t i = 0; i < tokens; ++i)
        receiver_of(packet.flow).receive_token(packet.flow, packet.value + i, delivery.visible());
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

void Chip::served(const tile::ActorState& actor, std::size_t copy, tile::Resource resource, Cycle start, Cycle end)
{
    if (observer_)
        observer_->served(actor, copy, resource, start, end);
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

std::vector<std::int64_t> Chip::progress() const
{
    std::vector<std::int64_t> firings(program_.actors.size(), 0);
    for (const std::unique_ptr<Tile>& tile : tiles_)
        for (const tile::ActorState& actor : tile->engine().actors())
            firings[actor.id.value()] = actor.produced;
    return firings;
}

void Chip::fired(const tile::ActorState& actor, std::int64_t inference, const tile::Firing& firing, Cycle admitted,
                 Cycle done)
{
    last_progress_ = std::max(last_progress_, done);
    tiles_[actor.actor->tile.value()]->count_result(actor);
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
