#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "devices/crossbar/transfer_cache.h"
#include "sim/values/mapped_array_state.h"

namespace imc::values
{

using devices::ConductanceGrid;

namespace
{

/// Single-precision integers must stay below 2^24; the variance grid is as fine as that allows.
double variance_step(double largest, std::size_t rows, int digit)
{
    const double room = 0x1p23 / (static_cast<double>(rows) * digit * digit);
    return largest > 0.0 ? largest / room : 1.0;
}

} // namespace

std::size_t MappedArray::State::active() const
{
    std::size_t most = 0;
    for (const RowGroup& group : encoded.groups)
        most = std::max(most, group.count);
    return most;
}

/// The cells as written; what they are made of is needed no longer than to build from.
devices::ProgrammedArray MappedArray::State::program()
{
    Physics& p = *physics;
    if (!p.device)
        throw std::invalid_argument("the physics of an array needs a device");
    if (p.on_s == 0.0)
        p.on_s = p.device->max_s();
    if (p.off_s < 0.0)
        p.off_s = p.device->min_s();
    if (!(p.on_s > p.off_s) || p.on_s > p.device->max_s() * (1.0 + 1e-9))
        throw std::invalid_argument(fmt::format("level conductances must satisfy 0 ≤ off < on ≤ {}, got {} and {}",
                                                p.device->max_s(), p.off_s, p.on_s));
    if (gate_drive() && config.slice_bits != 1)
        throw std::invalid_argument("gate drive applies one input bit at a time");
    level_s = (p.on_s - p.off_s) / config.top();
    off_units = encoded.subtracts ? 0.0 : p.off_s / level_s;
    Matrix<double> target(encoded.levels.rows(), encoded.levels.cols());
    for (std::size_t n = 0; n < target.size(); ++n)
        target.flat()[n] = p.off_s + level_s * encoded.levels.flat()[n];
    devices::ProgrammedArray array(p.device, target.rows(), target.cols(), p.seed, index, p.effects);
    array.program(target);
    return array;
}

void MappedArray::State::compensate(const devices::ProgrammedArray& array)
{
    const auto read_out = [&](double time_s) {
        const Matrix<double> now = array.read({time_s, physics->moment.temperature_k});
        Matrix<double> seen(now.rows(), encoded.converted());
        for (std::size_t q = 0; q < seen.cols(); ++q) {
            for (const ColumnPart& part : encoded.cells_of(q))
                for (std::size_t i = 0; i < seen.rows(); ++i)
                    seen(i, q) += part.factor * now(i, part.column);
        }
        return seen;
    };
    constexpr double smallest_share = 1e-4; // of the top level, as compensation.h says
    compensation = devices::compensation_factors(read_out(0.0), read_out(physics->moment.time_s), physics->compensation,
                                                 smallest_share * physics->on_s);
}

void MappedArray::State::build_ideal_cells()
{
    Matrix<float> cells(encoded.levels.rows(), encoded.converted());
    for (std::size_t q = 0; q < cells.cols(); ++q) {
        for (const ColumnPart& part : encoded.cells_of(q))
            for (std::size_t i = 0; i < cells.rows(); ++i)
                cells(i, q) += static_cast<float>(part.factor) * static_cast<float>(encoded.levels(i, part.column));
    }
    const bool signed_digits = config.input_signed && config.signed_input == SignedInput::signed_pulse;
    if (config.cell_bits == 1 && config.slice_bits == 1 && config.merged_columns == 1 && !encoded.subtracts &&
        !signed_digits) {
        counting = true;
        for (const RowGroup& group : encoded.groups)
            packed_bits.push_back(pack_bits(cells, group));
    }
    pack(cells);
}

namespace
{

/// Conductances as a read at this voltage sees them.
Matrix<double> read_through(const devices::CellLaw* law, const Matrix<double>& now, double voltage_v)
{
    Matrix<double> seen(now);
    if (law)
        for (double& g : seen.flat())
            g = law->at(g, voltage_v).current_a / voltage_v;
    return seen;
}

} // namespace

void MappedArray::State::build_cells()
{
    if (!physics)
        return build_ideal_cells();
    const Physics& p = *physics;
    const devices::ProgrammedArray array = program();
    column_errors = array.columns();
    if (p.compensation != devices::Compensation::none)
        compensate(array);
    const Matrix<double> quiet = array.read(p.moment);
    const auto law = p.device->cell_law();
    if (law && config.slice_bits != 1)
        throw std::invalid_argument("nonlinear cells need inputs of one level: one bit per slice");
    const Matrix<double> now = read_through(law.get(), quiet, p.read_voltage_v);
    const bool wired = p.wires && p.drive == InputDrive::row_voltage;
    const Matrix<double> seen = wired ? devices::transfer_matrix(now, *p.wires, p.transfer_cache) : now;
    const unsigned digit = (1u << std::min(config.slice_bits, digit_part_bits)) - 1;
    grid_s = ConductanceGrid::for_sums(p.on_s, active(), digit * static_cast<unsigned>(encoded.reach())).step_s;
    step_units = grid_s / level_s;
    base = Matrix<float>(seen.rows(), seen.cols());
    for (std::size_t n = 0; n < seen.size(); ++n)
        base.flat()[n] = static_cast<float>(seen.flat()[n] / grid_s);
    fill_cells({});
    build_noise(array, quiet, seen);
    if (slow_variance.empty())
        base = {};
}

/// Cells from `base` and a deviation per cell column (empty: none), both in steps of the grid.
void MappedArray::State::fill_cells(std::span<const float> deviation)
{
    // Twice the top level is where sums could leave the exact range.
    const auto most = static_cast<float>(2.0 * physics->on_s / grid_s);
    const std::size_t rows = base.rows(), width = base.cols();
    const auto steps = [&](std::size_t i, std::size_t c) {
        const float g = base(i, c) + (deviation.empty() ? 0.0f : deviation[i * width + c]);
        return std::nearbyint(std::clamp(g, 0.0f, most));
    };
    if (physics->keep_cells) {
        kept = Matrix<float>(rows, width);
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t c = 0; c < width; ++c)
                kept(i, c) = steps(i, c);
    }
    Matrix<float> cells(rows, encoded.converted());
    for (std::size_t q = 0; q < cells.cols(); ++q) {
        for (const ColumnPart& part : encoded.cells_of(q))
            for (std::size_t i = 0; i < rows; ++i)
                cells(i, q) += static_cast<float>(part.factor) * steps(i, part.column);
    }
    pack(cells);
    if (!gate_drive())
        return;
    conductance = Matrix<double>(rows, width);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t c = 0; c < width; ++c)
            conductance(i, c) =
                grid_s *
                static_cast<double>(std::max(0.0f, base(i, c) + (deviation.empty() ? 0.0f : deviation[i * width + c])));
}

void MappedArray::State::pack(const Matrix<float>& cells)
{
    packed.clear();
    for (const RowGroup& group : encoded.groups)
        packed.push_back(pack_cells(cells, group));
}

void MappedArray::State::build_noise(const devices::ProgrammedArray& array, const Matrix<double>& quiet,
                                     const Matrix<double>& seen)
{
    const Physics& p = *physics;
    const std::size_t rows = quiet.rows();
    floor_units.assign(encoded.groups.size(), std::vector<double>(padded(), 0.0));
    shared_floor.assign(encoded.groups.size(), std::vector<double>(padded(), 0.0));
    const double floor = p.effects.read_noise ? p.device->thermal_noise_variance(p.moment) / (level_s * level_s) : 0.0;
    const auto noise = array.noise(quiet, p.moment, p.operation_s);
    const bool fast = std::ranges::any_of(noise.flat(), [](const devices::NoiseVariance& v) { return v.fast > 0.0; });
    const bool slow = std::ranges::any_of(noise.flat(), [](const devices::NoiseVariance& v) { return v.slow > 0.0; });
    const bool wired = (fast || slow) && p.wires && p.drive == InputDrive::row_voltage;
    const devices::Sensitivity sensitivity =
        wired ? devices::column_sensitivity(quiet, *p.wires, seen, p.transfer_cache) : devices::Sensitivity{};
    if (slow)
        build_slow_noise(noise, sensitivity);
    // A cell's voltage is x·own + x̄·(all − own), x̄ the mean input of the phase: its variance has terms in x², x·x̄
    // and x̄², the first two of which are column sums over the inputs.
    Matrix<double> own(rows, encoded.converted()), mixed(own);
    for (std::size_t q = 0; q < own.cols(); ++q) {
        const std::vector<ColumnPart> columns = encoded.cells_of(q);
        double squares = 0.0;
        for (const ColumnPart& part : columns)
            squares += part.factor * part.factor;
        for (std::size_t g = 0; g < encoded.groups.size(); ++g)
            floor_units[g][q] = floor * static_cast<double>(encoded.groups[g].count) * squares;
        for (std::size_t i = 0; fast && i < rows; ++i)
            for (const ColumnPart& part : columns) {
                const std::size_t c = part.column;
                const double variance = part.factor * part.factor * noise(i, c).fast / (level_s * level_s);
                const double alone = wired ? sensitivity.own(i, c) : 1.0;
                const double others = wired ? sensitivity.all(i, c) - alone : 0.0;
                own(i, q) += variance * alone * alone;
                mixed(i, q) -= 2.0 * variance * alone * others;
                for (std::size_t g = 0; g < encoded.groups.size(); ++g)
                    if (const RowGroup& r = encoded.groups[g]; i >= r.first && i < r.first + r.count)
                        shared_floor[g][q] += variance * others * others;
            }
    }
    if (!fast)
        return;
    if (gate_drive()) { // weighted with what the phase's circuit makes of it
        fast_s2 = Matrix<double>(rows, noise.cols());
        std::ranges::transform(noise.flat(), fast_s2.flat().begin(), &devices::NoiseVariance::fast);
        variance_units = 1.0;
        return;
    }
    pack_variance(own, packed_variance, variance_units);
    if (wired)
        pack_variance(mixed, packed_shared, shared_units);
}

/// A cell's slow deviation changes what its own row sees by `own`, and, spread evenly over the other rows, what they
/// see by all − own.
void MappedArray::State::build_slow_noise(const Matrix<devices::NoiseVariance>& noise,
                                          const devices::Sensitivity& sensitivity)
{
    constexpr std::size_t lanes = Tile::vectors * Tile::columns;
    const std::size_t count = noise.size(), rows = noise.rows();
    slow_variance.assign((count + lanes - 1) / lanes * lanes, 0.0f);
    const bool wired = !sensitivity.own.empty();
    slow_shared = wired && rows > 1 ? Matrix<float>(rows, noise.cols()) : Matrix<float>();
    for (std::size_t n = 0; n < count; ++n) {
        const double own = wired ? sensitivity.own.flat()[n] : 1.0;
        slow_variance[n] = static_cast<float>(noise.flat()[n].slow * own * own / (grid_s * grid_s));
        if (!slow_shared.empty() && own > 0.0)
            slow_shared.flat()[n] =
                static_cast<float>((sensitivity.all.flat()[n] - own) / (own * static_cast<double>(rows - 1)));
    }
}

/// On a grid, like the cells, so that the sums are exact.
void MappedArray::State::pack_variance(const Matrix<double>& variance, std::vector<std::vector<float>>& out,
                                       double& units) const
{
    const double largest = *std::ranges::max_element(variance.flat());
    units = variance_step(largest, active(), (1 << std::min(config.slice_bits, digit_part_bits)) - 1);
    Matrix<float> steps(variance.rows(), variance.cols());
    for (std::size_t n = 0; n < steps.size(); ++n)
        steps.flat()[n] = static_cast<float>(std::nearbyint(std::max(0.0, variance.flat()[n]) / units));
    for (const RowGroup& group : encoded.groups)
        out.push_back(pack_cells(steps, group));
}

} // namespace imc::values
