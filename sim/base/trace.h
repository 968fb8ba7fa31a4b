#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/base/energy.h"
#include "sim/base/ids.h"
#include "sim/base/ledger.h"
#include "sim/base/time.h"

/// What happened when: a simulation reports its events to one Trace, which hands each to the writers
/// attached to it (sim/base/trace/writers.h). The trace only observes; with no writer it does nothing.
///
/// Events may be reported in any order and at any time after their figures are known (an operation of
/// known length at its start, a packet at its arrival). Writers need memory in proportion to the number
/// of tracks, never to the number of events.
namespace imc::trace
{

using TrackId = Id<struct TrackTag>; ///< one line of the picture: a resource that does one thing at a time
using NameId = Id<struct NameTag>;   ///< an interned text

/// A figure shown with a span ("positions": 12).
struct Argument {
    NameId name;
    std::int64_t value = 0;
};

/// Something a resource did from `start` to `end`. `layer` is invalid where it belongs to none.
struct Span {
    TrackId track;
    NameId name;
    LayerId layer;
    Femtoseconds start = 0;
    Femtoseconds end = 0;
    std::span<const Argument> arguments = {};
};

/// Data that left one track and arrived at another: two spans joined by an arrow.
struct Transfer {
    NameId name;
    LayerId layer;
    TrackId from;
    Femtoseconds sent_start = 0;
    Femtoseconds sent_end = 0;
    TrackId to;
    Femtoseconds received_start = 0;
    Femtoseconds received_end = 0;
    std::span<const Argument> arguments = {};
};

/// A quantity that has a value from `time` on (buffer fill, power).
struct Counter {
    TrackId track;
    NameId name;
    Femtoseconds time = 0;
    double value = 0;
};

/// Energy booked in the ledger: `count` events of one kind, spent between `start` and `end`.
/// The sum over all bookings of a run is the energy of the run, to the last digit.
struct Booking {
    Component component = Component::control;
    Category category = Category::dynamic;
    Phase phase = Phase::inference;
    NameId event; ///< conversion, read, flit_hop, …
    LayerId layer;
    Femtoseconds start = 0;
    Femtoseconds end = 0;
    std::int64_t count = 0;
    Energy energy;
};

/// One packet of the NoC, in cycles of its clock, as `imcsim noc` reads and prints it.
/// `sequence` numbers packets in the order in which they were created.
struct Packet {
    std::uint64_t sequence = 0;
    Cycle created = 0;
    std::uint32_t source = 0;
    std::uint32_t destination = 0;
    std::uint32_t flits = 0;
    std::uint32_t message_class = 0;
    Cycle head_injected = 0;
    Cycle head_arrived = 0;
    Cycle tail_arrived = 0;
    std::uint64_t group = 0; ///< the same number above 0 for all packets of one multicast tree
};

/// The texts behind the ids.
struct Directory {
    IdVector<TrackId, std::string> tracks; ///< the path of the module: "chip.tile_1_0.core_0.macro_7"
    IdVector<NameId, std::string> names;
    IdVector<LayerId, std::string> layers;

    /// "" for an event of no layer; its number where no name was given.
    std::string layer(LayerId id) const;
};

/// Turns events into a file. A writer implements what its format can show.
class Writer
{
public:
    virtual ~Writer() = default;
    virtual void span(const Directory&, const Span&) {}
    virtual void transfer(const Directory&, const Transfer&) {}
    virtual void counter(const Directory&, const Counter&) {}
    virtual void booking(const Directory&, const Booking&) {}
    virtual void packet(const Directory&, const Packet&) {}
    /// Completes the file; a writer destroyed without it leaves no file behind.
    virtual void finish(const Directory&, Femtoseconds end) = 0;
};

class Trace
{
public:
    /// The same path gives the same track, the same text the same name.
    TrackId track(const std::string& path);
    NameId name(const std::string& text);
    void layer(LayerId id, std::string name);

    void attach(std::unique_ptr<Writer> writer) { writers_.push_back(std::move(writer)); }
    /// False: nobody looks, and events need not be put together.
    explicit operator bool() const { return !writers_.empty(); }

    void span(const Span& event)
    {
        for (const auto& writer : writers_)
            writer->span(directory_, event);
    }
    void transfer(const Transfer& event)
    {
        for (const auto& writer : writers_)
            writer->transfer(directory_, event);
    }
    void counter(const Counter& event)
    {
        for (const auto& writer : writers_)
            writer->counter(directory_, event);
    }
    void booking(const Booking& event)
    {
        for (const auto& writer : writers_)
            writer->booking(directory_, event);
    }
    void packet(const Packet& event)
    {
        for (const auto& writer : writers_)
            writer->packet(directory_, event);
    }
    /// Completes all files. Throws RunError if the disk is full.
    void finish(Femtoseconds end)
    {
        for (const auto& writer : writers_)
            writer->finish(directory_, end);
    }

private:
    Directory directory_;
    std::unordered_map<std::string, TrackId> track_ids_; // looked up, never iterated
    std::unordered_map<std::string, NameId> name_ids_;
    std::vector<std::unique_ptr<Writer>> writers_;
};

} // namespace imc::trace
