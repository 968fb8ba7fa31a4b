#include "sim/values/snr.h"

#include <cmath>
#include <limits>

namespace imc::values
{

using devices::EffectSet;

namespace
{

class Measurement
{
public:
    Measurement(const ArrayMaker& make, const ArraySpec& spec, const Matrix<std::int32_t>& inputs,
                const Matrix<std::int32_t>& calibration)
        : make_(make), spec_(spec), inputs_(inputs), calibration_(calibration)
    {
        ArraySpec ideal(spec);
        ideal.adc = {};
        ideal.adc.range = AdcRange::ideal;
        exact_ = make(ideal, nullptr).run(inputs);
        for (const double y : exact_.flat())
            signal_ += y * y / static_cast<double>(exact_.size());
    }

    double signal() const { return signal_; }

    double error(const ConverterSpec& adc, const Physics* physics, double* clipped = nullptr) const
    {
        ArraySpec spec(spec_);
        spec.adc = adc;
        Contraction contraction = make_(spec, physics);
        if (physics && physics->effects.read_noise)
            contraction.begin_hold(0);
        if (adc.range == AdcRange::percentile)
            contraction.calibrate(calibration_);
        const Matrix<double> y = contraction.run(inputs_);
        double sum = 0.0;
        for (std::size_t n = 0; n < y.size(); ++n)
            sum += (y.flat()[n] - exact_.flat()[n]) * (y.flat()[n] - exact_.flat()[n]);
        if (clipped)
            *clipped = contraction.clipped_share(inputs_);
        return sum / static_cast<double>(y.size());
    }

private:
    const ArrayMaker& make_;
    const ArraySpec& spec_;
    const Matrix<std::int32_t>&inputs_, &calibration_;
    Matrix<double> exact_;
    double signal_ = 0.0;
};

ConverterSpec ideal_converter()
{
    ConverterSpec adc;
    adc.range = AdcRange::ideal;
    return adc;
}

} // namespace

double ErrorPowers::snr_db(double error) const
{
    return error > 0.0 ? 10.0 * std::log10(signal / error) : std::numeric_limits<double>::infinity();
}

double ErrorPowers::snr_db() const { return snr_db(total); }

void ErrorPowers::add(const ErrorPowers& o, double weight)
{
    for (const auto member :
         {&ErrorPowers::signal, &ErrorPowers::total, &ErrorPowers::quantisation, &ErrorPowers::clipping,
          &ErrorPowers::converter, &ErrorPowers::programming, &ErrorPowers::drift, &ErrorPowers::read,
          &ErrorPowers::wires, &ErrorPowers::clipped_share})
        this->*member += weight * (o.*member);
}

void ErrorPowers::scale(double factor)
{
    const ErrorPowers copy(*this);
    *this = {};
    add(copy, factor);
}

ErrorPowers measure_errors(const ArraySpec& spec, const Matrix<std::int32_t>& weights, const Physics* physics,
                           const Matrix<std::int32_t>& inputs, const Matrix<std::int32_t>& calibration)
{
    return measure_errors([&](const ArraySpec& s, const Physics* p) { return Contraction(s, weights, p); }, spec,
                          physics, inputs, calibration);
}

ErrorPowers measure_errors(const ArrayMaker& make, const ArraySpec& spec, const Physics* physics,
                           const Matrix<std::int32_t>& inputs, const Matrix<std::int32_t>& calibration)
{
    const Measurement measurement(make, spec, inputs, calibration);
    ErrorPowers powers;
    powers.signal = measurement.signal();
    powers.total = measurement.error(spec.adc, physics, &powers.clipped_share);

    ConverterSpec plain(spec.adc);
    plain.offset_lsb = plain.gain_error = plain.inl_lsb = plain.dnl_lsb = plain.enob = 0.0;
    ConverterSpec steps(plain), limits(plain), flaws(spec.adc);
    steps.clips = false;
    limits.rounds = false;
    flaws.rounds = flaws.clips = false;
    powers.quantisation = measurement.error(steps, nullptr);
    powers.clipping = measurement.error(limits, nullptr);
    if (!physics) {
        powers.converter = measurement.error(flaws, nullptr);
        return powers;
    }
    const ConverterSpec ideal = ideal_converter();
    const devices::DeviceConfig& device = physics->device->config();
    const auto alone = [&](auto change, bool wires, const ConverterSpec& adc) {
        Physics p(*physics);
        const EffectSet asked = physics->effects;
        p.effects = EffectSet::none();
        change(p.effects, asked);
        if (!wires)
            p.wires.reset();
        return measurement.error(adc, &p);
    };
    powers.converter = alone([](EffectSet& e, const EffectSet& a) { e.columns = a.columns; }, false, flaws);
    powers.programming = alone(
        [](EffectSet& e, const EffectSet& a) {
            e.programming = a.programming;
            e.mismatch = a.mismatch;
            e.stuck_at = a.stuck_at;
        },
        false, ideal);
    // What the device does not have would show the rounding to the conductance grid.
    if (device.drift || device.relaxation || device.retention)
        powers.drift = alone(
            [](EffectSet& e, const EffectSet& a) {
                e.drift = a.drift;
                e.relaxation = a.relaxation;
            },
            false, ideal);
    if (device.read_noise || device.mismatch)
        powers.read = alone([](EffectSet& e, const EffectSet& a) { e.read_noise = a.read_noise; }, false, ideal);
    if (physics->wires)
        powers.wires = alone([](EffectSet&, const EffectSet&) {}, true, ideal);
    return powers;
}

} // namespace imc::values
