#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "arch/circuit/blocks.h"
#include "arch/macro_values.h"

namespace imc::circuit
{

/// A macro of analog arrays as modules: drivers → crossbar → sample-and-hold → converters → shift-add, led by a
/// sequencer that works on clock edges. Without a sample-and-hold each column has a converter of its own.
class AnalogCircuit : public sc_core::sc_module, public ValueTimer
{
public:
    AnalogCircuit(const sc_core::sc_module_name& name, const MacroConfig& config, const MacroCosts& costs,
                  const Clock& clock);

    void request(const MvmOperation& operation, Cycle now, Notify notify) override;
    void load(const MacroContents& contents) override;
    void check(const MvmOperation& operation) const override;
    void request(const MvmOperation& operation, Cycle now, OperationInputs inputs, Notify notify,
                 Results results) override;
    std::vector<MacroEvent> counts() const override;

private:
    struct Job {
        MvmOperation operation;
        Notify notify;
        Cycle ready = 0;
        std::shared_ptr<OperationValues> values;
    };
    /// A read whose samples wait for the converters or are being converted.
    struct Held {
        Read read;
        Notify notify;
    };

    void start_next();
    void next_read();
    void read_finished();
    void convert_next();
    void converted();
    int held() const; ///< banks in use
    std::deque<Read> reads_of(const MvmOperation& operation) const;
    Cycle read_cycles(const Read& read) const;
    Cycle convert_cycles(const Read& read) const;
    std::vector<std::int64_t> columns_of_adcs(const Read& read) const;
    std::size_t adc_of(std::size_t array, std::size_t column) const;
    void add_waves(const Job& job, std::deque<Read>& reads) const;

    const MacroConfig config_;
    const MacroCosts costs_;
    const bool per_column_;
    const int banks_;

    Agenda agenda_;
    WordLineDrivers drivers_;
    InputCounter counter_;
    Crossbar crossbar_;
    SampleHold sample_hold_;
    ShiftAdd shift_add_;
    std::vector<std::unique_ptr<Adc>> adcs_;

    std::shared_ptr<const std::vector<ArrayValues>> arrays_;
    std::vector<std::size_t> loaded_rows_; ///< of each array
    int loaded_columns_ = 0;               ///< of the widest array
    MacroContents form_;                   ///< how inputs are coded; its arrays are in arrays_
    std::vector<Slice> slices_;            ///< of the inputs

    std::deque<Job> waiting_;
    std::deque<Read> reads_; ///< of the started operation, those to come
    Notify notify_;          ///< of the started operation
    Read reading_;
    bool is_reading_ = false;
    std::deque<Held> sampled_;
    Held converting_;
    bool is_converting_ = false;
    Cycle converting_end_ = 0; ///< known from the number of columns
    int busy_adcs_ = 0;
};

} // namespace imc::circuit
