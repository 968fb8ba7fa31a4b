#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "arch/interconnect.h"

/// The mesh's state, laid out for speed (no field is a character type, which a compiler must expect to alias
/// everything): everything that a cycle touches lies in a few flat arrays, indexed by
/// channel = router << shift | port * V + vc.
namespace imc::noc
{

inline constexpr unsigned max_ports = 16;
inline constexpr std::uint32_t no_slot = 0xffffffffu;

/// A flit in a buffer or on a link: its packet's slot, and whether it is the packet's first or last.
struct Flit {
    static constexpr std::uint32_t head = 1, tail = 2;
    static std::uint32_t make(std::uint32_t slot, std::uint32_t marks) { return slot << 2 | marks; }
    static std::uint32_t slot(std::uint32_t flit) { return flit >> 2; }
};

/// A packet on its way. Slots are recycled.
struct PacketSlot {
    Packet packet;
    Cycle created = 0;
    Cycle head_injected = 0;
    Cycle head_arrived = 0;
    std::uint64_t sequence = 0;      ///< of the first destination
    std::uint32_t place = 0;         ///< of this destination among those of a tree packet
    std::uint16_t x = 0, y = 0;      ///< of the destination's router
    std::uint16_t port = 0;          ///< of the destination, at its router
    std::uint16_t channels = 0;      ///< virtual channels its class may use
    bool whole = false;              ///< a tree packet: moves on only where a buffer has room for all of it
    std::uint32_t next = no_slot;    ///< in its source's queue, or in the list of free slots
    std::uint32_t targets = no_slot; ///< a tree packet's remaining destinations
};

enum class ChannelState : std::uint8_t {
    idle,       ///< the next flit to arrive is a head
    allocating, ///< a head is in front and wants an output channel
    active,     ///< owns an output channel
    forked      ///< a tree packet whose branches ask for channels and the switch on their own
};

struct InputChannel {
    std::uint16_t front = 0; ///< position of the first flit in the ring
    std::uint16_t count = 0; ///< flits buffered
    ChannelState state = ChannelState::idle;
    std::uint16_t out_port = 0;
    std::uint16_t out = 0;         ///< output channel (port * V + vc) while active
    std::uint16_t va_next = 0;     ///< round-robin pointer over output channels
    std::uint16_t channels = 0;    ///< virtual channels the packet in front may use
    std::uint32_t ring = 0;        ///< where its buffer begins
    std::uint32_t credit_to = 0;   ///< where its credits go, as a Bucket codes it
    std::uint32_t whole_flits = 0; ///< a tree packet: the credits its next channel must have; else 0
    std::uint32_t fork = no_slot;  ///< the branches of a tree packet that forks here
};

struct OutputChannel {
    std::uint16_t credits = 0;
    std::uint16_t owner = 0;   ///< input channel that owns it
    std::uint16_t va_next = 0; ///< round-robin pointer over input channels
    std::uint16_t port = 0;
    std::uint32_t down = 0;  ///< input channel beyond
    std::uint64_t flits = 0; ///< sent so far
};

/// One destination of a tree packet.
struct Target {
    std::uint32_t endpoint;
    std::uint32_t place; ///< among all of them
};

/// One way out of a router that a tree packet takes.
struct Branch {
    std::uint32_t slot = no_slot; ///< the packet as it goes on from here
    std::uint32_t sent = 0;       ///< flits
    Cycle since = 0;              ///< when it won its channel; it asks for the switch from the next cycle on
    std::uint16_t port = 0;
    std::uint16_t out = 0; ///< output channel, once won
    bool owns = false;
};

/// A tree packet in a router where its ways part. A flit leaves the buffer when all branches have taken it.
struct Fork {
    std::uint32_t parent = no_slot;
    std::uint32_t flits = 0;
    std::uint32_t popped = 0; ///< flits that have left the buffer
    std::uint32_t count = 0;
    Branch branches[max_ports];
    std::uint32_t next = no_slot; ///< in the list of free forks
};

struct RouterState {
    // One bit per input channel.
    std::uint64_t allocating = 0; ///< heads that want an output channel and may get one
    std::uint64_t ready = 0;      ///< active, with a flit in front and a credit
    std::uint64_t tree = 0;       ///< holds a packet that needs whole-packet buffers
    // One bit per output channel.
    std::uint64_t free = 0;   ///< owned by no packet
    std::uint64_t credit = 0; ///< has at least one credit
    std::uint16_t x = 0, y = 0;
    std::uint16_t in_next[max_ports] = {};  ///< switch: input's pointer over outputs
    std::uint16_t out_next[max_ports] = {}; ///< switch: output's pointer over inputs
    std::uint16_t vc_next[max_ports] = {};  ///< switch: input's last granted channel + 1
    std::uint64_t blocked[max_ports] = {};  ///< heads that wait for any channel of this output to be freed
};

/// A source's queue of packets that share a set of virtual channels.
struct InjectionLane {
    std::uint32_t first = no_slot, last = no_slot;
    std::uint32_t sent = 0; ///< flits of the first packet already sent
    std::uint16_t channels = 0;
    std::uint16_t vc = 0;      ///< of the packet being sent
    std::uint16_t vc_next = 0; ///< last used + 1
};

/// What becomes due in one cycle. Fixed arrays: a cycle can put only so much on each wire.
struct Bucket {
    struct Arrival {
        std::uint32_t channel;
        std::uint32_t flit;
    };
    std::unique_ptr<Arrival[]> arrivals;
    std::unique_ptr<std::uint32_t[]> credits;    ///< output channel << 1, or injection channel << 1 | 1
    std::unique_ptr<std::uint32_t[]> starts;     ///< input channels whose head enters VC allocation
    std::unique_ptr<std::uint32_t[]> deliveries; ///< packet slots
    std::uint32_t arrival_count = 0, credit_count = 0, start_count = 0, delivery_count = 0;

    bool empty() const { return (arrival_count | credit_count | start_count | delivery_count) == 0; }
    void arrive(std::uint32_t channel, std::uint32_t flit) { arrivals[arrival_count++] = {channel, flit}; }
    void credit(std::uint32_t coded) { credits[credit_count++] = coded; }
    void start(std::uint32_t channel) { starts[start_count++] = channel; }
    void deliver(std::uint32_t slot) { deliveries[delivery_count++] = slot; }
};

/// A set of small integers that is scanned in order. A second level of bits says which words have members, so
/// that few members in a large set are found quickly.
class BitSet
{
public:
    explicit BitSet(std::size_t size) : words_((size + 63) / 64), used_((words_.size() + 63) / 64) {}
    void insert(std::uint32_t i)
    {
        words_[i >> 6] |= std::uint64_t{1} << (i & 63);
        used_[i >> 12] |= std::uint64_t{1} << (i >> 6 & 63);
    }
    /// Calls keep(i) for each member; members for which it returns false leave. Returns whether any stays.
    template <class Keep> bool filter(Keep keep)
    {
        std::uint64_t left = 0;
        for (std::size_t u = 0; u < used_.size(); ++u) {
            std::uint64_t still_used = used_[u];
            for (std::uint64_t words = still_used; words; words &= words - 1) {
                const std::size_t w = u * 64 + static_cast<unsigned>(std::countr_zero(words));
                std::uint64_t stay = words_[w];
                for (std::uint64_t rest = stay; rest; rest &= rest - 1)
                    if (!keep(static_cast<std::uint32_t>(w * 64 + static_cast<unsigned>(std::countr_zero(rest)))))
                        stay &= ~(rest & -rest);
                words_[w] = stay;
                if (!stay)
                    still_used &= ~(words & -words);
            }
            used_[u] = still_used;
            left |= still_used;
        }
        return left != 0;
    }

private:
    std::vector<std::uint64_t> words_;
    std::vector<std::uint64_t> used_;
};

/// The first member of `mask` at or after `from`, cyclically. mask must not be 0.
inline unsigned round_robin(std::uint64_t mask, unsigned from)
{
    const std::uint64_t upper = mask >> from << from;
    return static_cast<unsigned>(std::countr_zero(upper ? upper : mask));
}

} // namespace imc::noc
