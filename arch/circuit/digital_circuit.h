#pragma once

#include <deque>

#include "arch/circuit/blocks.h"
#include "arch/macro_values.h"

namespace imc::circuit
{

/// A digital macro as modules: drivers → cells → adder trees → accumulators, one input bit per pass, led by a
/// sequencer that starts operations on clock edges. Passes of one operation drain while the next one enters.
class DigitalCircuit : public sc_core::sc_module, public ValueTimer
{
public:
    DigitalCircuit(const sc_core::sc_module_name& name, const MacroConfig& config, const MacroCosts& costs,
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

    void start_next();
    void next_pass();
    void fed();
    void drain(int stages, Notify notify, std::shared_ptr<OperationValues> values);
    void add_waves(const Job& job, std::deque<Read>& passes) const;
    std::deque<Read> passes_of(const MvmOperation& operation) const;

    const MacroConfig config_;
    const MacroCosts costs_;

    const bool bit_serial_;
    Agenda agenda_;
    WordLineDrivers drivers_;
    Crossbar cells_;
    AdderTree trees_;

    std::shared_ptr<const std::vector<TreeWords>> words_; ///< of each array
    std::vector<std::size_t> loaded_rows_;                ///< of each array
    int loaded_columns_ = 0;                              ///< of the widest array
    MacroContents form_;                                  ///< how inputs are coded; its arrays are in words_

    std::deque<Job> waiting_;
    std::deque<Read> passes_;
    Notify notify_;
    std::shared_ptr<OperationValues> values_; ///< of the operation that is fed
    int stages_ = 0;
    bool busy_ = false;
};

} // namespace imc::circuit
