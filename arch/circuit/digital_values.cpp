#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "arch/circuit/digital_circuit.h"

/// The digital circuit's part for values: words of the trees, and waves for its passes.
namespace imc::circuit
{

void DigitalCircuit::load(const std::vector<ArrayContents>& arrays)
{
    const int width = config_.digital.weight_bits;
    auto words = std::make_shared<std::vector<Matrix<std::int64_t>>>();
    for (const ArrayContents& contents : arrays) {
        const Matrix<std::int32_t>& w = contents.weights;
        const int bits = contents.weight_bits;
        if (!contents.conductance_s.empty())
            throw std::invalid_argument("the cells of a digital macro have no conductances");
        if (bit_serial_ && bits != width)
            throw std::invalid_argument(
                fmt::format("a bit-serial macro holds weights of {} bits, got {}", width, bits));
        if (w.empty() || w.rows() > static_cast<std::size_t>(config_.rows) ||
            w.cols() > static_cast<std::size_t>(weights_per_row(config_, bits)))
            throw std::invalid_argument(fmt::format("weights of {}×{} do not fit the array", w.rows(), w.cols()));
        const auto trees = static_cast<std::size_t>((bits + width - 1) / width);
        Matrix<std::int64_t> m(w.rows(), w.cols() * trees);
        for (std::size_t i = 0; i < w.rows(); ++i)
            for (std::size_t n = 0; n < w.cols(); ++n)
                for (std::size_t t = 0; t < trees; ++t) {
                    // The top word is two's complement: its top column counts negative.
                    const std::int64_t rest = w(i, n) >> (static_cast<int>(t) * width);
                    m(i, n * trees + t) = t + 1 == trees ? rest : rest & ((std::int64_t{1} << width) - 1);
                }
        if (!words->empty() && (words->front().rows() != m.rows() || words->front().cols() != m.cols()))
            throw std::invalid_argument("the arrays of a macro hold weights of one shape");
        words->push_back(std::move(m));
        trees_per_weight_ = trees;
        loaded_columns_ = static_cast<int>(w.cols()) * columns_per_weight(config_, bits);
    }
    if (arrays.empty() || arrays.size() > static_cast<std::size_t>(config_.arrays))
        throw std::invalid_argument("a macro holds between one and all of its arrays");
    words_ = std::move(words);
}

void DigitalCircuit::request(const MvmOperation& operation, Cycle now, const Matrix<std::int32_t>& inputs,
                             Notify notify, Results results)
{
    if (operation.signed_input && config_.input.signed_input != SignedInput::twos_complement)
        throw std::invalid_argument("a digital macro takes signed inputs as two's complement");
    const std::size_t n = words_ ? words_->size() : 0;
    check_inputs(config_, operation, inputs, n, n ? words_->front().rows() : 0,
                 static_cast<std::size_t>(loaded_columns_));
    auto values = std::make_shared<OperationValues>();
    values->words = words_;
    values->inputs = inputs;
    values->sums = Matrix<double>(n, words_->front().cols());
    values->results = std::move(results);
    request(operation, now, std::move(notify));
    waiting_.back().values = std::move(values);
}

/// In the order of passes_of(): bit by bit, group by group of rows.
void DigitalCircuit::add_waves(const Job& job, std::deque<Read>& passes) const
{
    const auto rows = static_cast<std::size_t>(job.operation.rows);
    std::size_t first = 0;
    int bit = 0;
    for (Read& pass : passes) {
        auto wave = std::make_shared<Wave>();
        wave->operation = job.values;
        wave->slice = slice_at(config_, job.operation.input_bits, job.operation.signed_input, bit, 0);
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
