#include "arch/circuit/analog_circuit.h"

#include <algorithm>
#include <string>

namespace imc::circuit
{

AnalogCircuit::AnalogCircuit(const sc_core::sc_module_name& name, const MacroConfig& config, const MacroCosts& costs,
                             const Clock& clock)
    : sc_module(name), config_(config), costs_(costs), per_column_(config.family != MacroFamily::analog_current),
      banks_(per_column_ ? 1 : config.sample_hold.banks), agenda_("sequencer", clock),
      drivers_("drivers", costs.driver, config.input), counter_("input_counter"),
      crossbar_("crossbar", costs.array, costs.array_state, config.input),
      sample_hold_("sample_hold", costs.sample_hold), shift_add_("shift_add", costs.shift_add)
{
    require_femtoseconds();
    const int columns = result_columns(config, config.columns - reserved_columns(config));
    const int adcs = per_column_ ? config.arrays * columns : config.adcs;
    for (int i = 0; i < adcs; ++i) {
        adcs_.push_back(
            std::make_unique<Adc>(("adc" + std::to_string(i)).c_str(), costs.adc, costs.adc_step, shift_add_));
        adcs_.back()->done = [this] {
            if (--busy_adcs_ == 0)
                agenda_.at_next_edge([this] { converted(); });
        };
    }
    drivers_.done = [this] { crossbar_.read(reading_); };
    crossbar_.done = [this] {
        if (samples_per_pulse(config_))
            sample_hold_.integrate(reading_);
        if (per_column_ && reading_.wave)
            reading_.wave->held = reading_.wave->currents;
        if (per_column_)
            agenda_.at_next_edge([this] { read_finished(); });
        else
            sample_hold_.sample(reading_);
    };
    sample_hold_.done = [this] { agenda_.at_next_edge([this] { read_finished(); }); };
}

void AnalogCircuit::request(const MvmOperation& operation, Cycle now, Notify notify)
{
    waiting_.push_back({with_known_activity(config_, operation), std::move(notify), now, nullptr});
    agenda_.at_cycle(std::max(now, agenda_.edge()), [this] { start_next(); });
}

/// Starts the next operation if it can run through: arrays idle, a bank free for its first sample, and the
/// converters done with all that is held by the time that sample is taken.
void AnalogCircuit::start_next()
{
    const Cycle now = agenda_.edge();
    if (is_reading_ || !reads_.empty() || waiting_.empty() || waiting_.front().ready > now || held() >= banks_)
        return;
    Cycle converters_free = is_converting_ ? converting_end_ : now;
    for (const Held& h : sampled_)
        converters_free += convert_cycles(h.read);
    std::deque<Read> reads = reads_of(waiting_.front().operation);
    const Cycle earliest = converters_free - read_cycles(reads.front());
    if (earliest > now) {
        agenda_.at_cycle(earliest, [this] { start_next(); });
        return;
    }
    if (waiting_.front().values)
        add_waves(waiting_.front(), reads);
    reads_ = std::move(reads);
    notify_ = std::move(waiting_.front().notify);
    waiting_.pop_front();
    notify_(MacroMoment::started, now);
    next_read();
}

void AnalogCircuit::next_read()
{
    if (is_reading_ || reads_.empty() || held() >= banks_)
        return;
    reading_ = reads_.front();
    reads_.pop_front();
    is_reading_ = true;
    if (counts_inputs(config_))
        counter_.count(reading_);
    drivers_.drive(reading_);
    if (reading_.wave)
        reading_.wave->count();
}

void AnalogCircuit::read_finished()
{
    is_reading_ = false;
    sampled_.push_back({reading_, notify_});
    if (reading_.last)
        notify_(MacroMoment::inputs_free, agenda_.edge());
    convert_next();
    next_read();
    start_next();
}

void AnalogCircuit::convert_next()
{
    if (is_converting_ || sampled_.empty())
        return;
    converting_ = std::move(sampled_.front());
    sampled_.pop_front();
    is_converting_ = true;
    converting_end_ = agenda_.edge() + convert_cycles(converting_.read);
    const std::vector<std::int64_t> columns = columns_of_adcs(converting_.read);
    const Read& read = converting_.read;
    std::vector<std::vector<Adc::Input>> inputs(read.wave ? adcs_.size() : 0);
    for (std::size_t a = 0; read.wave && a < static_cast<std::size_t>(read.arrays); ++a)
        for (std::size_t c = 0; c < static_cast<std::size_t>(read.results); ++c)
            inputs[adc_of(a, c)].emplace_back(a, c);
    busy_adcs_ = static_cast<int>(adcs_.size());
    for (std::size_t i = 0; i < adcs_.size(); ++i)
        if (read.wave)
            adcs_[i]->convert(columns[i], read.steps, read.wave, std::move(inputs[i]),
                              static_cast<std::size_t>(read.results));
        else
            adcs_[i]->convert(columns[i], read.steps);
}

void AnalogCircuit::converted()
{
    is_converting_ = false;
    if (converting_.read.last)
        agenda_.after(shift_add_.latency(), [this, notify = converting_.notify, wave = converting_.read.wave] {
            agenda_.at_next_edge([this, notify, wave] {
                if (wave)
                    wave->operation->finish_analog();
                notify(MacroMoment::result, agenda_.edge());
            });
        });
    convert_next();
    next_read();
    start_next();
}

int AnalogCircuit::held() const { return static_cast<int>(sampled_.size()) + (is_converting_ ? 1 : 0); }

/// One read per slice of the input, phase and group of rows, least significant slice first. What is known of the
/// data only in sum is spread evenly over the reads.
std::deque<Read> AnalogCircuit::reads_of(const MvmOperation& op) const
{
    const int extra = extra_columns(config_);
    const bool two_phases = op.signed_input && config_.input.signed_input == SignedInput::two_phases;
    int bits = op.input_bits;
    if (op.signed_input && config_.input.signed_input != SignedInput::twos_complement && bits > 1)
        bits -= 1;
    const int group = config_.active_rows > 0 ? config_.active_rows : config_.rows;

    // Pairs subtract and groups of columns merge before the converter.
    int results = config_.encoding == Encoding::differential_analog ? op.columns / 2 : op.columns;
    results = (results + config_.merged_columns - 1) / config_.merged_columns + extra;
    const Femtoseconds interval = to_femtoseconds(costs_.pulse.latency_s);

    std::deque<Read> reads;
    for (int bit = 0; bit < bits; bit += config_.input.slice_bits)
        for (int phase = 0; phase < (two_phases ? 2 : 1); ++phase)
            for (int row = 0; row < op.rows; row += group) {
                Read read;
                read.rows = std::min(group, op.rows - row);
                read.arrays = op.arrays;
                read.columns = op.columns + extra;
                read.results = results;
                read.steps = converter_steps(config_, bit);
                read.pulses = (std::int64_t{1} << std::min(config_.input.slice_bits, bits - bit)) - 1;
                reads.push_back(read);
            }
    reads.back().last = true;
    const auto n = static_cast<std::int64_t>(reads.size());
    const auto part = [n](std::int64_t sum, std::int64_t i) { return sum * (i + 1) / n - sum * i / n; };
    for (std::int64_t i = 0; i < n; ++i) {
        Read& read = reads[static_cast<std::size_t>(i)];
        read.active_rows = part(op.activity.row_slices, i);
        read.value_sum = part(op.activity.input_sum, i);
        read.level_sum = part(op.activity.level_sum, i);
        if (config_.input.early_end && !op.activity.longest.empty())
            read.pulses = std::min<std::int64_t>(read.pulses, op.activity.longest.at(static_cast<std::size_t>(i)));
        if (config_.input.coding == InputCoding::pulse_width)
            read.time = (read.pulses + 1) * interval;
        if (config_.input.coding == InputCoding::pulse_count)
            read.time = read.pulses * interval;
    }
    return reads;
}

/// What the sequencer knows of its own hardware, to decide when an operation may start.
Cycle AnalogCircuit::read_cycles(const Read& read) const
{
    Femtoseconds time = drivers_.latency() + crossbar_.latency(read.time);
    if (!per_column_)
        time += sample_hold_.latency();
    return agenda_.cycles(time);
}

Cycle AnalogCircuit::convert_cycles(const Read& read) const
{
    Femtoseconds longest = 0;
    const std::vector<std::int64_t> columns = columns_of_adcs(read);
    for (std::size_t i = 0; i < adcs_.size(); ++i)
        longest = std::max(longest, adcs_[i]->duration(columns[i], read.steps));
    return agenda_.cycles(longest);
}

/// The multiplexers: which converter takes how many columns. Several converters of one array take its columns in
/// turn; arrays that share a converter follow each other.
std::vector<std::int64_t> AnalogCircuit::columns_of_adcs(const Read& read) const
{
    std::vector<std::int64_t> columns(adcs_.size(), 0);
    for (std::int64_t array = 0; array < read.arrays; ++array)
        for (std::int64_t column = 0; column < read.results; ++column)
            columns[adc_of(static_cast<std::size_t>(array), static_cast<std::size_t>(column))] += 1;
    return columns;
}

std::size_t AnalogCircuit::adc_of(std::size_t array, std::size_t column) const
{
    const std::size_t per_array = adcs_.size() / static_cast<std::size_t>(config_.arrays);
    return per_array > 0 ? array * per_array + column % per_array : array % adcs_.size();
}

std::vector<MacroEvent> AnalogCircuit::counts() const
{
    const MacroEventTypes types = event_types(costs_);
    std::vector<MacroEvent> events;
    events.push_back({types.drive, drivers_.stats().drives});
    if (costs_.line_start.energy_j > 0.0)
        events.push_back({types.line_start, drivers_.stats().starts});
    events.push_back({types.cell_read, crossbar_.stats().cell_reads});
    if (costs_.array_state.by_data)
        events.push_back({types.cell_state, crossbar_.stats().cell_states});
    if (!per_column_ || samples_per_pulse(config_))
        events.push_back({types.sample, sample_hold_.stats().samples});
    std::int64_t conversions = 0, steps = 0;
    for (const auto& adc : adcs_) {
        conversions += adc->stats().conversions;
        steps += adc->stats().steps;
    }
    events.push_back({types.conversion, conversions});
    if (config_.adc.bits_left)
        events.push_back({types.step, steps});
    events.push_back({types.add, shift_add_.stats().additions});
    if (counts_inputs(config_))
        events.push_back({types.count, counter_.stats().counted});
    return events;
}

} // namespace imc::circuit
