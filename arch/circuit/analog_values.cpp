#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "arch/circuit/analog_circuit.h"

/// The analog circuit's part for values: what its arrays hold, and waves for its reads.
namespace imc::circuit
{

void AnalogCircuit::load(const MacroContents& contents)
{
    if (contents.arrays.empty() || contents.arrays.size() > static_cast<std::size_t>(config_.arrays))
        throw std::invalid_argument("a macro holds between one and all of its arrays");
    auto arrays = std::make_shared<std::vector<ArrayValues>>();
    loaded_rows_.clear();
    loaded_columns_ = 0;
    for (const ArrayContents& array : contents.arrays) {
        arrays->emplace_back(config_, array, contents.signed_input);
        loaded_rows_.push_back(arrays->back().rows());
        loaded_columns_ = std::max(loaded_columns_, static_cast<int>(array.weights.cols()) *
                                                        columns_per_weight(config_, array.weight_bits));
    }
    arrays_ = std::move(arrays);
    form_.input_bits = contents.input_bits;
    form_.signed_input = contents.signed_input;
    slices_ = slices_of(config_, contents.input_bits, contents.signed_input);
}

void AnalogCircuit::check(const MvmOperation& op) const
{
    check_operation(op, loaded_rows_, loaded_columns_);
    const std::size_t reads = slices_of(config_, op.input_bits, op.signed_input).size();
    if (reads != slices_.size())
        throw std::invalid_argument(
            fmt::format("an operation reads each group of rows {} times, but {} inputs of {} bits have {} slices",
                        reads, form_.signed_input ? "signed" : "unsigned", form_.input_bits, slices_.size()));
}

void AnalogCircuit::request(const MvmOperation& operation, Cycle now, OperationInputs inputs, Notify notify,
                            Results results)
{
    check(operation);
    check_inputs(config_, form_, loaded_rows_, inputs.values);
    auto values = std::make_shared<OperationValues>();
    values->arrays = arrays_;
    values->inputs = std::move(inputs);
    values->offset = input_offset(config_, form_.input_bits, form_.signed_input);
    for (const Slice& slice : slices_)
        values->weights.push_back(slice.weight);
    for (const ArrayValues& array : *arrays_) {
        values->codes.emplace_back(array.groups() * slices_.size(), array.converted());
        values->counts.emplace_back(array.groups(), 0.0);
    }
    values->results = std::move(results);
    request(operation, now, std::move(notify));
    waiting_.back().values = std::move(values);
}

/// In the order of reads_of(): slice by slice, phase by phase, group by group of rows.
void AnalogCircuit::add_waves(const Job& job, std::deque<Read>& reads) const
{
    const std::size_t phases = slices_.size() > 1 && slices_.back().only < 0 ? 2 : 1;
    const std::size_t groups = reads.size() / slices_.size();
    std::size_t first = 0;
    for (std::size_t i = 0; i < reads.size(); ++i) {
        auto wave = std::make_shared<Wave>();
        wave->operation = job.values;
        wave->group = i % groups;
        const std::size_t phase = i / groups % phases, slice = i / groups / phases;
        wave->read = phase * (slices_.size() / phases) + slice;
        wave->slice = slices_[wave->read];
        first = wave->group == 0 ? 0 : first;
        wave->first = first;
        wave->rows = static_cast<std::size_t>(reads[i].rows);
        first += wave->rows;
        reads[i].wave = std::move(wave);
    }
}

} // namespace imc::circuit
