#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "devices/device_model.h"
#include "devices/effect_set.h"
#include "devices/matrix.h"
#include "devices/pulse_programming.h"

namespace imc::devices
{

enum class Fault : unsigned char { none, stuck_low, stuck_high };

/// A grid fine against any noise on which conductances lie, so that sums over a column are exact in single
/// precision in any order: step = max / 2^k with rows · levels · 2^k ≤ 2^23 (2^15 for 256 rows and 1-bit
/// inputs), which leaves conductances up to twice max room below 2^24.
struct ConductanceGrid {
    double step_s = 0.0;
    /// `levels`: the largest input level (1 for single bits). Throws std::invalid_argument if no such k ≥ 1 exists.
    static ConductanceGrid for_sums(double max_s, std::size_t rows, unsigned levels);
    /// Steps, rounded half to even, at most twice `max`.
    float steps(double conductance_s) const;
};

struct ColumnError {
    double gain = 1.0;
    double offset = 0.0; ///< as a share of the column's full scale
};

/// The cells of one array: made once, programmed any number of times, read at any later time. All draws come
/// from streams named by seed, array index and purpose, so an array does not depend on any other.
class ProgrammedArray
{
public:
    /// Makes the devices (mismatch, step sizes, faults by rate). Nothing is programmed yet.
    ProgrammedArray(std::shared_ptr<const DeviceModel> model, std::size_t rows, std::size_t columns, std::uint64_t seed,
                    std::uint64_t index, EffectSet effects = {});

    /// Replaces the faults drawn by rate. Throws std::invalid_argument if the size differs.
    void set_faults(const Matrix<Fault>& faults);
    /// Programs every cell to its target in siemens (rows × columns). Cells whose pulses exceed the endurance
    /// are stuck low from then on. Throws std::invalid_argument for targets outside [0, max].
    void program(const Matrix<double>& target_s);

    /// Conductances in siemens at a moment after programming, without read noise.
    Matrix<double> read(Moment moment) const;
    /// Variances of the read noise at these conductances, per cell in S².
    Matrix<NoiseVariance> noise(const Matrix<double>& now_s, Moment moment, double operation_s) const;
    /// Adds one draw of the slow noise, clamped at 0; `hold` counts hold times (images, by default).
    void add_slow_noise(Matrix<double>& now_s, Moment moment, double operation_s, std::uint64_t hold) const;

    /// Gain and offset of each column's read-out, drawn when the array was made.
    const std::vector<ColumnError>& columns() const { return columns_; }
    /// Per cell, conductance before any time has passed.
    const Matrix<double>& programmed() const { return programmed_; }
    const Matrix<Fault>& faults() const { return faults_; }
    const DeviceModel& model() const { return *model_; }

    /// Cost of all programming so far; statistical programming books one pulse and one verify read per cell.
    const WriteCost& cost() const { return cost_; }
    /// Largest number of pulses any cell has taken, and the mean.
    std::uint64_t most_pulses() const;
    double mean_pulses() const;

private:
    double grown_sigma(std::size_t cell, Moment moment) const;
    void write_cell(std::size_t cell, double target_s, RandomStream& random);

    std::shared_ptr<const DeviceModel> model_;
    EffectSet effects_;
    std::uint64_t seed_, index_;
    std::uint64_t programmings_ = 0;
    std::unique_ptr<PulseProgrammer> programmer_;
    Matrix<double> mismatch_, step_, programmed_;
    Matrix<float> exponent_, relaxation_;
    Matrix<float> target_; ///< for retention
    Matrix<Fault> faults_;
    Matrix<std::uint32_t> pulses_;
    std::vector<ColumnError> columns_;
    WriteCost cost_;
};

} // namespace imc::devices
