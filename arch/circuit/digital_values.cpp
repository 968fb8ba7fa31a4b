#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "arch/circuit/digital_circuit.h"

/// The digital circuit's part for values: words of the trees, and waves for its passes.
namespace imc::circuit
{

namespace
{

TreeWords words_of(const MacroConfig& config, const ArrayContents& contents)
{
    const int width = config.digital.weight_bits, bits = contents.weight_bits;
    const Matrix<std::int32_t>& w = contents.weights;
    if (!contents.conductance_s.empty())
        throw std::invalid_argument("the cells of a digital macro have no conductances");
    if (w.empty() || w.rows() > static_cast<std::size_t>(config.rows) ||
        w.cols() > static_cast<std::size_t>(weights_per_row(config, bits)))
        throw std::invalid_argument(fmt::format("weights of {}×{} do not fit the array", w.rows(), w.cols()));
    const auto trees = static_cast<std::size_t>((bits + width - 1) / width);
    TreeWords out{Matrix<std::int64_t>(w.rows(), w.cols() * trees), trees, width};
    for (std::size_t i = 0; i < w.rows(); ++i)
        for (std::size_t n = 0; n < w.cols(); ++n)
            for (std::size_t t = 0; t < trees; ++t) {
                // The top word is two's complement: its top column counts negative.
                const std::int64_t rest = w(i, n) >> (static_cast<int>(t) * width);
                out.words(i, n * trees + t) = t + 1 == trees ? rest : rest & ((std::int64_t{1} << width) - 1);
            }
    return out;
}

} // namespace

void DigitalCircuit::load(const MacroContents& contents)
{
    if (contents.arrays.empty() || contents.arrays.size() > static_cast<std::size_t>(config_.arrays))
        throw std::invalid_argument("a macro holds between one and all of its arrays");
    auto words = std::make_shared<std::vector<TreeWords>>();
    loaded_rows_.clear();
    loaded_columns_ = 0;
    for (const ArrayContents& array : contents.arrays) {
        words->push_back(words_of(config_, array));
        loaded_rows_.push_back(array.weights.rows());
        loaded_columns_ = std::max(loaded_columns_, static_cast<int>(array.weights.cols()) *
                                                        columns_per_weight(config_, array.weight_bits));
    }
    words_ = std::move(words);
    form_.input_bits = contents.input_bits;
    form_.signed_input = contents.signed_input;
}

void DigitalCircuit::check(const MvmOperation& op) const
{
    check_operation(op, loaded_rows_, loaded_columns_);
    if (op.input_bits != form_.input_bits)
        throw std::invalid_argument(fmt::format("an operation has one pass per bit of its inputs: {} for inputs of {}",
                                                op.input_bits, form_.input_bits));
}

void DigitalCircuit::request(const MvmOperation& operation, Cycle now, OperationInputs inputs, Notify notify,
                             Results results)
{
    check(operation);
    check_inputs(config_, form_, loaded_rows_, inputs.values);
    auto values = std::make_shared<OperationValues>();
    values->trees = words_;
    values->inputs = std::move(inputs);
    for (const TreeWords& array : *words_)
        values->sums.emplace_back(array.words.cols(), 0.0);
    values->results = std::move(results);
    request(operation, now, std::move(notify));
    waiting_.back().values = std::move(values);
}

/// In the order of passes_of(): bit by bit, group by group of rows.
void DigitalCircuit::add_waves(const Job& job, std::deque<Read>& passes) const
{
    const auto rows = static_cast<std::size_t>(job.operation.rows);
    const std::vector<Slice> slices = slices_of(config_, form_.input_bits, form_.signed_input);
    std::size_t first = 0, bit = 0;
    for (Read& pass : passes) {
        auto wave = std::make_shared<Wave>();
        wave->operation = job.values;
        wave->slice = slices[bit];
        wave->first = first;
        wave->rows = static_cast<std::size_t>(pass.rows);
        first += wave->rows;
        if (first == rows) {
            first = 0;
            ++bit;
        }
        pass.wave = std::move(wave);
    }
}

} // namespace imc::circuit
