#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "devices/compensation.h"
#include "devices/crossbar/network.h"
#include "devices/programmed_array.h"
#include "sim/values/encoding.h"

namespace imc::values
{

struct ArrayView;

/// What makes an array differ from arithmetic. Everything absent is ideal.
struct Physics {
    std::shared_ptr<const devices::DeviceModel> device;
    devices::EffectSet effects;
    std::uint64_t seed = 1;                 ///< of the devices
    std::optional<std::uint64_t> read_seed; ///< of read noise; absent: the devices'
    double on_s = 0.0;                      ///< conductance of the top level; 0: the device's largest
    double off_s = -1.0;                    ///< of level 0; negative: the device's smallest
    devices::Moment moment;
    /// Digital factors on codes that undo the mean drift, from read-outs with one row at a time right after programming
    /// and at `moment`, repeated until read noise and converters do not matter.
    devices::Compensation compensation = devices::Compensation::none;
    double operation_s = 0.0; ///< splits read noise into slow and fast
    std::optional<devices::Wires> wires;
    std::filesystem::path transfer_cache; ///< folder of what networks are solved for; empty: none is kept
    InputDrive drive = InputDrive::row_voltage;
    double read_voltage_v = 0.2;
    bool keep_cells = false; ///< an array can tell what its cells are (MappedArray::view)
};

/// One array with its weights, ready to be driven with many vectors at once.
///
/// Ideal cells are small integers, real ones lie on the conductance grid: either way column sums are integers
/// below 2^24 and exact in single precision, so results do not depend on kernel, host or thread count.
/// Results are sums in units: with ideal cells and a sufficient converter exactly Σ x·w. A stored unit of an
/// off-state current (level 0 conducts off_s) is removed digitally with the count of the inputs that the encoding
/// uses for its bias.
class MappedArray
{
public:
    /// `index` names the array among all of a chip (random streams). Throws std::invalid_argument.
    MappedArray(const ArraySpec& config, const Matrix<std::int32_t>& weights, const Physics* physics = nullptr,
                std::uint64_t index = 0);
    ~MappedArray();
    MappedArray(MappedArray&&) noexcept;
    MappedArray& operator=(MappedArray&&) noexcept;

    std::size_t rows() const;
    std::size_t weights() const;
    const EncodedArray& encoded() const;
    const ArraySpec& spec() const;
    /// Throws std::logic_error if there is physics that did not keep the cells.
    ArrayView view() const;
    /// The noise of one vector's conversions in steps of their converters, as run() adds it: reads (row group by row
    /// group) × converted columns; empty if there is none. `vector` numbers the input.
    Matrix<float> noise(std::span<const std::int32_t> input, std::uint64_t vector) const;
    /// True if cells and inputs are single bits and ideal, so that sums are counts of ones.
    bool counts_bits() const;
    /// Turns the counting path off (for comparison).
    void use_counting(bool on);

    /// Draws the slow read noise of another hold time (an image, by default) and rebuilds the cells with it.
    void begin_hold(std::uint64_t hold);
    /// Sets the converters' ranges from the sums that these inputs give (range `percentile`).
    void calibrate(const Matrix<std::int32_t>& inputs);

    /// Adds Σ_k inputs(v, k)·w(k, n) to total(v, n). `inputs` is vectors × rows; `first_vector` numbers them for
    /// the fast noise. Throws std::invalid_argument for inputs outside the coding's limits.
    void run(const Matrix<std::int32_t>& inputs, Matrix<double>& total, std::size_t first_column = 0,
             std::uint64_t first_vector = 0) const;

    /// Share of conversions whose sum lies beyond the converters' limits, noise left out.
    double clipped_share(const Matrix<std::int32_t>& inputs) const;
    /// Conversions of one vector.
    std::int64_t conversions_per_vector() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace imc::values
