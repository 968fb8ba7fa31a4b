#include "arch/config/noc.h"

#include <algorithm>
#include <map>
#include <string>

namespace imc
{

namespace
{

constexpr std::int64_t max_virtual_channels = 8;
constexpr std::int64_t max_buffer_flits = 4096;

struct NamedSet {
    const char* key;
    const std::vector<std::int64_t>& channels;
};

std::array<NamedSet, 4> named_sets(const MessageClassChannels& c)
{
    return {
        {{"activation", c.activation}, {"partial_sum", c.partial_sum}, {"weight", c.weight}, {"control", c.control}}};
}

} // namespace

void MessageClassChannels::fields(config::Visitor& v)
{
    const config::IntegerRange range{0, max_virtual_channels - 1};
    v.integers("activation", activation, range, unit::none, "virtual channels of activations; empty: all");
    v.integers("partial_sum", partial_sum, range, unit::none, "virtual channels of partial sums; empty: all");
    v.integers("weight", weight, range, unit::none, "virtual channels of weights; empty: all");
    v.integers("control", control, range, unit::none, "virtual channels of credits and requests; empty: all");
}

void RouterConfig::fields(config::Visitor& v)
{
    v.choice("pipeline", pipeline, router_pipelines, "stages of a router");
    v.integer("virtual_channels", virtual_channels, {1, max_virtual_channels}, unit::none, "virtual channels per port");
    v.integer("buffer_flits", buffer_flits, {1, max_buffer_flits}, unit::none, "buffer of one virtual channel");
    v.choice("multicast", multicast, multicast_modes, "how a token that several tiles read is sent");
    v.section("message_classes", message_classes, "virtual channels of each message class");
}

void RouterConfig::check(const config::Place& place) const
{
    for (const NamedSet& set : named_sets(message_classes))
        for (const std::int64_t channel : set.channels)
            if (channel >= virtual_channels)
                place.fail(std::string("message_classes.") + set.key, "names virtual channel " +
                                                                          std::to_string(channel) + ", but there are " +
                                                                          std::to_string(virtual_channels));
    const auto masks = class_masks();
    for (std::size_t a = 0; a < masks.size(); ++a)
        for (std::size_t b = a + 1; b < masks.size(); ++b)
            if (masks[a] != masks[b] && (masks[a] & masks[b]))
                place.fail("message_classes", std::string("'") + named_sets(message_classes)[a].key + "' and '" +
                                                  named_sets(message_classes)[b].key +
                                                  "' must use the same virtual channels or disjoint ones");
}

std::array<std::uint32_t, 4> RouterConfig::class_masks() const
{
    std::array<std::uint32_t, 4> masks{};
    const auto sets = named_sets(message_classes);
    for (std::size_t c = 0; c < masks.size(); ++c) {
        for (const std::int64_t channel : sets[c].channels)
            masks[c] |= 1u << channel;
        if (sets[c].channels.empty())
            masks[c] = (1u << virtual_channels) - 1;
    }
    return masks;
}

unsigned router_ports(const MeshShape& shape)
{
    constexpr unsigned directions = 4;
    std::map<std::uint32_t, unsigned> extra;
    unsigned most = 0;
    for (const std::uint32_t r : shape.extra_endpoints)
        most = std::max(most, ++extra[r]);
    return directions + shape.tiles_per_router + most;
}

std::string mesh_fault(const MeshShape& shape, const RouterConfig& router)
{
    constexpr unsigned most_ports = 16, most_channels = 64;
    constexpr std::uint64_t most_routers = 1u << 17, most_flits = 1u << 27;
    const std::uint64_t routers = std::uint64_t{shape.columns} * shape.rows;
    if (routers == 0 || routers > most_routers)
        return "must have between 1 and " + std::to_string(most_routers) + " routers, not " + std::to_string(routers);
    if (shape.tiles_per_router == 0 && shape.extra_endpoints.empty())
        return "must have endpoints";
    for (const std::uint32_t r : shape.extra_endpoints)
        if (r >= routers)
            return "must have a router " + std::to_string(r) + " for an extra endpoint, but has " +
                   std::to_string(routers) + " routers";
    const unsigned ports = router_ports(shape);
    if (ports > most_ports || ports * router.virtual_channels > most_channels)
        return "must have at most " + std::to_string(most_ports) + " ports and " + std::to_string(most_channels) +
               " channels per router, not " + std::to_string(ports) + " ports of " +
               std::to_string(router.virtual_channels) + " virtual channels";
    if (routers * ports * router.virtual_channels * router.buffer_flits > most_flits)
        return "must have at most " + std::to_string(most_flits) + " flits of buffers in all";
    return "";
}

} // namespace imc
