#include "devices/programmed_array.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::devices
{

ConductanceGrid ConductanceGrid::for_sums(double max_s, std::size_t rows, unsigned levels)
{
    const std::uint64_t largest = std::uint64_t{rows} * levels;
    const int room = 23 - (largest <= 1 ? 0 : std::bit_width(largest - 1));
    if (largest == 0 || room < 1)
        throw std::invalid_argument(fmt::format("{} rows with {} input levels leave no grid for exact column sums in "
                                                "single precision; slice the inputs or the rows",
                                                rows, levels));
    return {std::ldexp(max_s, -room)};
}

float ConductanceGrid::steps(double conductance_s) const
{
    return static_cast<float>(std::nearbyint(conductance_s / step_s));
}

ProgrammedArray::ProgrammedArray(std::shared_ptr<const DeviceModel> model, std::size_t rows, std::size_t columns,
                                 std::uint64_t seed, std::uint64_t index, EffectSet effects)
    : model_(std::move(model)), effects_(effects), seed_(seed), index_(index), programmed_(rows, columns),
      faults_(rows, columns, Fault::none), pulses_(rows, columns, 0), columns_(columns)
{
    const DeviceConfig& config = model_->config();
    if (effects_.programming && config.programming.mode == ProgrammingMode::pulse) {
        programmer_ = std::make_unique<PulseProgrammer>(*model_);
        RandomStream random(seed, "pulse step", index);
        step_ = Matrix<double>(rows, columns);
        for (double& step : step_.flat())
            step = programmer_->device_step(random);
    }
    if (effects_.mismatch && model_->mismatch_sigma() > 0.0) {
        RandomStream random(seed, "mismatch", index);
        mismatch_ = Matrix<double>(rows, columns);
        for (double& factor : mismatch_.flat())
            factor = std::max(0.0, 1.0 + model_->mismatch_sigma() * random.normal());
    }
    if (effects_.stuck_at && config.faults) {
        RandomStream random(seed, "faults", index);
        for (Fault& fault : faults_.flat()) {
            const double u = random.uniform();
            fault = u < config.faults->stuck_low                               ? Fault::stuck_low
                    : u < config.faults->stuck_low + config.faults->stuck_high ? Fault::stuck_high
                                                                               : Fault::none;
        }
    }
    if (effects_.columns && config.columns) {
        const ColumnConfig& c = *config.columns;
        RandomStream random(seed, "columns", index);
        for (ColumnError& column : columns_) {
            column.gain = 1.0 + (c.calibrated ? c.calibrated_gain_sigma : c.gain_sigma) * random.normal();
            column.offset = (c.calibrated ? c.calibrated_offset_sigma : c.offset_sigma) * random.normal();
        }
    }
}

void ProgrammedArray::set_faults(const Matrix<Fault>& faults)
{
    if (faults.rows() != faults_.rows() || faults.cols() != faults_.cols())
        throw std::invalid_argument(fmt::format("a fault map of {}×{} for an array of {}×{}", faults.rows(),
                                                faults.cols(), faults_.rows(), faults_.cols()));
    faults_ = faults;
}

void ProgrammedArray::program(const Matrix<double>& target_s)
{
    if (target_s.rows() != programmed_.rows() || target_s.cols() != programmed_.cols())
        throw std::invalid_argument(fmt::format("targets of {}×{} for an array of {}×{}", target_s.rows(),
                                                target_s.cols(), programmed_.rows(), programmed_.cols()));
    for (const double target : target_s.flat())
        if (!(target >= 0.0) || target > model_->max_s() * (1.0 + 1e-9))
            throw std::invalid_argument(
                fmt::format("target {} S is outside the device's range [0, {}]", target, model_->max_s()));
    // One stream per purpose and programming: switching an effect off leaves the others' draws as they were.
    const std::uint64_t index = index_ + (programmings_++ << 40);
    RandomStream writing(seed_, "programming", index), drifting(seed_, "drift", index),
        relaxing(seed_, "relaxation", index);
    for (std::size_t cell = 0; cell < target_s.size(); ++cell)
        write_cell(cell, target_s.flat()[cell], writing);
    if (effects_.drift && model_->config().drift) {
        exponent_ = Matrix<float>(target_s.rows(), target_s.cols());
        for (std::size_t cell = 0; cell < target_s.size(); ++cell)
            exponent_.flat()[cell] = static_cast<float>(model_->drift_exponent(target_s.flat()[cell], drifting));
    }
    if (effects_.relaxation && model_->config().retention) {
        target_ = Matrix<float>(target_s.rows(), target_s.cols());
        for (std::size_t cell = 0; cell < target_s.size(); ++cell)
            target_.flat()[cell] = static_cast<float>(target_s.flat()[cell]);
    }
    if (effects_.relaxation && (model_->config().relaxation || model_->config().retention)) {
        relaxation_ = Matrix<float>(target_s.rows(), target_s.cols());
        for (float& z : relaxation_.flat())
            z = static_cast<float>(relaxing.normal());
    }
}

void ProgrammedArray::write_cell(std::size_t cell, double target_s, RandomStream& random)
{
    double& g = programmed_.flat()[cell];
    PulseProgrammer::Written written{target_s, 1, 0, 1, true};
    if (programmer_) {
        written = programmer_->write(g, target_s, step_.flat()[cell], random);
        programmer_->book(written, cost_);
    } else {
        if (effects_.programming)
            written.conductance_s = model_->programmed(target_s, model_->programming_sigma(target_s), random);
        if (target_s < g)
            std::swap(written.set_pulses, written.reset_pulses);
        cost_.set_pulses += written.set_pulses;
        cost_.reset_pulses += written.reset_pulses;
        ++cost_.cells;
        ++cost_.verify_reads;
        if (const auto& w = model_->config().write) {
            cost_.energy += Energy::from_joules(written.set_pulses ? w->set_energy_j : w->reset_energy_j) +
                            Energy::from_joules(w->verify_energy_j);
            cost_.cell_time_s += (written.set_pulses ? w->set_time_s : w->reset_time_s) + w->verify_time_s;
        }
    }
    g = written.conductance_s;
    std::uint32_t& pulses = pulses_.flat()[cell];
    pulses += static_cast<std::uint32_t>(written.set_pulses + written.reset_pulses);
    if (const auto& w = model_->config().write; effects_.stuck_at && w && w->endurance > 0.0 && pulses > w->endurance)
        faults_.flat()[cell] = Fault::stuck_low;
}

Matrix<double> ProgrammedArray::read(Moment moment) const
{
    Matrix<double> now(programmed_);
    const double drift_log = model_->drift_log(moment), factor = model_->thermal_factor(moment);
    const DeviceModel::Shift shift = model_->relaxation(moment);
    for (std::size_t cell = 0; cell < now.size(); ++cell) {
        double& g = now.flat()[cell];
        if (!mismatch_.empty())
            g *= mismatch_.flat()[cell];
        if (!exponent_.empty())
            g *= std::exp(-static_cast<double>(exponent_.flat()[cell]) * drift_log);
        if (!relaxation_.empty())
            g = std::max(0.0, g + shift.mean_s +
                                  (target_.empty() ? shift.deviation_s
                                                   : std::hypot(shift.deviation_s, grown_sigma(cell, moment))) *
                                      static_cast<double>(relaxation_.flat()[cell]));
        g *= factor;
        if (const Fault fault = faults_.flat()[cell]; fault != Fault::none)
            g = fault == Fault::stuck_low ? model_->min_s() : model_->max_s();
    }
    return now;
}

double ProgrammedArray::grown_sigma(std::size_t cell, Moment moment) const
{
    return model_->retention_sigma(static_cast<double>(target_.flat()[cell]), moment);
}

Matrix<NoiseVariance> ProgrammedArray::noise(const Matrix<double>& now_s, Moment moment, double operation_s) const
{
    Matrix<NoiseVariance> variance(now_s.rows(), now_s.cols());
    if (!effects_.read_noise)
        return variance;
    for (std::size_t cell = 0; cell < now_s.size(); ++cell)
        variance.flat()[cell] = model_->read_noise(now_s.flat()[cell], programmed_.flat()[cell], moment, operation_s);
    return variance;
}

void ProgrammedArray::add_slow_noise(Matrix<double>& now_s, Moment moment, double operation_s, std::uint64_t hold) const
{
    if (!effects_.read_noise || !model_->config().read_noise)
        return;
    RandomStream random(seed_, fmt::format("slow noise of array {}", index_), hold);
    for (std::size_t cell = 0; cell < now_s.size(); ++cell) {
        double& g = now_s.flat()[cell];
        const NoiseVariance variance = model_->read_noise(g, programmed_.flat()[cell], moment, operation_s);
        g = std::max(0.0, g + std::sqrt(variance.slow) * random.normal());
    }
}

std::uint64_t ProgrammedArray::most_pulses() const
{
    return pulses_.empty() ? 0 : *std::ranges::max_element(pulses_.flat());
}

double ProgrammedArray::mean_pulses() const
{
    double sum = 0.0;
    for (const std::uint32_t n : pulses_.flat())
        sum += n;
    return pulses_.empty() ? 0.0 : sum / static_cast<double>(pulses_.size());
}

} // namespace imc::devices
