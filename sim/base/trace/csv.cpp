#include <array>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "sim/base/files.h"
#include "sim/base/trace/bins.h"
#include "sim/base/trace/writers.h"

namespace imc::trace
{

namespace
{

/// A CSV field as RFC 4180 has it.
std::string field(const std::string& text)
{
    if (text.find_first_of(",\"\n\r") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text) {
        quoted += c;
        if (c == '"')
            quoted += c;
    }
    return quoted + '"';
}

class EnergyCsv final : public Writer
{
public:
    EnergyCsv(const std::filesystem::path& file, Femtoseconds bin) : file_(file), width_(bin)
    {
        file_.write("start_fs,end_fs,component,category,phase,event,layer,count,energy_j\n");
    }

    void booking(const Directory& names, const Booking& b) override
    {
        // A booking over very many bins (idle leakage of a long programming phase) stays one row.
        if ((b.end - b.start) / width_ > longest_division) {
            row(names, b.start, b.end, {0, b.component, b.category, b.phase, b.event, b.layer}, {b.count, b.energy});
            return;
        }
        divide(b.start, b.end, b.count, b.energy, width_, [&](const Share& share) {
            Sum& sum = sums_[{share.bin, b.component, b.category, b.phase, b.event, b.layer}];
            sum.count += share.count;
            sum.energy += share.energy;
        });
        if (sums_.size() >= most_sums)
            flush(names);
    }

    void finish(const Directory& names, Femtoseconds) override
    {
        flush(names);
        file_.commit();
    }

private:
    static constexpr std::int64_t longest_division = 10000;
    static constexpr std::size_t most_sums = 1 << 16;

    using Key = std::tuple<std::int64_t, Component, Category, Phase, NameId, LayerId>;
    struct Sum {
        std::int64_t count = 0;
        Energy energy;
    };

    void flush(const Directory& names)
    {
        for (const auto& [key, sum] : sums_) {
            const std::int64_t bin = std::get<0>(key);
            if (sum.count != 0 || sum.energy != Energy())
                row(names, bin * width_, (bin + 1) * width_, key, sum);
        }
        sums_.clear();
    }

    void row(const Directory& names, Femtoseconds start, Femtoseconds end, const Key& key, const Sum& sum)
    {
        const auto& [bin, component, category, phase, event, layer] = key;
        file_.write(fmt::format("{},{},{},{},{},{},{},{},{}\n", start, end, name_of(component), name_of(category),
                                name_of(phase), event.valid() ? field(names.names[event]) : "",
                                field(names.layer(layer)), sum.count, exact_joules(sum.energy)));
    }

    AtomicFile file_;
    Femtoseconds width_;
    std::map<Key, Sum> sums_;
};

class SpanCsv final : public Writer
{
public:
    explicit SpanCsv(const std::filesystem::path& file) : file_(file)
    {
        file_.write("track,to,name,layer,start_fs,end_fs,arrival_start_fs,arrival_end_fs\n");
    }
    void span(const Directory& names, const Span& s) override
    {
        file_.write(fmt::format("{},,{},{},{},{},,\n", field(names.tracks[s.track]), field(names.names[s.name]),
                                field(names.layer(s.layer)), s.start, s.end));
    }
    void transfer(const Directory& names, const Transfer& t) override
    {
        file_.write(fmt::format("{},{},{},{},{},{},{},{}\n", field(names.tracks[t.from]), field(names.tracks[t.to]),
                                field(names.names[t.name]), field(names.layer(t.layer)), t.sent_start, t.sent_end,
                                t.received_start, t.received_end));
    }
    void finish(const Directory&, Femtoseconds) override { file_.commit(); }

private:
    AtomicFile file_;
};

} // namespace

std::string exact_joules(Energy energy)
{
    constexpr Energy::Wide per_joule = static_cast<Energy::Wide>(1'000'000'000'000) * 1'000'000'000;
    Energy::Wide quanta = energy.quanta();
    const bool negative = quanta < 0;
    if (negative)
        quanta = -quanta;
    std::string digits(21, '0');
    Energy::Wide rest = quanta % per_joule;
    for (std::size_t i = digits.size(); i-- > 0; rest /= 10)
        digits[i] = static_cast<char>('0' + static_cast<int>(rest % 10));
    return fmt::format("{}{}.{}", negative ? "-" : "", static_cast<std::int64_t>(quanta / per_joule), digits);
}

std::unique_ptr<Writer> make_energy_csv_writer(const std::filesystem::path& file, Femtoseconds bin)
{
    return std::make_unique<EnergyCsv>(file, bin);
}

std::unique_ptr<Writer> make_span_csv_writer(const std::filesystem::path& file)
{
    return std::make_unique<SpanCsv>(file);
}

} // namespace imc::trace
