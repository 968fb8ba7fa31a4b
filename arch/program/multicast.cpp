#include "arch/program/multicast.h"

#include <algorithm>

namespace imc::program
{

std::int64_t flits_of(const Flow& flow, const NocConfig& noc)
{
    return (flow.bits + noc.flit_bits - 1) / noc.flit_bits;
}

std::vector<std::vector<SentToken>> packets_of(const Program& program, const NocConfig& noc,
                                               std::span<const SentToken> sent)
{
    const auto endpoint = [&](FlowId id) {
        return program.endpoint[program.actors[program.flows[id].to].tile.value()];
    };
    const auto joins = [&](FlowId id, const std::vector<SentToken>& packet) {
        const Flow& a = program.flows[id];
        const Flow& b = program.flows[packet.front().flow];
        return a.first_channel == b.first_channel && a.bits == b.bits && a.message_class == b.message_class &&
               std::none_of(packet.begin(), packet.end(),
                            [&](const SentToken& other) { return endpoint(other.flow) == endpoint(id); });
    };
    std::vector<std::vector<SentToken>> packets;
    for (const SentToken& token : sent) {
        const bool fits = flits_of(program.flows[token.flow], noc) <= noc.router.buffer_flits;
        const auto packet =
            std::find_if(packets.begin(), packets.end(), [&](const auto& p) { return fits && joins(token.flow, p); });
        if (packet == packets.end())
            packets.push_back({token});
        else
            packet->push_back(token);
    }
    return packets;
}

} // namespace imc::program
