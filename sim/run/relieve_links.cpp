#include "sim/run/relieve_links.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "sim/base/errors.h"
#include "sim/run/lay_out.h"
#include "sim/run/link_bounds.h"

namespace imc::run
{

namespace
{

using mapping::Concessions;
using mapping::StageId;

double link_cycles(const Experiment& experiment, const Mapped& mapped)
{
    return static_cast<double>(link_bound(experiment, mapped, Served::in_all).cycles);
}

/// Layers by the cycles that packets from or to their tiles take on the busiest link, most first.
struct Talkers {
    std::vector<StageId> senders, receivers;
};

std::vector<StageId> most_first(const std::map<StageId, Cycle>& cycles)
{
    std::vector<StageId> layers;
    for (const auto& [layer, taken] : cycles)
        layers.push_back(layer);
    std::stable_sort(layers.begin(), layers.end(), [&](StageId a, StageId b) { return cycles.at(a) > cycles.at(b); });
    return layers;
}

Talkers talkers_on_busiest_link(const Experiment& experiment, const Mapped& mapped)
{
    std::map<StageId, Cycle> sent, received;
    const auto count = [&](ActorId actor, Cycle cycles, std::map<StageId, Cycle>& sums) {
        if (const LayerId layer = mapped.program.actors[actor].layer; layer.valid())
            if (const StageId host = host_of(mapped.mapping, layer); host.valid())
                sums[host] += cycles;
    };
    for (const auto& [id, cycles] : busiest_link(experiment, mapped).flows) {
        const program::Flow& flow = mapped.program.flows[id];
        count(flow.from, cycles, sent);
        count(flow.to, cycles, received);
    }
    return {most_first(sent), most_first(received)};
}

bool same_copies(const mapping::Mapping& a, const mapping::Mapping& b)
{
    return std::ranges::equal(a.parts, b.parts, [](const mapping::Part& x, const mapping::Part& y) {
        return x.stage == y.stage && x.tile == y.tile && x.copies == y.copies && x.first_array == y.first_array &&
               x.share == y.share;
    });
}

class Relief
{
public:
    Relief(const Experiment& experiment, const LayOut& lay_out, Mapped& mapped, Concessions& concessions)
        : experiment_(experiment), lay_out_(lay_out), best_(mapped), concessions_(concessions),
          links_(link_cycles(experiment, mapped))
    {
        if (experiment.mapping.replication == mapping::Replication::fed)
            close_ = std::numeric_limits<double>::infinity();
        const double interval = mapped.mapping.interval_cycles, close = close_ * mapped.mapping.interval_bound_cycles;
        constexpr double about = 1.02;
        longest_ = interval > close ? about * interval : 0.0;
        if (mapped.mapping.tiles > large)
            tries_left_ = few_tries;
    }

    void relieve()
    {
        if (links_ > best_.mapping.interval_cycles) // few layers share a tile
            try_with([](Concessions& c) { return !std::exchange(c.in_order, true); }, 1.0);
        while (links_ > best_.mapping.interval_cycles && try_each())
            ;
    }

private:
    static constexpr std::size_t large = 512; ///< tiles: each try takes long
    static constexpr double better = 0.99;
    static constexpr int many_tries = 16, few_tries = 8;

    /// What was of no use is not tried again: what else has changed meanwhile seldom makes a difference to it.
    enum class Change : std::uint8_t { strips, whole, fewer, spread, apart };

    /// One thing after another until one helps.
    bool try_each()
    {
        const Talkers talkers = talkers_on_busiest_link(experiment_, best_);
        for (const StageId layer : first(talkers.receivers, 3))
            if (is_divided(layer) &&
                try_with(Change::strips, layer, [&](Concessions& c) { return c.strips.insert(layer).second; }))
                return true;
        for (const StageId layer : first(talkers.receivers, 3))
            if (try_with(Change::whole, layer, [&](Concessions& c) { return c.whole.insert(layer).second; }))
                return true;
        if (try_with(Change::fewer, {},
                     [&](Concessions& c) { return std::exchange(c.least_interval, slower()) < 0.99 * slower(); }) ||
            try_with(Change::spread, {}, [](Concessions& c) { return std::exchange(c.in_order, false); }))
            return true;
        for (const StageId layer : first(talkers.senders, 3))
            if (try_with(Change::apart, layer, [&](Concessions& c) { return c.apart.insert(layer).second; }))
                return true;
        return false;
    }

    /// Interval of the slowest layer that is good enough.
    double longest() const { return std::max(longest_, close_ * best_.mapping.interval_bound_cycles); }

    /// An interval that leaves some copies out.
    double slower() const { return std::isinf(close_) ? std::sqrt(best_.mapping.interval_cycles * links_) : longest(); }

    static std::vector<StageId> first(std::vector<StageId> layers, std::size_t most)
    {
        layers.resize(std::min(layers.size(), most));
        return layers;
    }

    bool is_divided(StageId layer) const { return best_.mapping.layers[layer.value()].copies.groups.size() > 1; }

    template <class Set> bool try_with(Change change, StageId layer, const Set& set)
    {
        if (useless_.contains({change, layer}))
            return false;
        const bool useful = try_with(set, better);
        if (!useful)
            useless_.insert({change, layer});
        return useful;
    }

    /// `set` says whether it changes anything. Kept if both together take no more than `most` of what they did.
    template <class Set> bool try_with(const Set& set, double most)
    {
        Concessions tried = concessions_;
        tried.to_compare = true;
        if (tries_left_ == 0 || !set(tried))
            return false;
        --tries_left_;
        std::optional<Mapped> mapped;
        try {
            mapped = lay_out_(tried, [&](const mapping::Mapping& m) {
                return m.interval_cycles <= std::max(longest_, close_ * m.interval_bound_cycles) &&
                       (most >= 1.0 || !same_copies(m, best_.mapping));
            });
        } catch (const RunError&) {
            return false; // does not fit
        }
        if (!mapped)
            return false;
        const double links = link_cycles(experiment_, *mapped);
        if (std::max(mapped->mapping.interval_cycles, links) > most * std::max(best_.mapping.interval_cycles, links_))
            return false;
        best_ = std::move(*mapped);
        concessions_ = std::move(tried);
        links_ = links;
        return true;
    }

    const Experiment& experiment_;
    const LayOut& lay_out_;
    Mapped& best_;
    Concessions& concessions_;
    double links_;
    double close_ = 1.10; ///< intervals that are so close to their bound are good enough
    double longest_;      ///< others are, too, if this was longer from the start
    int tries_left_ = many_tries;
    std::set<std::pair<Change, StageId>> useless_;
};

} // namespace

void relieve_links(const Experiment& experiment, const LayOut& lay_out, Mapped& mapped, Concessions& concessions)
{
    Relief(experiment, lay_out, mapped, concessions).relieve();
}

void leave_out_idle_copies(const Experiment& experiment, const LayOut& lay_out, Mapped& mapped,
                           Concessions& concessions)
{
    double low = mapped.mapping.interval_cycles, high = link_cycles(experiment, mapped);
    double best = std::max(low, high);
    constexpr int most_tries = 8;
    constexpr double fine = 1.05, equal = 1.005;
    const Concessions all = concessions;
    for (int i = 0; i < most_tries && high > fine * low; ++i) {
        Concessions fewer = all;
        fewer.least_interval = std::sqrt(low * high);
        std::optional<Mapped> laid_out = lay_out(fewer, [](const mapping::Mapping&) { return true; });
        Mapped& tried = *laid_out;
        const double links = link_cycles(experiment, tried);
        const double interval = std::max(tried.mapping.interval_cycles, links);
        (links > tried.mapping.interval_cycles ? low : high) = std::sqrt(low * high);
        if (interval > equal * best)
            continue;
        best = std::min(best, interval);
        mapped = std::move(tried);
        concessions = std::move(fewer);
    }
}

} // namespace imc::run
