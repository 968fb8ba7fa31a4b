#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "arch/config/macro.h"
#include "arch/config/macro_costs.h"
#include "arch/config/operation.h"
#include "sim/base/ledger.h"
#include "sim/base/time.h"

namespace imc
{

/// When an operation that starts at cycle 0 does what. Nothing stalls a started operation. Each duration is
/// rounded up to cycles once per phase of the macro (array read, conversion, tail), not per conversion.
struct MacroSchedule {
    Cycle latency = 0;     ///< start → the last result is at the macro's output
    Cycle interval = 0;    ///< least distance of the starts of consecutive equal operations
    Cycle inputs_free = 0; ///< start → the last input slice was driven, the inputs may be overwritten
    Cycle reads_end = 0;   ///< the arrays may be driven for another operation
    Cycle hold_free = 0;   ///< a bank of the sample-and-hold may follow another operation's sample
    Cycle first_convert = 0;
    Cycle converts_end = 0;
    std::int64_t reads = 0; ///< array reads: input slices × row groups (× phases)

    /// Least distance of this operation's start to that of `next` (which may differ), so that neither waits
    /// inside the macro. before(*this) == interval.
    Cycle before(const MacroSchedule& next) const;
    friend bool operator==(const MacroSchedule&, const MacroSchedule&) = default;
};

/// Area, leakage and rating of all instances of one component in one macro.
struct ComponentArea {
    Component component = Component::control;
    std::string model;
    std::int64_t instances = 0;
    double area_m2 = 0.0;
    double leakage_w = 0.0;
    double rating_w = 0.0; ///< power at full activity: what papers print
};

/// What a macro can do, for the mapper.
struct MacroCapability {
    int arrays = 0;
    int rows = 0;
    int columns = 0;     ///< columns that can hold weights
    int active_rows = 0; ///< most rows driven at a time
    int cell_bits = 1;
    int result_bits = 0;  ///< of one conversion or one pass of an adder tree
    bool digital = false; ///< results are exact whatever the number of rows
    bool read_while_write = false;
    double peak_macs_per_s = 0.0; ///< 8-bit by 8-bit, all arrays busy
};

/// A macro family: schedules, counts, area. Plain functions of a configuration and its component costs.
/// Operations outside the macro's size throw std::invalid_argument quoting the value.
class Macro
{
public:
    virtual ~Macro() = default;

    virtual MacroCapability capability() const = 0;
    MacroSchedule schedule(const MvmOperation& operation, const Clock& clock) const;
    /// Every event of the operation; a type occurs at most once. Counts do not depend on the clock.
    std::vector<MacroEvent> counts(const MvmOperation& operation) const;

    MacroSchedule schedule(const WriteOperation& operation, const Clock& clock) const;
    std::vector<MacroEvent> counts(const WriteOperation& operation) const;

    virtual std::vector<ComponentArea> area() const = 0;
    double area_m2() const; ///< the sum times area_overhead
    double leakage_w() const;
    double rating_w() const;

    const MacroConfig& config() const { return config_; }
    const MacroCosts& costs() const { return costs_; }

protected:
    Macro(MacroConfig config, MacroCosts costs) : config_(std::move(config)), costs_(std::move(costs)) {}
    /// The family's part; operations are already known to fit.
    virtual MacroSchedule mvm_schedule(const MvmOperation& operation, const Clock& clock) const = 0;
    virtual std::vector<MacroEvent> mvm_counts(const MvmOperation& operation) const = 0;

private:
    void check(const MvmOperation& operation) const;

    MacroConfig config_;
    MacroCosts costs_;
};

/// The family the configuration names, with its component costs from the cost models.
std::unique_ptr<Macro> make_macro(const MacroConfig& config);
/// The same with given costs (measured, or changed by a test).
std::unique_ptr<Macro> make_macro(const MacroConfig& config, const MacroCosts& costs);

} // namespace imc
