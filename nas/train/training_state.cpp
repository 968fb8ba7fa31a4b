#include "nas/train/training_state.h"

#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::training
{

namespace
{

using nlohmann::json;
using Tensors = std::map<std::string, at::Tensor>;

constexpr const char* schema_name = "imcsim.checkpoint/1";

/// The maps of tensors, in the order in which their numbers follow the header.
template <class State, class F> void each_map(State& s, F f)
{
    f("weights", s.parameters.weights);
    f("steps", s.parameters.ranges);
    f("running", s.parameters.running);
    f("best_weights", s.best_parameters.weights);
    f("best_steps", s.best_parameters.ranges);
    f("best_running", s.best_parameters.running);
    f("moments", s.moments);
    f("ranges", s.ranges);
}

json number(double v) { return std::isfinite(v) ? json(v) : json(nullptr); }
double number(const json& v) { return v.is_null() ? std::nan("") : v.get<double>(); }

json header_of(const TrainingState& s, const std::string& identity)
{
    json header = {{"schema", schema_name},   {"identity", identity},       {"stage", s.stage},
                   {"epoch", s.epoch},        {"position", s.position},     {"step", s.step},
                   {"loss", number(s.loss)},  {"best", number(s.best)},     {"best_epoch", s.best_epoch},
                   {"cpu_s", s.cpu_s},        {"stage_step", s.stage_step}, {"started", s.started},
                   {"history", json::array()}};
    for (const EpochRecord& r : s.history)
        header["history"].push_back({r.stage, r.epoch, number(r.loss), number(r.validation)});
    each_map(s, [&](const char* key, const Tensors& tensors) {
        json list = json::array();
        for (const auto& [name, t] : tensors)
            list.push_back({name, t.sizes().vec(), t.requires_grad()});
        header["tensors"][key] = std::move(list);
    });
    return header;
}

void read_header(TrainingState& s, const json& h)
{
    s.stage = h.at("stage");
    s.epoch = h.at("epoch");
    s.position = h.at("position");
    s.step = h.at("step");
    s.stage_step = h.at("stage_step");
    s.loss = number(h.at("loss"));
    s.best = number(h.at("best"));
    s.best_epoch = h.at("best_epoch");
    s.cpu_s = h.at("cpu_s");
    s.started = h.at("started");
    for (const json& r : h.at("history"))
        s.history.push_back({r.at(0), r.at(1), number(r.at(2)), number(r.at(3))});
}

} // namespace

void write_checkpoint(const std::filesystem::path& file, const TrainingState& state, const std::string& identity)
{
    AtomicFile out(file);
    out.write(header_of(state, identity).dump() + "\n");
    each_map(state, [&](const char*, const Tensors& tensors) {
        for (const auto& [name, t] : tensors) {
            const at::Tensor plain = t.detach().contiguous();
            out.write({reinterpret_cast<const char*>(plain.data_ptr<float>()),
                       static_cast<std::size_t>(plain.numel()) * sizeof(float)});
        }
    });
    out.commit();
}

TrainingState read_checkpoint(const std::filesystem::path& file, const std::string& identity)
{
    const std::string content = read_file(file);
    const std::size_t line = content.find('\n');
    const json header = json::parse(content.begin(),
                                    content.begin() + static_cast<std::ptrdiff_t>(line == std::string::npos ? 0 : line),
                                    nullptr, false);
    if (!header.is_object() || header.value("schema", "") != schema_name)
        throw ConfigError(file.string(), "is no checkpoint of a training");
    if (header.value("identity", "") != identity)
        throw ConfigError(file.string(), "belongs to a training with other settings; change them back, or train "
                                         "without --resume into another directory");
    TrainingState s;
    std::size_t at = line + 1;
    try {
        read_header(s, header);
        each_map(s, [&](const char* key, Tensors& tensors) {
            for (const json& entry : header.at("tensors").at(key)) {
                at::Tensor t = at::empty(entry.at(1).get<std::vector<std::int64_t>>(), at::kFloat);
                const std::size_t bytes = static_cast<std::size_t>(t.numel()) * sizeof(float);
                if (bytes > content.size() - at)
                    throw ConfigError(file.string(), "is cut off");
                std::memcpy(t.data_ptr<float>(), content.data() + at, bytes);
                at += bytes;
                tensors.emplace(entry.at(0).get<std::string>(), t.set_requires_grad(entry.at(2).get<bool>()));
            }
        });
    } catch (const json::exception& e) {
        throw ConfigError(file.string(), fmt::format("is no checkpoint of a training: {}", e.what()));
    }
    return s;
}

} // namespace imc::training
