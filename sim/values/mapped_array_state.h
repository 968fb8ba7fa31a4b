#pragma once

#include <functional>
#include <span>

#include "sim/values/kernels.h"
#include "sim/values/mapped_array.h"
#include "sim/values/packing.h"

namespace imc::values
{

/// The converters of one array: per converted column, padded to whole strips.
struct Converters {
    std::vector<float> step; ///< units per code
    std::vector<float> scale, shift, low, high;
    std::vector<std::vector<float>> sign; ///< per row group
    float bow = 0.0f, range = 1.0f, dnl = 0.0f;
    std::vector<std::uint32_t> steps; ///< names of the columns' own steps
    bool rounds = true, wide = false;
    double noise_steps = 0.0; ///< σ of the converter's own noise

    ColumnTransfer at(std::size_t group, std::size_t strip) const;
};

/// Constants of the fast noise of one row group: per converted column, in converter steps², and per strip.
struct NoiseColumns {
    std::vector<float> scale, floor, shared_scale, shared_floor;
    std::vector<std::uint64_t> keys;
};

struct MappedArray::State {
    ArraySpec config;
    EncodedArray encoded;
    std::vector<InputSlice> slices;
    std::vector<float> slice_weights;
    std::int64_t offset = 0;
    std::optional<Physics> physics;
    std::uint64_t index = 0;
    std::vector<devices::ColumnError> column_errors; ///< of the cell columns; empty without physics

    double grid_s = 0.0;                    ///< step of the conductance grid
    Matrix<float> base;                     ///< cell columns in steps, without slow noise; empty if there is none
    Matrix<float> kept;                     ///< cell columns in steps as reads see them, if they are to be kept
    std::vector<float> slow_variance;       ///< of base, in steps², padded to whole tiles; empty without slow noise
    Matrix<float> slow_shared;              ///< share of a cell's deviation that every other row sees; empty: none
    Matrix<double> conductance;             ///< cell columns, for gate drive
    double step_units = 1.0;                ///< units per step of the grid
    double level_s = 0.0;                   ///< conductance of one level
    double off_units = 0.0;                 ///< what a level 0 cell contributes per unit of input
    std::vector<std::vector<float>> packed; ///< per row group
    std::vector<std::vector<std::uint32_t>> packed_bits;
    std::vector<std::vector<float>> packed_variance; ///< fast noise over x², per row group; empty without
    std::vector<std::vector<float>> packed_shared;   ///< to be subtracted, over x·(mean x); empty without wires
    Matrix<double> fast_s2; ///< gate drive: variances of the fast noise of the cell columns, S²; empty without
    double variance_units = 0.0, shared_units = 0.0; ///< units² per step of their grids
    std::vector<std::vector<double>> floor_units;    ///< variance whatever the input, per group and column, units²
    std::vector<std::vector<double>> shared_floor;   ///< over (mean x)²
    std::vector<NoiseColumns> noise_columns;         ///< per row group; empty without noise
    Converters converters;
    std::vector<double> compensation; ///< factor of each converted column; empty: none
    Matrix<double> correction;        ///< row groups × converted columns: times Σx; empty if nothing is to correct
    bool counting = false;
    double largest_code = 0.0; ///< in converter steps
    std::size_t flush = 1;
    std::size_t parts = 1; ///< of each slice's digits, see Tile

    std::size_t padded() const { return (encoded.converted() + Tile::columns - 1) / Tile::columns * Tile::columns; }
    std::size_t active() const;
    /// Least and largest sum of a converted column in units.
    std::pair<double, double> sum_range(std::size_t column) const;
    double full_scale() const;
    /// The largest code of a column's converter.
    double codes_above(std::size_t column) const;
    bool noisy() const;
    bool gate_drive() const { return physics && physics->wires && physics->drive == InputDrive::gate; }

    devices::ProgrammedArray program();
    void compensate(const devices::ProgrammedArray& array);
    void build_cells();
    void build_ideal_cells();
    void fill_cells(std::span<const float> deviation);
    void pack(const Matrix<float>& cells);
    void build_noise(const devices::ProgrammedArray& array, const Matrix<double>& quiet, const Matrix<double>& seen);
    void build_slow_noise(const Matrix<devices::NoiseVariance>& noise, const devices::Sensitivity& sensitivity);
    void hold_slow_noise(std::uint64_t hold);
    void pack_variance(const Matrix<double>& variance, std::vector<std::vector<float>>& out, double& units) const;
    /// Shows the sums of neighbouring columns, from the first of them, one read of one vector at a time.
    void for_each_sum(const Matrix<std::int32_t>& inputs,
                      const std::function<void(std::size_t, std::span<const float>)>& see) const;
    void prepare_noise();
    void set_step(std::vector<float> step);
    void full_scale_step();
    void choose_flush();

    /// Four vectors from `first`: codes of every converted column and Σx of every group.
    struct Panel {
        std::vector<double> codes;  ///< 4 × padded
        std::vector<double> inputs; ///< 4 × groups: Σ of the inputs, counted or measured
    };
    void run_panel(const Matrix<std::int32_t>& inputs, std::size_t first, std::uint64_t first_vector,
                   Panel& panel) const;
    void run_group(const Matrix<std::int32_t>& inputs, std::size_t first, std::uint64_t first_vector, std::size_t g,
                   Panel& panel) const;
    void run_gate_group(const Matrix<std::int32_t>& inputs, std::size_t first, std::uint64_t first_vector,
                        std::size_t g, Panel& panel) const;
    /// Rows that are on in each phase, vector by vector and slice by slice; those of other groups are off.
    Matrix<unsigned char> rows_on(const Matrix<std::int32_t>& inputs, std::size_t first, std::size_t g) const;
    /// Gate drive: variances of the currents of a strip, in units² and in the order of NoiseTile::sums; empty without
    /// fast noise. `amperes2`: of the cell columns, as gate_drive_variance() gives them.
    void gate_variances(const Matrix<double>& amperes2, std::size_t strip, std::vector<float>& sums) const;
    /// Four vectors' noise. With gate drive `variances` are those of gate_variances(), else the panels' digits are
    /// used.
    void draw_noise(const std::vector<float>& panels, const std::vector<float>& variances, std::uint64_t first_vector,
                    std::size_t g, std::size_t strip, std::vector<float>& noise) const;
    void combine(const Panel& panel, std::size_t vector, std::span<double> out) const;
};

} // namespace imc::values
