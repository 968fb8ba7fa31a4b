#include "arch/circuit/blocks.h"

namespace imc::circuit
{

void WordLineDrivers::drive(const Read& read)
{
    stats_.drives += cost_.by_data ? read.active_rows : read.rows * read.arrays;
    wake_after(latency());
}

void Crossbar::read(const Read& read)
{
    const std::int64_t conducting = pulses_ ? read.value_sum : read.active_rows;
    stats_.cell_reads += (cell_.by_data ? conducting : read.rows * read.arrays) * read.columns;
    if (state_.by_data)
        stats_.cell_states += read.level_sum;
    wake_after(latency(read.pulse));
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
    stats_.rows += read.active_rows * trees;
    stats_.accumulations += trees * read.arrays;
    wake_after(cycle());
}

} // namespace imc::circuit
