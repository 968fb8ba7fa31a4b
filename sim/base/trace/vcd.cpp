#include <map>
#include <optional>

#include <fmt/format.h>

#include "sim/base/files.h"
#include "sim/base/trace/spill.h"
#include "sim/base/trace/writers.h"

namespace imc::trace
{

namespace
{

/// The module hierarchy, from the paths of the tracks.
struct Scope {
    std::map<std::string, Scope> children;
    std::optional<TrackId> track;
};

/// The n-th short name of a variable: printable ASCII, base 94.
std::string code(std::size_t n)
{
    std::string text;
    do {
        text += static_cast<char>('!' + n % 94);
        n /= 94;
    } while (n > 0);
    return text;
}

std::string busy_code(TrackId track) { return code(2 * std::size_t{track.value()}); }
std::string layer_code(TrackId track) { return code(2 * std::size_t{track.value()} + 1); }

std::string binary(std::uint32_t value)
{
    std::string digits;
    do {
        digits.insert(digits.begin(), static_cast<char>('0' + (value & 1)));
        value >>= 1;
    } while (value != 0);
    return digits;
}

class Vcd final : public Writer
{
public:
    explicit Vcd(const std::filesystem::path& file) : file_(file) {}

    void span(const Directory&, const Span& s) override { add(s.track, s.layer, s.start, s.end); }
    void transfer(const Directory&, const Transfer& t) override
    {
        add(t.from, t.layer, t.sent_start, t.sent_end);
        add(t.to, t.layer, t.received_start, t.received_end);
    }

    void finish(const Directory& names, Femtoseconds end) override
    {
        header(names);
        // The header gives every signal its value before time 0; from then on only changes are written.
        IdVector<TrackId, Signal> signals(names.tracks.size());
        std::vector<TrackId> touched;
        Femtoseconds now = 0;
        const auto write_changes = [&] {
            bool stamped = false;
            for (const TrackId track : touched) {
                Signal& signal = signals[track];
                signal.touched = false;
                const LayerId layer = signal.busy > 0 ? signal.layer : LayerId();
                if (signal.busy == signal.shown_busy && layer == signal.shown_layer)
                    continue;
                if (!stamped)
                    file_.write(fmt::format("#{}\n", now));
                stamped = true;
                if (signal.busy != signal.shown_busy)
                    file_.write(fmt::format("b{} {}\n", binary(signal.busy), busy_code(track)));
                if (layer != signal.shown_layer)
                    file_.write(
                        fmt::format("b{} {}\n", layer.valid() ? binary(layer.value()) : "x", layer_code(track)));
                signal.shown_busy = signal.busy;
                signal.shown_layer = layer;
            }
            touched.clear();
        };
        changes_.for_each([&](const Change& change) {
            if (change.time != now)
                write_changes();
            now = change.time;
            const TrackId track(change.track);
            Signal& signal = signals[track];
            if (!signal.touched)
                touched.push_back(track);
            signal.touched = true;
            if (change.starts) {
                ++signal.busy;
                signal.layer = change.layer;
            } else {
                --signal.busy;
            }
        });
        write_changes();
        if (end > now)
            file_.write(fmt::format("#{}\n", end));
        file_.commit();
    }

private:
    struct Change {
        Femtoseconds time;
        std::uint32_t track;
        LayerId layer;
        bool starts;

        bool operator<(const Change& other) const
        {
            return std::tie(time, track, starts, layer) < std::tie(other.time, other.track, other.starts, other.layer);
        }
    };
    struct Signal {
        std::uint32_t busy = 0;
        LayerId layer;
        std::uint32_t shown_busy = 0;
        LayerId shown_layer;
        bool touched = false;
    };

    void add(TrackId track, LayerId layer, Femtoseconds start, Femtoseconds end)
    {
        if (end <= start)
            return;
        changes_.add({start, track.value(), layer, true});
        changes_.add({end, track.value(), layer, false});
    }

    void header(const Directory& names)
    {
        Scope root;
        for (std::size_t i = 0; i < names.tracks.size(); ++i) {
            Scope* scope = &root;
            const std::string& path = names.tracks[TrackId(i)];
            for (std::size_t at = 0; at <= path.size();) {
                const std::size_t dot = std::min(path.find('.', at), path.size());
                scope = &scope->children[path.substr(at, dot - at)];
                at = dot + 1;
            }
            scope->track = TrackId(i);
        }
        file_.write("$comment busy: operations under way. layer: number of the layer");
        for (std::size_t i = 0; i < names.layers.size(); ++i)
            file_.write(fmt::format("\n  layer {} = {}", i, word(names.layer(LayerId(i)))));
        file_.write(" $end\n$timescale 1 fs $end\n");
        for (const auto& [name, scope] : root.children)
            declare(name, scope);
        file_.write("$enddefinitions $end\n$dumpvars\n");
        for (std::size_t i = 0; i < names.tracks.size(); ++i)
            file_.write(fmt::format("b0 {}\nbx {}\n", busy_code(TrackId(i)), layer_code(TrackId(i))));
        file_.write("$end\n");
    }

    /// Words of the format end at white space, and those that begin with a dollar sign are its own.
    static std::string word(std::string name)
    {
        for (char& c : name)
            if (c == '$' || static_cast<unsigned char>(c) <= ' ')
                c = '_';
        return name;
    }

    void declare(const std::string& name, const Scope& scope)
    {
        file_.write(fmt::format("$scope module {} $end\n", word(name)));
        if (scope.track)
            file_.write(fmt::format("$var wire 16 {} busy $end\n$var wire 32 {} layer $end\n", busy_code(*scope.track),
                                    layer_code(*scope.track)));
        for (const auto& [child_name, child] : scope.children)
            declare(child_name, child);
        file_.write("$upscope $end\n");
    }

    AtomicFile file_;
    Spill<Change> changes_;
};

} // namespace

std::unique_ptr<Writer> make_vcd_writer(const std::filesystem::path& file) { return std::make_unique<Vcd>(file); }

} // namespace imc::trace
