#include "tests/noc/reference_mesh.h"

#include <algorithm>
#include <stdexcept>

namespace imc::test
{

namespace
{

/// The first of `wanted` at or after `pointer`, cyclically over `size`; -1 if none.
template <class Wanted> int arbitrate(unsigned pointer, unsigned size, Wanted wanted)
{
    for (unsigned i = 0; i < size; ++i)
        if (wanted((pointer + i) % size))
            return static_cast<int>((pointer + i) % size);
    return -1;
}

} // namespace

ReferenceMesh::ReferenceMesh(const MeshShape& shape, const RouterConfig& config)
    : shape_(shape), config_(config), vcs_(config.virtual_channels),
      routing_(config.pipeline == RouterPipeline::baseline ? 1 : 0),
      speculative_(config.pipeline == RouterPipeline::minimal), masks_(config.class_masks())
{
    std::vector<unsigned> locals(shape.columns * shape.rows, shape.tiles_per_router);
    for (unsigned r = 0; r < shape.columns * shape.rows; ++r)
        for (unsigned i = 0; i < shape.tiles_per_router; ++i)
            sources_.push_back({r, 4 + i, {}, {}, 0});
    for (const unsigned r : shape.extra_endpoints)
        sources_.push_back({r, 4 + locals[r]++, {}, {}, 0});
    ports_ = 4 + *std::max_element(locals.begin(), locals.end());
    for (unsigned r = 0; r < shape.columns * shape.rows; ++r) {
        Router router{r % shape.columns, r / shape.columns, {}, {}, {}, {}, {}};
        router.inputs.resize(ports_ * vcs_);
        router.outputs.resize(ports_ * vcs_);
        for (auto& o : router.outputs)
            o.credits = config.buffer_flits;
        router.input_pointer.resize(ports_);
        router.output_pointer.resize(ports_);
        router.last_vc.assign(ports_, vcs_ - 1);
        routers_.push_back(router);
    }
    std::vector<std::uint32_t> distinct;
    for (const auto m : masks_)
        if (std::find(distinct.begin(), distinct.end(), m) == distinct.end())
            distinct.push_back(m);
    for (Source& s : sources_) {
        s.credits.assign(vcs_, config.buffer_flits);
        for (const auto m : distinct) {
            Lane lane;
            for (unsigned v = 0; v < vcs_; ++v)
                if (m >> v & 1)
                    lane.channels.push_back(v);
            s.lanes.push_back(lane);
        }
    }
}

void ReferenceMesh::send(Cycle created, const Packet& packet, const std::vector<std::uint32_t>& destinations)
{
    Instance i;
    i.delivery.packet = packet;
    i.delivery.created = created;
    i.targets = destinations;
    i.whole = destinations.size() > 1;
    instances_.push_back(i);
    expected_ += destinations.size();
    for (Lane& lane : sources_.at(packet.source).lanes)
        if (allowed(i, lane.channels[0]))
            lane.queue.push_back(instances_.size() - 1);
}

bool ReferenceMesh::allowed(const Instance& i, unsigned vc) const
{
    return masks_[static_cast<std::size_t>(i.delivery.packet.message_class)] >> vc & 1;
}

unsigned ReferenceMesh::route(const Router& r, std::uint32_t endpoint) const
{
    const Source& s = sources_[endpoint];
    const unsigned x = s.router % shape_.columns, y = s.router / shape_.columns;
    return x > r.x ? 0 : x < r.x ? 1 : y > r.y ? 2 : y < r.y ? 3 : s.port;
}

int ReferenceMesh::neighbour(unsigned router, unsigned port) const
{
    constexpr int dx[] = {1, -1, 0, 0}, dy[] = {0, 0, 1, -1};
    const int x = static_cast<int>(router % shape_.columns) + dx[port];
    const int y = static_cast<int>(router / shape_.columns) + dy[port];
    return y * static_cast<int>(shape_.columns) + x;
}

std::vector<Delivery> ReferenceMesh::run()
{
    Cycle quiet = 0;
    for (Cycle t = 0; delivered_.size() < expected_; ++t) {
        const std::size_t before = buffer_reads;
        accept(t);
        inject(t);
        for (unsigned r = 0; r < routers_.size(); ++r)
            decide(r, t);
        quiet = buffer_reads == before ? quiet + 1 : 0;
        if (quiet > 100000)
            throw std::runtime_error("the reference mesh makes no progress");
    }
    return delivered_;
}

void ReferenceMesh::accept(Cycle t)
{
    for (const CreditEvent& c : credits_[t])
        ++(c.to_source ? sources_[c.where].credits[c.channel] : routers_[c.where].outputs[c.channel].credits);
    credits_.erase(t);
    for (const FlitEvent& e : flits_[t]) {
        if (e.router == routers_.size()) { // ejected
            Instance& i = instances_[e.flit.instance];
            if (e.flit.index == 0)
                i.delivery.head_arrived = t;
            if (e.flit.index + 1 == i.delivery.packet.flits) {
                i.delivery.tail_arrived = t;
                i.delivery.packet.destination = i.targets.at(0);
                delivered_.push_back(i.delivery);
            }
            continue;
        }
        ++buffer_writes;
        InputChannel& in = routers_[e.router].inputs[e.channel];
        in.queue.push_back(e.flit);
        if (in.branches.empty())
            start(e.router, in, t + routing_);
    }
    flits_.erase(t);
}

/// A head has come to the front of its channel: one branch per output port of its destinations.
void ReferenceMesh::start(unsigned router, InputChannel& channel, Cycle allocate_from)
{
    const std::size_t parent = channel.queue.front().instance;
    std::map<unsigned, std::vector<std::uint32_t>> by_port;
    for (const auto target : instances_[parent].targets)
        by_port[route(routers_[router], target)].push_back(target);
    channel.allocate_from = allocate_from;
    channel.popped = 0;
    for (const auto& [port, targets] : by_port) {
        Instance child = instances_[parent];
        child.targets = targets;
        instances_.push_back(child);
        channel.branches.push_back({instances_.size() - 1, port, -1, 0, 0});
    }
}

void ReferenceMesh::inject(Cycle t)
{
    for (unsigned n = 0; n < sources_.size(); ++n) {
        Source& s = sources_[n];
        for (unsigned i = 0; i < s.lanes.size(); ++i) {
            const unsigned l = (s.lane_pointer + i) % static_cast<unsigned>(s.lanes.size());
            Lane& lane = s.lanes[l];
            if (lane.queue.empty())
                continue;
            Instance& instance = instances_[lane.queue.front()];
            Delivery& d = instance.delivery;
            if (lane.sent == 0) {
                const unsigned needed = instance.whole ? d.packet.flits : 1;
                const int vc = arbitrate(lane.next, vcs_, [&](unsigned v) {
                    return std::count(lane.channels.begin(), lane.channels.end(), v) && s.credits[v] >= needed;
                });
                if (d.created > t || vc < 0)
                    continue;
                lane.vc = static_cast<unsigned>(vc);
                lane.next = (lane.vc + 1) % vcs_;
                d.head_injected = t;
            } else if (s.credits[lane.vc] == 0) {
                continue;
            }
            --s.credits[lane.vc];
            flits_[t + 2].push_back({s.router, s.port * vcs_ + lane.vc, {lane.queue.front(), lane.sent}});
            if (++lane.sent == d.packet.flits) {
                lane.sent = 0;
                lane.queue.pop_front();
            }
            s.lane_pointer = (l + 1) % static_cast<unsigned>(s.lanes.size());
            break;
        }
    }
}

void ReferenceMesh::decide(unsigned router, Cycle t)
{
    Router& r = routers_[router];
    const auto channels = allocate_channels(r, t); // both look at the state before the cycle's grants
    const auto granted = allocate_switch(r, t);
    for (const auto& [input, output] : channels) {
        InputChannel& in = r.inputs[input];
        in.pointer = (output + 1) % (ports_ * vcs_);
        r.outputs[output].pointer = (input + 1) % (ports_ * vcs_);
        r.outputs[output].owned = true;
        for (Branch& b : in.branches)
            if (b.port == output / vcs_) {
                b.output = static_cast<int>(output);
                b.switch_from = t + 1;
            }
    }
    for (const Request& g : granted) {
        const Branch& b = r.inputs[g.input].branches[g.branch];
        if (g.guess && (b.output < 0 || r.outputs[static_cast<unsigned>(b.output)].credits == 0))
            continue;
        grant(router, g, t);
    }
}

std::vector<std::pair<unsigned, unsigned>> ReferenceMesh::allocate_channels(const Router& r, Cycle t) const
{
    const unsigned size = ports_ * vcs_;
    std::vector<int> choice(size, -1);
    for (unsigned i = 0; i < size; ++i) {
        const InputChannel& in = r.inputs[i];
        if (in.branches.empty() || in.allocate_from > t)
            continue;
        choice[i] = arbitrate(in.pointer, size, [&](unsigned o) {
            const OutputChannel& out = r.outputs[o];
            return std::any_of(in.branches.begin(), in.branches.end(), [&](const Branch& b) {
                const Instance& instance = instances_[b.instance];
                return b.output < 0 && b.port == o / vcs_ && !out.owned && allowed(instance, o % vcs_) &&
                       (!instance.whole || out.credits >= instance.delivery.packet.flits);
            });
        });
    }
    std::vector<std::pair<unsigned, unsigned>> result;
    for (unsigned o = 0; o < size; ++o) {
        const int i =
            arbitrate(r.outputs[o].pointer, size, [&](unsigned input) { return choice[input] == static_cast<int>(o); });
        if (i >= 0)
            result.emplace_back(static_cast<unsigned>(i), o);
    }
    return result;
}

std::vector<ReferenceMesh::Request> ReferenceMesh::allocate_switch(Router& r, Cycle t) const
{
    // Who asks for what.
    std::vector<Request> requests;
    for (unsigned i = 0; i < ports_ * vcs_; ++i) {
        const InputChannel& in = r.inputs[i];
        for (std::size_t n = 0; n < in.branches.size(); ++n) {
            const Branch& b = in.branches[n];
            const Instance& instance = instances_[b.instance];
            if (b.output >= 0) {
                const std::size_t position = b.sent - in.popped;
                const bool flit = b.sent < instance.delivery.packet.flits && position < in.queue.size();
                if (b.switch_from <= t && flit && r.outputs[static_cast<unsigned>(b.output)].credits > 0)
                    requests.push_back({i, b.port, n, false});
            } else if (speculative_ && in.allocate_from <= t && !instance.whole) {
                for (unsigned v = 0; v < vcs_; ++v) {
                    const OutputChannel& out = r.outputs[b.port * vcs_ + v];
                    if (!out.owned && out.credits > 0 && allowed(instance, v)) {
                        requests.push_back({i, b.port, n, true});
                        break;
                    }
                }
            }
        }
    }
    // Each input port picks one.
    std::vector<Request> chosen;
    for (unsigned p = 0; p < ports_; ++p) {
        std::vector<Request> mine;
        for (const Request& q : requests)
            if (q.input / vcs_ == p)
                mine.push_back(q);
        const bool firm = std::any_of(mine.begin(), mine.end(), [](const Request& q) { return !q.guess; });
        std::erase_if(mine, [&](const Request& q) { return q.guess && firm; });
        const int output = arbitrate(r.input_pointer[p], ports_, [&](unsigned o) {
            return std::any_of(mine.begin(), mine.end(), [&](const Request& q) { return q.output_port == o; });
        });
        if (output < 0)
            continue;
        const int vc = arbitrate((r.last_vc[p] + 1) % vcs_, vcs_, [&](unsigned v) {
            return std::any_of(mine.begin(), mine.end(), [&](const Request& q) {
                return q.output_port == static_cast<unsigned>(output) && q.input % vcs_ == v;
            });
        });
        for (const Request& q : mine)
            if (q.output_port == static_cast<unsigned>(output) && q.input % vcs_ == static_cast<unsigned>(vc))
                chosen.push_back(q);
    }
    // Each output port picks one input port.
    std::vector<Request> granted;
    for (unsigned o = 0; o < ports_; ++o) {
        const bool firm =
            std::any_of(chosen.begin(), chosen.end(), [&](const Request& q) { return q.output_port == o && !q.guess; });
        const int port = arbitrate(r.output_pointer[o], ports_, [&](unsigned p) {
            return std::any_of(chosen.begin(), chosen.end(), [&](const Request& q) {
                return q.output_port == o && q.input / vcs_ == p && !(q.guess && firm);
            });
        });
        if (port < 0)
            continue;
        const auto p = static_cast<unsigned>(port);
        for (const Request& q : chosen)
            if (q.input / vcs_ == p) {
                granted.push_back(q);
                r.input_pointer[p] = (o + 1) % ports_;
                r.output_pointer[o] = (p + 1) % ports_;
                r.last_vc[p] = q.input % vcs_;
            }
    }
    return granted;
}

void ReferenceMesh::grant(unsigned router, const Request& request, Cycle t)
{
    Router& r = routers_[router];
    InputChannel& in = r.inputs[request.input];
    Branch& b = in.branches[request.branch];
    const auto output = static_cast<unsigned>(b.output);
    const Flit flit{b.instance, b.sent++};
    const bool tail = b.sent == instances_[b.instance].delivery.packet.flits;
    ++buffer_reads;
    --r.outputs[output].credits;
    if (tail)
        r.outputs[output].owned = false;
    if (b.port < 4) {
        ++flit_hops;
        const auto next = static_cast<unsigned>(neighbour(router, b.port));
        flits_[t + 3].push_back({next, (b.port ^ 1u) * vcs_ + output % vcs_, flit});
    } else {
        flits_[t + 3].push_back({static_cast<unsigned>(routers_.size()), 0, flit});
        credits_[t + 5].push_back({false, router, output});
    }
    // The flit leaves the buffer when its last branch has taken it.
    std::uint32_t taken = b.sent;
    for (const Branch& other : in.branches)
        taken = std::min(taken, other.sent);
    if (taken == in.popped)
        return;
    ++in.popped;
    in.queue.pop_front();
    const unsigned port = request.input / vcs_, vc = request.input % vcs_;
    if (port < 4) {
        credits_[t + 2].push_back({false, static_cast<unsigned>(neighbour(router, port)), (port ^ 1u) * vcs_ + vc});
    } else {
        for (unsigned n = 0; n < sources_.size(); ++n)
            if (sources_[n].router == router && sources_[n].port == port)
                credits_[t + 2].push_back({true, n, vc});
    }
    if (in.popped == instances_[b.instance].delivery.packet.flits) {
        in.branches.clear();
        if (!in.queue.empty())
            start(router, in, t + 1 + routing_);
    }
}

} // namespace imc::test
