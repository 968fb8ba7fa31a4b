#include "sim/cli/json_diff.h"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imc::cli
{

namespace
{

using Json = nlohmann::ordered_json;

void compare(const std::string& path, const Json* before, const Json* now, std::vector<Difference>& found)
{
    if (before && now && before->is_object() && now->is_object()) {
        const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
        for (const auto& [key, value] : before->items()) {
            const auto it = now->find(key);
            compare(below(key), &value, it == now->end() ? nullptr : &*it, found);
        }
        for (const auto& [key, value] : now->items())
            if (!before->contains(key))
                compare(below(key), nullptr, &value, found);
    } else if (before && now && before->is_array() && now->is_array()) {
        for (std::size_t i = 0; i < std::max(before->size(), now->size()); ++i)
            compare(fmt::format("{}[{}]", path, i), i < before->size() ? &(*before)[i] : nullptr,
                    i < now->size() ? &(*now)[i] : nullptr, found);
    } else {
        const std::string old_text = before ? before->dump() : "", new_text = now ? now->dump() : "";
        if (old_text != new_text)
            found.push_back({path, old_text, new_text});
    }
}

} // namespace

std::vector<Difference> differences(const Json& before, const Json& now)
{
    std::vector<Difference> found;
    compare("", &before, &now, found);
    return found;
}

const Json* at_path(const Json& root, const std::string& path)
{
    const Json* node = &root;
    std::size_t at = 0;
    while (node && at < path.size()) {
        if (path[at] == '[') {
            std::size_t index = 0;
            const auto [end, error] = std::from_chars(path.data() + at + 1, path.data() + path.size(), index);
            if (error != std::errc() || *end != ']' || !node->is_array() || index >= node->size())
                return nullptr;
            node = &(*node)[index];
            at = static_cast<std::size_t>(end - path.data()) + 1;
        } else {
            at += path[at] == '.' ? 1 : 0;
            const std::size_t end = std::min(path.find_first_of(".[", at), path.size());
            const auto it = node->is_object() ? node->find(path.substr(at, end - at)) : node->end();
            if (it == node->end())
                return nullptr;
            node = &*it;
            at = end;
        }
    }
    return node;
}

} // namespace imc::cli
