#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "arch/chip/inventory.h"
#include "sim/base/ledger.h"
#include "sim/base/time.h"
#include "sim/run/accuracy.h"
#include "sim/run/circuit_check.h"

/// What a run found out; result.json is this, printed (sim/run/result_json.h).
namespace imc::run
{

struct LayerResult {
    std::string name;
    std::string op;
    std::int64_t macs = 0;
    std::int64_t arrays = 0; ///< all copies
    int replication = 1;
    std::int64_t tiles = 0;
    int required_bits = 0;              ///< 0: not on arrays
    std::vector<TileTypeId> tile_types; ///< of the tiles it is on, ascending
    Cycle start_cycle = 0;
    Cycle end_cycle = 0;
    Cycle stall_cycles = 0; ///< most of any of its actors: ready, but no room for the result
    Energy energy;
    std::int64_t wakes = 0;                    ///< of its macros
    std::optional<values::ErrorPowers> errors; ///< of a run with values, if on arrays
    double utilization = 0.0;                  ///< busy share of its limiting resource between start and end
};

struct CostModel {
    std::string component;
    std::string event;
    double unit_energy_j = 0.0;
    std::string model;
    std::string citation;
    TileTypeId tile_type; ///< invalid: outside tiles
    CostRange range = {}; ///< of unit_energy_j, where sources differ
    bool operator==(const CostModel&) const = default;
};

/// Low and high of a figure, every unit energy and area at the lowest and highest of its sources.
struct Interval {
    double low = 0.0;
    double high = 0.0;
};

/// A count of the ledger: so many events of one unit energy, of one layer (or none) in one phase.
struct StoredCount {
    Component component = Component::control;
    std::string event;
    Category category = Category::dynamic;
    LayerId layer;
    Phase phase = Phase::inference;
    std::int64_t count = 0;
    Energy unit;
    TileTypeId tile_type; ///< of the tile it happened on; invalid: outside tiles
    CostRange range = {}; ///< of unit, where sources differ
};

/// What leaks of one block of the chip, all its instances together.
struct StoredLeakage {
    Component component = Component::control;
    double power_w = 0.0;
    PowerDomainKind domain = PowerDomainKind::always_on;
    TileTypeId tile_type; ///< whose tiles it is in; invalid: outside tiles
    CostRange range = {}; ///< of power_w, where sources differ
};

/// Time of all instances of a kind of block in each power state, summed.
struct PowerStates {
    PowerDomainKind domain = PowerDomainKind::always_on;
    TileTypeId tile_type; ///< invalid: what is always on, whatever it belongs to
    std::int64_t instances = 1;
    double idle_leakage = 1.0;  ///< share of the active leakage
    double gated_leakage = 1.0; ///< share of the active leakage
    bool gates = false;
    bool leaks_evenly() const { return !gates && idle_leakage == 1.0; }
    Cycle active = 0, idle = 0, gated = 0;                      ///< their sum is instances × cycles
    std::int64_t wakes = 0;                                     ///< of instances
    Cycle steady_active = 0, steady_idle = 0, steady_gated = 0; ///< the same in Result::steady_cycles
    std::int64_t steady_wakes = 0;
};

/// All tiles of one of the chip's types.
struct TileTypeResult {
    std::string name;
    std::int64_t tiles = 0;
    std::int64_t tiles_used = 0;
    std::int64_t cores = 0;
    std::int64_t arrays = 0;
    std::int64_t arrays_used = 0;
    double array_utilization = 0.0; ///< weights' cells / cells of the arrays used
    double area_m2 = 0.0;
    double leakage_power_w = 0.0;
    double nameplate_power_w = 0.0;
    double peak_tops = 0.0;
    Energy energy; ///< of one inference alone, leakage included
};

struct Result {
    std::string network;
    std::int64_t macs = 0;
    std::int64_t parameters = 0;
    std::size_t network_layers = 0;

    std::string chip;
    std::int64_t tiles = 0;
    std::int64_t cores = 0;
    std::int64_t arrays = 0;
    std::int64_t tiles_used = 0;
    std::int64_t arrays_used = 0;
    double array_utilization = 0.0; ///< weights' cells / cells of the arrays used
    std::array<std::int64_t, 2> mesh{};
    IdVector<TileTypeId, TileTypeResult> tile_types;
    double area_m2 = 0.0;
    Interval area_range_m2;
    std::array<double, component_count> area_by_component_m2{};

    std::string fidelity;
    std::string detail;
    Cycle cycles = 0; ///< one inference alone, first input to last output
    double clock_hz = 0.0;
    double latency_s = 0.0;
    double throughput_per_s = 0.0;
    double interval_cycles = 0.0;     ///< between outputs in the steady state
    std::int64_t interval_period = 0; ///< outputs after which the intervals repeat; 0: they did not
    std::array<Cycle, 3> bounds{};  ///< least cycles by arrays, by all of the tiles' resources, by the network's links
    std::vector<Cycle> completions; ///< of every inference that ended

    Energy energy;           ///< of one inference alone
    Energy calibrate_energy; ///< of one measurement for drift compensation
    double energy_per_inference_steady_j = 0.0;
    Interval energy_range_j;
    Interval steady_energy_range_j;
    double average_power_w = 0.0;
    double peak_power_w = 0.0;
    double nameplate_power_w = 0.0;
    double leakage_power_w = 0.0;
    double tops = 0.0;
    double peak_tops = 0.0;
    int weight_bits = 8;
    int activation_bits = 8;

    std::array<Ledger::ByCategory, component_count> energy_by_component{};
    Energy energy_unattributed;
    std::vector<LayerResult> layers;
    /// Over the phase `inference`, Σ count × unit + Σ leakage_energy(…) is `energy`, to the quantum; over the phase
    /// `calibrate`, Σ count × unit is `calibrate_energy` (imcsim recost; sim/run/leakage.h).
    std::vector<StoredCount> ledger;    ///< of each phase in the order of Ledger::entries()
    std::vector<StoredLeakage> leakage; ///< in the order of the chip's inventory
    std::vector<PowerStates> power;     ///< of each tile type macros and logic, last what is always on
    std::int64_t steady_inferences = 0; ///< over which the steady state's power states were taken; 0: not
    Cycle steady_cycles = 0;            ///< that these took
    std::map<std::string, std::int64_t> counts;
    double average_packet_latency_cycles = 0.0;
    double max_link_utilization = 0.0;

    std::int64_t write_cells = 0;
    std::int64_t write_pulses = 0;
    Energy write_energy;
    double write_latency_s = 0.0;

    std::optional<AccuracyResult> accuracy;
    std::optional<CircuitCheck> circuit_values; ///< of a run with values in circuit detail
    std::string activity_source = "assumed";
    std::optional<TraceSize> activity_trace; ///< of the data that set the time of operations
    std::vector<CostModel> cost_models;
    std::vector<std::string> warnings;
    std::int64_t seed = 1;
    std::uint64_t events = 0; ///< deliveries and firings simulated for the first inference

    double tops_per_w() const;
    double tops_per_mm2() const;
    double edp_js() const { return energy.joules() * latency_s; }
};

} // namespace imc::run
