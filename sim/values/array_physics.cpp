#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

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

void MappedArray::State::program()
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
    array =
        std::make_unique<devices::ProgrammedArray>(p.device, target.rows(), target.cols(), p.seed, index, p.effects);
    array->program(target);
    if (p.read_seed)
        array->reseed_reads(*p.read_seed);
    if (p.compensation != devices::Compensation::none)
        compensate();
}

void MappedArray::State::compensate()
{
    const auto read_out = [&](double time_s) {
        const Matrix<double> now = array->read({time_s, physics->moment.temperature_k});
        Matrix<double> seen(now.rows(), encoded.converted());
        for (std::size_t q = 0; q < seen.cols(); ++q) {
            const auto [a, b] = encoded.cells_of(q);
            const bool pair = encoded.subtracts && q < encoded.planes.size() * encoded.weights;
            for (std::size_t i = 0; i < seen.rows(); ++i)
                seen(i, q) = now(i, a) - (pair ? now(i, b) : 0.0);
        }
        return seen;
    };
    constexpr double smallest_share = 1e-4; // of the top level, as compensation.h says
    compensation = devices::compensation_factors(read_out(0.0), read_out(physics->moment.time_s),
                                                 physics->compensation, smallest_share * physics->on_s);
}

void MappedArray::State::build_ideal_cells()
{
    for (std::size_t q = 0; q < cells.cols(); ++q) {
        const auto [a, b] = encoded.cells_of(q);
        const bool pair = encoded.subtracts && q < encoded.planes.size() * encoded.weights;
        for (std::size_t i = 0; i < cells.rows(); ++i)
            cells(i, q) = static_cast<float>(encoded.levels(i, a) - (pair ? encoded.levels(i, b) : 0));
    }
    const bool signed_digits = config.input_signed && config.signed_input == SignedInput::signed_pulse;
    if (config.cell_bits == 1 && config.slice_bits == 1 && !encoded.subtracts && !signed_digits) {
        counting = true;
        for (const RowGroup& group : encoded.groups)
            packed_bits.push_back(pack_bits(cells, group));
    }
}

void MappedArray::State::build_cells(std::optional<std::uint64_t> hold)
{
    cells = Matrix<float>(encoded.levels.rows(), encoded.converted());
    if (!array) {
        build_ideal_cells();
    } else {
        const Physics& p = *physics;
        const Matrix<double> quiet = array->read(p.moment);
        Matrix<double> now(quiet);
        if (hold)
            array->add_slow_noise(now, p.moment, p.operation_s, *hold);
        if (const auto law = p.device->cell_law()) {
            if (config.slice_bits != 1)
                throw std::invalid_argument("nonlinear cells need inputs of one level: one bit per slice");
            for (double& g : now.flat())
                g = law->at(g, p.read_voltage_v).current_a / p.read_voltage_v;
        }
        const bool row_wires = p.wires && p.drive == InputDrive::row_voltage;
        const Matrix<double> seen = row_wires ? devices::transfer_matrix(now, *p.wires) : now;
        const auto grid = ConductanceGrid::for_sums(p.on_s, active(),
                                                    (1u << std::min(config.slice_bits, digit_part_bits)) - 1);
        step_units = grid.step_s / level_s;
        // Twice the top level is where sums could leave the exact range.
        const float most = grid.steps(2.0 * p.on_s);
        for (std::size_t q = 0; q < cells.cols(); ++q) {
            const auto [a, b] = encoded.cells_of(q);
            const bool pair = encoded.subtracts && q < encoded.planes.size() * encoded.weights;
            for (std::size_t i = 0; i < cells.rows(); ++i) {
                const float plus = std::min(grid.steps(seen(i, a)), most);
                cells(i, q) = pair ? plus - std::min(grid.steps(seen(i, b)), most) : plus;
            }
        }
        conductance = now;
        build_noise(quiet, seen);
    }
    packed.clear();
    for (const RowGroup& group : encoded.groups)
        packed.push_back(pack_cells(cells, group));
}

void MappedArray::State::build_noise(const Matrix<double>& now, const Matrix<double>& seen)
{
    const Physics& p = *physics;
    packed_variance.clear();
    packed_shared.clear();
    floor_units.assign(encoded.groups.size(), std::vector<double>(padded(), 0.0));
    shared_floor.assign(encoded.groups.size(), std::vector<double>(padded(), 0.0));
    const double floor = p.effects.read_noise ? p.device->thermal_noise_variance(p.moment) / (level_s * level_s) : 0.0;
    const auto noise = array->noise(now, p.moment, p.operation_s);
    const bool fast = std::ranges::any_of(noise.flat(), [](const devices::NoiseVariance& v) { return v.fast > 0.0; });
    const bool wired = fast && p.wires && p.drive == InputDrive::row_voltage;
    const devices::Sensitivity sensitivity =
        wired ? devices::column_sensitivity(now, *p.wires, seen) : devices::Sensitivity{};
    // A cell's voltage is x·own + x̄·(all − own), x̄ the mean input of the phase: its variance has terms in x², x·x̄
    // and x̄², the first two of which are column sums over the inputs.
    Matrix<double> own(cells.rows(), cells.cols()), mixed(own);
    for (std::size_t q = 0; q < cells.cols(); ++q) {
        const auto [a, b] = encoded.cells_of(q);
        const bool pair = encoded.subtracts && q < encoded.planes.size() * encoded.weights;
        for (std::size_t g = 0; g < encoded.groups.size(); ++g)
            floor_units[g][q] = floor * static_cast<double>(encoded.groups[g].count) * (pair ? 2.0 : 1.0);
        for (std::size_t i = 0; fast && i < cells.rows(); ++i)
            for (const std::size_t c : {a, b}) {
                if (c == b && !pair)
                    break;
                const double variance = noise(i, c).fast / (level_s * level_s);
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
    pack_variance(own, packed_variance, variance_units);
    if (wired)
        pack_variance(mixed, packed_shared, shared_units);
}

/// On a grid, like the cells, so that the sums are exact.
void MappedArray::State::pack_variance(const Matrix<double>& variance, std::vector<std::vector<float>>& out,
                                       double& units) const
{
    const double largest = *std::ranges::max_element(variance.flat());
    units = variance_step(largest, active(), (1 << std::min(config.slice_bits, digit_part_bits)) - 1);
    Matrix<float> steps(cells.rows(), cells.cols());
    for (std::size_t n = 0; n < steps.size(); ++n)
        steps.flat()[n] = static_cast<float>(std::nearbyint(std::max(0.0, variance.flat()[n]) / units));
    for (const RowGroup& group : encoded.groups)
        out.push_back(pack_cells(steps, group));
}

} // namespace imc::values
