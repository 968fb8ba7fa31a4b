#include "sim/base/trace.h"

#include <utility>

namespace imc::trace
{

std::string Directory::layer(LayerId id) const
{
    if (!id.valid())
        return "";
    if (id.value() < layers.size() && !layers[id].empty())
        return layers[id];
    return std::to_string(id.value());
}

TrackId Trace::track(const std::string& path)
{
    const auto [entry, is_new] = track_ids_.try_emplace(path);
    if (is_new)
        entry->second = directory_.tracks.push_back(path);
    return entry->second;
}

NameId Trace::name(const std::string& text)
{
    const auto [entry, is_new] = name_ids_.try_emplace(text);
    if (is_new)
        entry->second = directory_.names.push_back(text);
    return entry->second;
}

void Trace::layer(LayerId id, std::string name)
{
    if (id.value() >= directory_.layers.size())
        directory_.layers.resize(id.value() + 1);
    directory_.layers[id] = std::move(name);
}

} // namespace imc::trace
