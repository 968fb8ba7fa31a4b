#pragma once

#include <utility>
#include <vector>

#include "arch/circuit/component.h"
#include "arch/circuit/wave.h"
#include "arch/config/macro_costs.h"

namespace imc::circuit
{

/// One read of the arrays on its way through a macro.
struct Read {
    std::int64_t rows = 0; ///< rows driven in each array
    std::int64_t arrays = 0;
    std::int64_t columns = 0;     ///< columns whose cells conduct, per array
    std::int64_t results = 0;     ///< columns converted, per array
    std::int64_t active_rows = 0; ///< rows with a non-zero slice, over the arrays
    std::int64_t value_sum = 0;   ///< sum of their values
    std::int64_t level_sum = 0;   ///< cell states under them
    std::int64_t pulses = 0;      ///< largest value of the slice
    int steps = 0;                ///< of the converters behind it
    Femtoseconds time = 0;        ///< how long pulses last
    bool last = false;            ///< of its operation
    std::shared_ptr<Wave> wave;   ///< null: no values
};

/// Word-line drivers or DACs of all arrays: one slice on every driven row at once.
class WordLineDrivers : public Block
{
public:
    struct Stats {
        std::int64_t drives = 0;
        std::int64_t starts = 0; ///< rows whose lines a read starts
    };
    WordLineDrivers(const sc_core::sc_module_name& name, const ComponentCost& cost, const InputConfig& input)
        : Block(name), cost_(cost), input_(input)
    {
    }
    void drive(const Read& read);
    Femtoseconds latency() const { return to_femtoseconds(cost_.latency_s); }
    const Stats& stats() const { return stats_; }

private:
    void step() override { done(); }
    const ComponentCost cost_;
    const InputConfig input_;
    Stats stats_;
};

/// The cells: currents settle, or integrate for the length of the pulses.
class Crossbar : public Block
{
public:
    struct Stats {
        std::int64_t cell_reads = 0;
        std::int64_t cell_states = 0;
    };
    Crossbar(const sc_core::sc_module_name& name, const ComponentCost& cell, const ComponentCost& state,
             const InputConfig& input)
        : Block(name), cell_(cell), state_(state), coding_(input.coding), per_bit_(input.per_bit)
    {
    }
    void read(const Read& read);
    Femtoseconds latency(Femtoseconds pulses) const;
    const Stats& stats() const { return stats_; }

private:
    void step() override { done(); }
    const ComponentCost cell_;
    const ComponentCost state_;
    const InputCoding coding_; ///< with pulses a cell is counted once per interval in which it conducts
    const bool per_bit_;
    Stats stats_;
};

/// Sampling capacitors of all columns, in one or two banks.
class SampleHold : public Block
{
public:
    struct Stats {
        std::int64_t samples = 0;
    };
    SampleHold(const sc_core::sc_module_name& name, const ComponentCost& cost) : Block(name), cost_(cost) {}
    void sample(const Read& read);
    /// One sample per pulse, taken while the pulses last.
    void integrate(const Read& read) { stats_.samples += read.results * read.arrays * read.pulses; }
    Femtoseconds latency() const { return to_femtoseconds(cost_.latency_s); }
    const Stats& stats() const { return stats_; }

private:
    void step() override { done(); }
    const ComponentCost cost_;
    Stats stats_;
};

/// Adds converted slices to the sums of earlier ones, at the converters' pace; `drain` follows the last one.
class ShiftAdd : public sc_core::sc_module
{
public:
    struct Stats {
        std::int64_t additions = 0;
    };
    ShiftAdd(const sc_core::sc_module_name& name, const ComponentCost& cost) : sc_module(name), cost_(cost) {}
    /// The code of a column of an array of which so many are converted, if there are values.
    void add(Wave* wave, std::size_t array, std::size_t column, std::size_t columns);
    Femtoseconds latency() const { return to_femtoseconds(cost_.latency_s); }
    const Stats& stats() const { return stats_; }

private:
    const ComponentCost cost_;
    Stats stats_;
};

/// One converter: takes its columns through the multiplexer one after another.
class Adc : public Block
{
public:
    struct Stats {
        std::int64_t conversions = 0;
        std::int64_t steps = 0;
    };
    /// A conversion takes its own latency and that of its steps.
    Adc(const sc_core::sc_module_name& name, const ComponentCost& cost, const ComponentCost& step, ShiftAdd& out)
        : Block(name), latency_(to_femtoseconds(cost.latency_s)), step_latency_(to_femtoseconds(step.latency_s)),
          out_(out)
    {
    }
    /// A column of an array that passes this converter.
    using Input = std::pair<std::size_t, std::size_t>;
    /// `inputs`: which columns, out of so many `of_array`, if there are values.
    void convert(std::int64_t columns, int steps, std::shared_ptr<Wave> wave = nullptr, std::vector<Input> inputs = {},
                 std::size_t of_array = 0);
    Femtoseconds duration(std::int64_t columns, int steps) const { return columns * one(steps); }
    const Stats& stats() const { return stats_; }

private:
    void step() override;
    Femtoseconds one(int steps) const { return latency_ + steps * step_latency_; }
    const Femtoseconds latency_;
    const Femtoseconds step_latency_;
    ShiftAdd& out_;
    std::int64_t left_ = 0;
    int steps_ = 0;
    std::shared_ptr<Wave> wave_;
    std::vector<Input> inputs_;
    std::size_t of_array_ = 0;
    Stats stats_;
};

/// Counts input bits for the offset of biased weights, beside the drivers.
class InputCounter : public sc_core::sc_module
{
public:
    struct Stats {
        std::int64_t counted = 0;
    };
    explicit InputCounter(const sc_core::sc_module_name& name) : sc_module(name) {}
    void count(const Read& read) { stats_.counted += read.rows * read.arrays; }
    const Stats& stats() const { return stats_; }

private:
    Stats stats_;
};

/// All adder trees of a digital macro: one pass adds the products of every driven row. Bit-serial: the ripple through
/// all rows; what is counted is additions in the `extension` columns into which the sums grow.
class AdderTree : public Block
{
public:
    struct Stats {
        std::int64_t rows = 0;
        std::int64_t accumulations = 0;
    };
    AdderTree(const sc_core::sc_module_name& name, const ComponentCost& cost, int extension)
        : Block(name), cost_(cost), extension_(extension)
    {
    }
    void pass(const Read& read, std::int64_t trees); ///< one bit of every driven row through every tree
    Femtoseconds cycle() const { return to_femtoseconds(cost_.latency_s); }
    const Stats& stats() const { return stats_; }

private:
    void step() override { done(); }
    const ComponentCost cost_;
    const int extension_;
    Stats stats_;
};

} // namespace imc::circuit
