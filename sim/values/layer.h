#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/values/layer_matrix.h"

namespace imc::values
{

/// How a layer's output differed from the exact sums, over everything that has been run.
struct LayerError {
    std::int64_t outputs = 0;
    double signal = 0.0; ///< Σ exact²
    double error = 0.0;  ///< Σ (sum − exact)²
    double snr_db() const;
};

/// A layer on programmed arrays: the sums that kernel::integer_sums computes exactly.
class LayerArrays
{
public:
    /// Programs all copies; arrays are numbered from `first_index`, copy by copy.
    LayerArrays(std::shared_ptr<const LayerMatrix> matrix, const Physics* physics = nullptr,
                std::uint64_t first_index = 0);
    LayerArrays(const kernel::Arguments& a, const imc::Contraction& c, const ArraySpec& spec,
                const Physics* physics = nullptr, std::uint64_t first_index = 0);

    /// In the result's order, like kernel::integer_sums; `first_image` numbers the batch for the fast noise.
    std::vector<std::int64_t> sums(const kernel::Arguments& a, std::uint64_t first_image = 0) const;
    /// Ranges of all converters from what these operands feed to the arrays.
    void calibrate(const kernel::Arguments& a);
    /// The same from given vectors, one matrix per cut.
    void calibrate(const std::vector<Matrix<std::int32_t>>& inputs);
    void begin_hold(std::uint64_t hold);

    /// Compares sums with the exact ones and adds to `error`.
    void compare(const kernel::Arguments& a, const std::vector<std::int64_t>& sums, LayerError& error) const;

    /// One array of a copy, and the number of the vector that it is fed at output position m of an image.
    const MappedArray& array(std::size_t copy, std::size_t cut, std::size_t block) const
    {
        return copies_[copy][cut].arrays()[block];
    }
    std::uint64_t vector_of(std::uint64_t image, std::int64_t m) const;

    const ArraySpec& spec() const { return matrix_->spec(); }
    const LayerMatrix& matrix() const { return *matrix_; }
    std::size_t arrays() const { return matrix_->arrays() * copies_.size(); }

private:
    using Copy = std::vector<Contraction>; ///< one per cut

    /// Σ x·w of positions first + i, vectors × columns of the cut; every position by its own copy.
    Matrix<double> products(const Matrix<std::int32_t>& inputs, std::size_t cut, std::int64_t first,
                            std::uint64_t first_vector) const;

    std::shared_ptr<const LayerMatrix> matrix_;
    std::vector<Copy> copies_;
};

} // namespace imc::values
