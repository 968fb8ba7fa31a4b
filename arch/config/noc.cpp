#include "arch/config/noc.h"

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
    v.choice("multicast", multicast, multicast_modes, "how a packet to several tiles is sent");
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

} // namespace imc
