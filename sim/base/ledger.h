#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/energy.h"
#include "sim/base/ids.h"

namespace imc
{

/// What the energy, area and leakage of a chip are divided among.
enum class Component : std::uint8_t {
    adc,
    dac,
    sample_hold,
    array,
    shift_add,
    adder_tree,
    accumulator,
    input_register,
    output_register,
    core_bus,
    tile_bus,
    buffer,
    vector_unit,
    noc,
    global_buffer,
    memory,
    io,
    control,
};
inline constexpr std::size_t component_count = 18;
std::string_view name_of(Component component);
/// The component of that name. Throws std::invalid_argument quoting an unknown one.
Component component_named(std::string_view name);

enum class Category : std::uint8_t { dynamic, write, leakage };
inline constexpr std::size_t category_count = 3;
std::string_view name_of(Category category);

/// When in a chip's life an event happened.
enum class Phase : std::uint8_t { inference, program, reload, calibrate, refresh };
inline constexpr std::size_t phase_count = 5;
std::string_view name_of(Phase phase);

/// One kind of countable event and what it costs. Events of one component and name may have several
/// unit costs (two tile types, say): they are different event types.
struct EventType {
    Component component = Component::control;
    std::string name; ///< "conversion", "drive", "cell_read", "read_bit", "flit_hop", …
    Category category = Category::dynamic;
    Energy unit;
    std::string model; ///< the cost model that gave the unit energy
    std::string citation;
    TileTypeId tile_type = TileTypeId(); ///< of the tile that it happens on; invalid: outside tiles

    bool operator==(const EventType&) const = default;
};

using EventId = Id<struct EventTag>;

/// So many events of one type; what one operation of a component amounts to.
struct EventCount {
    EventId event;
    std::int64_t count = 0;
};

/// Counts of events by type, layer and phase, and the energy they come to. Counts and sums are
/// integers: the totals by component, by layer and overall agree exactly, in any order of booking.
class Ledger
{
public:
    /// The id of an event type; the same type declared again has the same id.
    EventId declare(const EventType& type);

    /// An invalid layer books the event as unattributed. Throws std::invalid_argument if count is negative.
    void book(EventId event, std::int64_t count, LayerId layer = LayerId(), Phase phase = Phase::inference);
    void book(const std::vector<EventCount>& bundle, std::int64_t times, LayerId layer = LayerId(),
              Phase phase = Phase::inference);
    /// Energy that is power times time rather than a count (leakage): booked in quanta.
    void book_leakage(Component component, Energy energy, LayerId layer = LayerId());

    const EventType& type(EventId event) const { return types_[event]; }
    std::size_t types() const { return types_.size(); }

    struct Entry {
        EventId event;
        LayerId layer; ///< invalid: unattributed
        Phase phase;
        std::int64_t count;
    };
    /// Every non-zero count, in order of event, layer, phase.
    std::vector<Entry> entries() const;
    /// All events of a component with that name, over layers and phases.
    std::int64_t count(Component component, std::string_view name) const;
    std::int64_t count(Component component, std::string_view name, LayerId layer) const;

    using ByCategory = std::array<Energy, category_count>;
    std::array<ByCategory, component_count> by_component() const;
    /// Energy per layer 0 … layers-1, then what belongs to none, last.
    std::vector<Energy> by_layer(std::size_t layers) const;
    Energy total() const;
    static Energy energy(const EventType& type, std::int64_t count) { return type.unit * count; }

private:
    std::size_t slot(LayerId layer, Phase phase) const;

    IdVector<EventId, EventType> types_;
    IdVector<EventId, std::vector<std::int64_t>> counts_; ///< [event][(layer+1)·phases + phase]
    std::vector<std::pair<LayerId, std::array<Energy, component_count>>> leakage_;
};

} // namespace imc
