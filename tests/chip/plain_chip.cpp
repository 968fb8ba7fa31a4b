#include "tests/chip/plain_chip.h"

#include <stdexcept>

namespace imc::test
{

PlainChip::PlainChip(const ChipConfig& chip, const program::Program& program, std::uint64_t seed)
    : program_(program), services_(chip, program, ledger_), directory_(program), delay_(seed, "delay")
{
    for (std::size_t t = 0; t < program.tiles; ++t) {
        tiles_.push_back(std::make_unique<tile::TileEngine>(
            program, directory_, TileId(t), services_,
            tile::Rules{.trees = chip.noc.router.multicast == Multicast::tree}, units_.emplace_back().units(), *this));
        wake(TileId(t), 0);
    }
}

bool PlainChip::run(std::int64_t inferences)
{
    tiles_[program_.memory_tile.value()]->permit(inferences, 0);
    while (!wakes_.empty()) {
        const auto [cycle, tile] = wakes_.top();
        while (!wakes_.empty() && wakes_.top() == Wake(cycle, tile))
            wakes_.pop();
        const Cycle next = tiles_[tile]->eval(cycle);
        if (next != never)
            wake(TileId(tile), next);
    }
    return blocked(inferences).empty();
}

std::string PlainChip::blocked(std::int64_t inferences) const
{
    std::string text;
    for (const auto& tile : tiles_)
        for (const tile::ActorState& state : tile->actors()) {
            if (state.produced >= inferences * state.actor->share.tokens())
                continue;
            text += "\n  '" + state.actor->name + "' after " + std::to_string(state.produced) + " tokens";
            if (const program::FlowId flow = tile->blocking_flow(state); flow.valid())
                text += (state.waiting == tile::Waiting::inputs ? " waits for '" : " has no room at '") +
                        program_
                            .actors[state.waiting == tile::Waiting::inputs ? program_.flows[flow].from
                                                                           : program_.flows[flow].to]
                            .name +
                        "', flow " + std::to_string(flow.value()) + " of capacity " +
                        std::to_string(program_.flows[flow].capacity);
        }
    return text;
}

std::vector<const tile::TileEngine*> PlainChip::engines() const
{
    std::vector<const tile::TileEngine*> engines;
    for (const auto& tile : tiles_)
        engines.push_back(tile.get());
    return engines;
}

void PlainChip::send_token(Cycle created, program::FlowId flow, std::int64_t token)
{
    const TileId to = program_.actors[program_.flows[flow].to].tile;
    const Cycle visible = created + 1 + static_cast<Cycle>(delay_.below(40));
    for (std::int64_t i = 0; i < program_.flows[flow].in_packet(token); ++i)
        tiles_[to.value()]->receive_token(flow, token + i, visible);
    wake(to, visible);
}

void PlainChip::send_credit(Cycle created, program::FlowId flow, std::int64_t granules)
{
    const TileId to = program_.actors[program_.flows[flow].from].tile;
    const Cycle visible = created + 1 + static_cast<Cycle>(delay_.below(40));
    tiles_[to.value()]->receive_credit(flow, granules, visible);
    wake(to, visible);
}

void PlainChip::request_macros(const tile::ActorState&, std::int64_t, Cycle)
{
    throw std::logic_error("macros have a schedule here");
}

void PlainChip::wake(TileId tile, Cycle cycle) { wakes_.emplace(cycle, tile.value()); }

} // namespace imc::test
