#include "arch/circuit/blocks.h"

namespace imc::circuit
{

namespace
{

std::int64_t bits_of(const Read& read)
{
    std::int64_t bits = 0;
    while (read.pulses >> bits != 0)
        ++bits;
    return bits;
}

} // namespace

void WordLineDrivers::drive(const Read& read)
{
    const std::int64_t rows = cost_.by_data ? read.active_rows : read.rows * read.arrays;
    if (input_.coding == InputCoding::pulse_count) {
        const std::int64_t cycles = input_.per_bit ? bits_of(read) : read.pulses;
        const std::int64_t pulses = cost_.by_data ? read.value_sum : rows * cycles;
        stats_.drives += 2 * pulses + rows * input_.extra_edges; // edges
    } else {
        stats_.drives += rows;
    }
    stats_.starts += read.rows * read.arrays;
    if (read.wave)
        read.wave->drive();
    wake_after(latency());
}

void Crossbar::read(const Read& read)
{
    const std::int64_t conducting = coding_ == InputCoding::amplitude ? read.active_rows : read.value_sum;
    const std::int64_t times = per_bit_ ? bits_of(read) : 1;
    stats_.cell_reads += (cell_.by_data ? conducting : read.rows * read.arrays * times) * read.columns;
    if (state_.by_data)
        stats_.cell_states += read.level_sum;
    if (read.wave && read.wave->operation->arrays)
        read.wave->conduct();
    wake_after(latency(read.time));
}

Femtoseconds Crossbar::latency(Femtoseconds pulses) const
{
    const Femtoseconds settling = to_femtoseconds(cell_.latency_s);
    switch (coding_) {
    case InputCoding::amplitude:
        return settling;
    case InputCoding::pulse_width:
        return pulses; // integrates from the first edge on
    case InputCoding::pulse_count:
        return pulses + settling;
    }
    return settling;
}

void SampleHold::sample(const Read& read)
{
    stats_.samples += read.results * read.arrays;
    if (read.wave)
        read.wave->held = read.wave->currents;
    wake_after(latency());
}

void ShiftAdd::add(Wave* wave, std::size_t array, std::size_t column, std::size_t columns)
{
    stats_.additions += 1;
    if (wave)
        wave->convert(array, column, columns);
}

void Adc::convert(std::int64_t columns, int steps, std::shared_ptr<Wave> wave, std::vector<Input> inputs,
                  std::size_t of_array)
{
    left_ = columns;
    steps_ = steps;
    wave_ = std::move(wave);
    inputs_ = std::move(inputs);
    of_array_ = of_array;
    wake_after(columns > 0 ? one(steps_) : 0);
}

void Adc::step()
{
    if (left_ > 0) {
        stats_.conversions += 1;
        stats_.steps += steps_;
        const Input input = wave_ ? inputs_[inputs_.size() - static_cast<std::size_t>(left_)] : Input{};
        out_.add(wave_.get(), input.first, input.second, of_array_);
        left_ -= 1;
    }
    if (left_ > 0)
        wake_after(one(steps_));
    else
        done();
}

void AdderTree::pass(const Read& read, std::int64_t trees)
{
    stats_.rows += (cost_.by_data ? read.active_rows : read.rows * read.arrays * extension_) * trees;
    stats_.accumulations += trees * read.arrays;
    if (read.wave)
        read.wave->add_up();
    wake_after(cycle());
}

} // namespace imc::circuit
