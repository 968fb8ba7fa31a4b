#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "sim/base/files.h"
#include "sim/base/trace/writers.h"

namespace imc::trace
{

namespace
{

/// A text as a JSON string. Bytes above 127 are passed on as they are (UTF-8).
std::string json_string(std::string_view text)
{
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        if (static_cast<unsigned char>(c) < 0x20)
            quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            quoted += c;
    }
    return quoted + '"';
}

constexpr Femtoseconds per_nanosecond = 1'000'000;

/// Whole nanoseconds as the microseconds with three decimals that the format has.
std::string microseconds(std::int64_t nanoseconds)
{
    return fmt::format("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000);
}

class Perfetto final : public Writer
{
public:
    explicit Perfetto(const std::filesystem::path& file) : file_(file)
    {
        file_.write("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
    }

    void span(const Directory& names, const Span& s) override
    {
        slice(names, s.track, s.name, s.layer, s.start, s.end, s.arguments);
    }

    void transfer(const Directory& names, const Transfer& t) override
    {
        const Lane from = slice(names, t.from, t.name, t.layer, t.sent_start, t.sent_end, t.arguments);
        const Lane to = slice(names, t.to, t.name, t.layer, t.received_start, t.received_end, t.arguments);
        ++flows_;
        arrow("s", from, t.sent_start);
        arrow("f\",\"bp\":\"e", to, t.received_start);
    }

    void counter(const Directory& names, const Counter& c) override
    {
        const Track& track = of(names, c.track);
        event(fmt::format(
            R"("ph":"C","pid":{},"ts":{},"name":{},"args":{{"value":{}}})", track.process,
            microseconds(c.time / per_nanosecond),
            json_string(track.title.empty() ? names.names[c.name] : track.title + " " + names.names[c.name]), c.value));
    }

    void finish(const Directory&, Femtoseconds) override
    {
        file_.write("\n]}\n");
        file_.commit();
    }

private:
    /// A track is drawn as one thread, or more where its spans overlap: the format nests spans of one thread.
    struct Track {
        std::size_t process = 0;
        std::string title;
        std::vector<std::size_t> threads;
        std::vector<std::int64_t> busy_until;
    };
    struct Lane {
        std::size_t process;
        std::size_t thread;
    };

    Track& of(const Directory& names, TrackId id)
    {
        if (id.value() >= tracks_.size())
            tracks_.resize(id.value() + 1);
        Track& track = tracks_[id];
        if (track.process == 0) {
            // The chip's tiles are processes, what is in them threads.
            const std::string& path = names.tracks[id];
            const std::size_t first = path.find('.'), second = path.find('.', first + 1);
            const std::size_t dot = first == std::string::npos || second == std::string::npos ? first : second;
            const std::string top = path.substr(0, dot);
            const auto [entry, is_new] = processes_.try_emplace(top, processes_.size() + 1);
            track.process = entry->second;
            track.title = dot == std::string::npos ? "" : path.substr(dot + 1);
            if (is_new)
                event(fmt::format(R"("ph":"M","pid":{},"name":"process_name","args":{{"name":{}}})", track.process,
                                  json_string(top)));
        }
        return track;
    }

    Lane slice(const Directory& names, TrackId id, NameId name, LayerId layer, Femtoseconds start, Femtoseconds end,
               std::span<const Argument> arguments)
    {
        const std::int64_t from = start / per_nanosecond, to = end / per_nanosecond;
        Track& track = of(names, id);
        const auto free = std::ranges::find_if(track.busy_until, [&](std::int64_t until) { return until <= from; });
        const auto lane = static_cast<std::size_t>(free - track.busy_until.begin());
        if (lane == track.busy_until.size()) {
            track.busy_until.push_back(0);
            track.threads.push_back(++threads_);
            const std::string title = track.title.empty() ? names.tracks[id] : track.title;
            event(fmt::format(R"("ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}})", track.process,
                              threads_, json_string(lane == 0 ? title : fmt::format("{} ({})", title, lane + 1))));
        }
        track.busy_until[lane] = to;
        std::string shown;
        if (layer.valid())
            shown = "\"layer\":" + json_string(names.layer(layer));
        for (const Argument& a : arguments)
            shown += fmt::format("{}{}:{}", shown.empty() ? "" : ",", json_string(names.names[a.name]), a.value);
        event(fmt::format(R"("ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"name":{},"args":{{{}}})", track.process,
                          track.threads[lane], microseconds(from), microseconds(to - from),
                          json_string(names.names[name]), shown));
        return {track.process, track.threads[lane]};
    }

    void arrow(const char* phase, Lane lane, Femtoseconds time)
    {
        event(fmt::format(R"("ph":"{}","id":{},"cat":"transfer","name":"transfer","pid":{},"tid":{},"ts":{})", phase,
                          flows_, lane.process, lane.thread, microseconds(time / per_nanosecond)));
    }

    void event(const std::string& members)
    {
        file_.write(first_ ? "\n{" : ",\n{");
        file_.write(members);
        file_.write("}");
        first_ = false;
    }

    AtomicFile file_;
    bool first_ = true;
    IdVector<TrackId, Track> tracks_;
    std::map<std::string, std::size_t> processes_;
    std::size_t threads_ = 0;
    std::size_t flows_ = 0;
};

} // namespace

std::unique_ptr<Writer> make_perfetto_writer(const std::filesystem::path& file)
{
    return std::make_unique<Perfetto>(file);
}

} // namespace imc::trace
