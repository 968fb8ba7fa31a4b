#pragma once

#include <array>
#include <deque>
#include <map>
#include <vector>

#include "arch/config/noc.h"
#include "arch/interconnect.h"

namespace imc::test
{

/// The mesh once more, as plainly as its rules can be written down: every router looks at every channel in
/// every cycle, queues are deques, events lie in maps. It shares no code with imc::Mesh and is what that is
/// compared with. An ordinary packet is a tree with one branch.
class ReferenceMesh
{
public:
    ReferenceMesh(const MeshShape& shape, const RouterConfig& config);

    /// In order of creation per source. Several destinations: a tree.
    void send(Cycle created, const Packet& packet, const std::vector<std::uint32_t>& destinations);
    /// Simulates until all packets have arrived.
    std::vector<Delivery> run();

    std::uint64_t flit_hops = 0;
    std::uint64_t buffer_writes = 0;
    std::uint64_t buffer_reads = 0;

private:
    struct Instance { // a packet or one branch of it
        Delivery delivery;
        std::vector<std::uint32_t> targets;
        bool whole = false; // needs whole-packet buffers
    };
    struct Flit {
        std::size_t instance;
        std::uint32_t index;
    };
    struct Branch {
        std::size_t instance;
        unsigned port;
        int output = -1; // output channel, port * V + vc
        Cycle switch_from = 0;
        std::uint32_t sent = 0;
    };
    struct InputChannel {
        std::deque<Flit> queue;
        std::vector<Branch> branches; // empty: idle
        Cycle allocate_from = 0;
        std::uint32_t popped = 0;
        unsigned pointer = 0;
    };
    struct OutputChannel {
        unsigned credits = 0;
        bool owned = false;
        unsigned pointer = 0;
    };
    struct Router {
        unsigned x, y;
        std::vector<InputChannel> inputs;
        std::vector<OutputChannel> outputs;
        std::vector<unsigned> input_pointer, output_pointer, last_vc;
    };
    struct Lane {
        std::vector<unsigned> channels;
        std::deque<std::size_t> queue;
        std::uint32_t sent = 0;
        unsigned vc = 0;
        unsigned next = 0;
    };
    struct Source {
        unsigned router, port;
        std::vector<Lane> lanes;
        std::vector<unsigned> credits;
        unsigned lane_pointer = 0;
    };
    struct FlitEvent {
        unsigned router, channel;
        Flit flit;
    };
    struct CreditEvent {
        bool to_source;
        unsigned where, channel;
    };
    struct Request {
        unsigned input, output_port;
        std::size_t branch;
        bool guess;
    };

    void accept(Cycle t);
    void inject(Cycle t);
    void decide(unsigned router, Cycle t);
    std::vector<std::pair<unsigned, unsigned>> allocate_channels(const Router& r, Cycle t) const;
    std::vector<Request> allocate_switch(Router& r, Cycle t) const;
    void grant(unsigned router, const Request& request, Cycle t);
    void start(unsigned router, InputChannel& channel, Cycle allocate_from);
    bool allowed(const Instance& i, unsigned vc) const;
    unsigned route(const Router& r, std::uint32_t endpoint) const;
    int neighbour(unsigned router, unsigned port) const;

    MeshShape shape_;
    RouterConfig config_;
    unsigned ports_, vcs_, routing_;
    bool speculative_;
    std::array<std::uint32_t, 4> masks_;
    std::vector<Router> routers_;
    std::vector<Source> sources_;
    std::vector<Instance> instances_;
    std::map<Cycle, std::vector<FlitEvent>> flits_;
    std::map<Cycle, std::vector<CreditEvent>> credits_;
    std::size_t expected_ = 0;
    std::vector<Delivery> delivered_;
};

} // namespace imc::test
