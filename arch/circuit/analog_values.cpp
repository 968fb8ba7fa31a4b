#include <algorithm>
#include <stdexcept>

#include "arch/circuit/analog_circuit.h"

/// The analog circuit's part for values: what its arrays hold, and waves for its reads.
namespace imc::circuit
{

void AnalogCircuit::load(const std::vector<ArrayContents>& arrays)
{
    const auto differs = [&](const ArrayContents& c) {
        return c.weights.rows() != arrays.front().weights.rows() || c.weights.cols() != arrays.front().weights.cols() ||
               c.weight_bits != arrays.front().weight_bits;
    };
    if (arrays.empty() || arrays.size() > static_cast<std::size_t>(config_.arrays) ||
        std::any_of(arrays.begin(), arrays.end(), differs))
        throw std::invalid_argument("a macro holds between one and all of its arrays, of one shape");
    contents_ = arrays;
    arrays_.reset();
    resolve_arrays(false);
}

void AnalogCircuit::resolve_arrays(bool signed_input)
{
    if (arrays_ && arrays_signed_ == signed_input)
        return;
    auto arrays = std::make_shared<std::vector<ArrayValues>>();
    for (const ArrayContents& contents : contents_)
        arrays->emplace_back(config_, contents, signed_input);
    arrays_ = std::move(arrays);
    arrays_signed_ = signed_input;
}

void AnalogCircuit::request(const MvmOperation& operation, Cycle now, const Matrix<std::int32_t>& inputs, Notify notify,
                            Results results)
{
    resolve_arrays(operation.signed_input);
    const std::size_t n = contents_.size();
    const std::size_t weights = n ? contents_.front().weights.cols() : 0;
    const int columns = n ? columns_per_weight(config_, contents_.front().weight_bits) : 0;
    check_inputs(config_, operation, inputs, n, n ? contents_.front().weights.rows() : 0,
                 weights * static_cast<std::size_t>(columns));
    auto values = std::make_shared<OperationValues>();
    values->arrays = arrays_;
    values->inputs = inputs;
    values->offset = input_offset(config_, operation.input_bits, operation.signed_input);
    values->sums = Matrix<double>(n, arrays_->front().converted());
    values->unit = Matrix<double>(n, arrays_->front().groups());
    values->counts = values->unit;
    values->results = std::move(results);
    request(operation, now, std::move(notify));
    waiting_.back().values = std::move(values);
}

/// In the order of reads_of(): slice by slice, phase by phase, group by group of rows.
void AnalogCircuit::add_waves(const Job& job, std::deque<Read>& reads) const
{
    const MvmOperation& op = job.operation;
    const bool two_phases = op.signed_input && config_.input.signed_input == SignedInput::two_phases;
    const std::size_t groups = job.values->arrays->front().groups(), phases = two_phases ? 2 : 1;
    std::size_t first = 0;
    for (std::size_t i = 0; i < reads.size(); ++i) {
        auto wave = std::make_shared<Wave>();
        wave->operation = job.values;
        wave->group = i % groups;
        const std::size_t phase = i / groups % phases, slice = i / groups / phases;
        wave->slice = slice_at(config_, op.input_bits, op.signed_input,
                               static_cast<int>(slice) * config_.input.slice_bits, static_cast<int>(phase));
        first = wave->group == 0 ? 0 : first;
        wave->first = first;
        wave->rows = static_cast<std::size_t>(reads[i].rows);
        first += wave->rows;
        reads[i].wave = std::move(wave);
    }
}

} // namespace imc::circuit
