#include "sim/values/layer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::values
{

namespace
{

constexpr std::int64_t block = 1024; ///< output positions at a time

} // namespace

double LayerError::snr_db() const
{
    return error > 0.0 ? 10.0 * std::log10(signal / error) : std::numeric_limits<double>::infinity();
}

LayerArrays::LayerArrays(std::shared_ptr<const LayerMatrix> matrix, const Physics* physics, std::uint64_t first_index)
    : matrix_(std::move(matrix))
{
    std::uint64_t index = first_index;
    for (std::int64_t n = 0; n < matrix_->plan().copies(); ++n) {
        Copy copy;
        for (std::size_t cut = 0; cut < matrix_->plan().cuts.size(); ++cut) {
            copy.push_back(matrix_->program(cut, matrix_->spec(), physics, index));
            index += copy.back().size();
        }
        copies_.push_back(std::move(copy));
    }
}

LayerArrays::LayerArrays(const kernel::Arguments& a, const imc::Contraction& c, const ArraySpec& spec,
                         const Physics* physics, std::uint64_t first_index)
    : LayerArrays(std::make_shared<const LayerMatrix>(a, c, spec), physics, first_index)
{
}

void LayerArrays::begin_hold(std::uint64_t hold)
{
    for (Copy& copy : copies_)
        for (Contraction& arrays : copy)
            arrays.begin_hold(hold);
}

void LayerArrays::calibrate(const std::vector<Matrix<std::int32_t>>& inputs)
{
    for (Copy& copy : copies_)
        for (std::size_t cut = 0; cut < copy.size(); ++cut)
            copy[cut].calibrate(inputs[cut]);
}

void LayerArrays::calibrate(const kernel::Arguments& a)
{
    const LayerMatrix::Feed feed = matrix_->feed(a);
    std::vector<Matrix<std::int32_t>> inputs;
    for (std::size_t cut = 0; cut < matrix_->plan().cuts.size(); ++cut)
        inputs.push_back(matrix_->sample(feed, cut, block * matrix_->contraction().batch));
    calibrate(inputs);
}

Matrix<double> LayerArrays::products(const Matrix<std::int32_t>& inputs, std::size_t cut, std::int64_t first,
                                     std::uint64_t first_vector) const
{
    if (copies_.size() == 1)
        return copies_[0][cut].run(inputs, first_vector);
    Matrix<double> out(inputs.rows(), copies_[0][cut].columns());
    for (std::size_t n = 0; n < copies_.size(); ++n) {
        std::vector<std::size_t> mine;
        for (std::size_t v = 0; v < inputs.rows(); ++v)
            if (matrix_->plan().copy_of[static_cast<std::size_t>(first) + v] == n)
                mine.push_back(v);
        Matrix<std::int32_t> part(mine.size(), inputs.cols());
        for (std::size_t i = 0; i < mine.size(); ++i)
            std::ranges::copy(inputs.row(mine[i]), part.row(i).data());
        const Matrix<double> y = copies_[n][cut].run(part, first_vector);
        for (std::size_t i = 0; i < mine.size(); ++i)
            std::ranges::copy(y.row(i), out.row(mine[i]).data());
    }
    return out;
}

std::uint64_t LayerArrays::vector_of(std::uint64_t image, std::int64_t m) const
{
    const imc::Contraction& c = matrix_->contraction();
    const std::vector<std::uint16_t>& copy_of = matrix_->plan().copy_of;
    const std::int64_t first = m / block * block;
    std::int64_t before = m - first;
    // Each copy numbers what it gets of a block.
    if (copies_.size() > 1)
        before = std::count(copy_of.begin() + first, copy_of.begin() + m, copy_of[static_cast<std::size_t>(m)]);
    return image * static_cast<std::uint64_t>(c.m) + static_cast<std::uint64_t>(first + before);
}

std::vector<std::int64_t> LayerArrays::sums(const kernel::Arguments& a, std::uint64_t first_image) const
{
    const imc::Contraction& c = matrix_->contraction();
    const LayerMatrix::Feed feed = matrix_->feed(a);
    const std::int64_t channels = c.groups * c.n;
    std::vector<std::int64_t> out(static_cast<std::size_t>(c.batch * c.m * channels)), sums;
    for (std::int64_t b = 0; b < c.batch; ++b) {
        const std::uint64_t vector = (first_image + static_cast<std::uint64_t>(b)) * static_cast<std::uint64_t>(c.m);
        for (std::size_t cut = 0; cut < matrix_->plan().cuts.size(); ++cut)
            for (std::int64_t first = 0; first < c.m; first += block) {
                const std::int64_t last = std::min(c.m, first + block);
                const Matrix<std::int32_t> inputs = matrix_->inputs(feed, b, cut, first, last);
                const Matrix<double> y = products(inputs, cut, first, vector + static_cast<std::uint64_t>(first));
                const std::int64_t base = matrix_->cut(cut).first_group * c.n;
                sums.resize(y.cols());
                for (std::int64_t m = first; m < last; ++m) {
                    const auto row = static_cast<std::size_t>(m - first);
                    matrix_->correct(y.row(row), inputs.row(row), cut, sums);
                    for (std::int64_t n = 0; n < static_cast<std::int64_t>(sums.size()); ++n) {
                        const std::int64_t channel = base + n;
                        const std::int64_t at = c.result_transposed ? channel * c.m + m : m * channels + channel;
                        out[static_cast<std::size_t>(b * c.m * channels + at)] = sums[static_cast<std::size_t>(n)];
                    }
                }
            }
    }
    return out;
}

void LayerArrays::compare(const kernel::Arguments& a, const std::vector<std::int64_t>& sums, LayerError& error) const
{
    const std::vector<std::int64_t> exact = kernel::integer_sums(a, matrix_->contraction());
    if (exact.size() != sums.size())
        throw std::invalid_argument(fmt::format("{} sums to compare with {}", sums.size(), exact.size()));
    error.outputs += static_cast<std::int64_t>(exact.size());
    for (std::size_t i = 0; i < exact.size(); ++i) {
        const auto want = static_cast<double>(exact[i]), difference = static_cast<double>(sums[i] - exact[i]);
        error.signal += want * want;
        error.error += difference * difference;
    }
}

} // namespace imc::values
