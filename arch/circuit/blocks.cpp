#include "arch/circuit/blocks.h"

namespace imc::circuit
{

void WordLineDrivers::drive(const Read& read)
{
    const std::int64_t rows = cost_.by_data ? read.active_rows : read.rows * read.arrays;
    if (input_.coding == InputCoding::pulse_count) {
        const std::int64_t pulses = cost_.by_data ? read.value_sum : rows * read.pulses;
        stats_.drives += 2 * pulses + rows * input_.extra_edges; // edges
    } else {
        stats_.drives += rows;
    }
    wake_after(latency());
}

void Crossbar::read(const Read& read)
{
    const std::int64_t conducting = coding_ == InputCoding::amplitude ? read.active_rows : read.value_sum;
    stats_.cell_reads += (cell_.by_data ? conducting : read.rows * read.arrays) * read.columns;
    if (state_.by_data)
        stats_.cell_states += read.level_sum;
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
    wake_after(latency());
}

void Adc::convert(std::int64_t columns)
{
    left_ = columns;
    wake_after(columns > 0 ? latency_ : 0);
}

void Adc::step()
{
    if (left_ > 0) {
        stats_.conversions += 1;
        out_.add();
        left_ -= 1;
    }
    if (left_ > 0)
        wake_after(latency_);
    else
        done();
}

void AdderTree::pass(const Read& read, std::int64_t trees)
{
    stats_.rows += (cost_.by_data ? read.active_rows : read.rows * read.arrays * extension_) * trees;
    stats_.accumulations += trees * read.arrays;
    wake_after(cycle());
}

} // namespace imc::circuit
