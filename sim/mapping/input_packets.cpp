#include "sim/mapping/input_packets.h"

#include <algorithm>

namespace imc::mapping
{

namespace
{

/// Columns of the share from the first to the last of a packet, at most.
int widest_packet(const program::Flow& flow, const std::vector<int>& share)
{
    const auto place = [&](int column) { return std::lower_bound(share.begin(), share.end(), column) - share.begin(); };
    const std::vector<int>& columns = flow.region.columns;
    std::ptrdiff_t widest = 1;
    for (std::size_t first = 0; first < columns.size(); first += static_cast<std::size_t>(flow.per_packet)) {
        const std::size_t last = std::min(columns.size(), first + static_cast<std::size_t>(flow.per_packet)) - 1;
        widest = std::max(widest, place(columns[last]) - place(columns[first]) + 1);
    }
    return static_cast<int>(widest);
}

} // namespace

void pack_input(program::Program& program, const NocConfig& noc)
{
    if (noc.input_packets == InputPackets::position)
        return;
    for (program::Flow& flow : program.flows) {
        program::Actor& source = program.actors[flow.from];
        if (source.kind != program::ActorKind::source || source.tile == program.actors[flow.to].tile)
            continue;
        const auto columns = static_cast<std::int64_t>(flow.region.columns.size());
        if (columns % flow.granule != 0 && flow.granule % columns != 0)
            continue; // a packet would be of two granules
        flow.per_packet = std::clamp(noc.flit_bits / flow.bits, std::int64_t{1}, std::min(columns, flow.granule));
        if (flow.granule < columns && flow.granule % flow.per_packet != 0)
            flow.per_packet = 1;
        source.output_slots = std::max(source.output_slots, 2 * widest_packet(flow, source.share.columns));
    }
}

} // namespace imc::mapping
