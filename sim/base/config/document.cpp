#include "sim/base/config/document.h"

#include <algorithm>
#include <cctype>
#include <variant>

#include <fmt/format.h>

#include "sim/base/config/document_state.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::config
{

namespace
{

constexpr std::size_t max_json_bytes = std::size_t{1} << 30;
constexpr int max_nested_files = 16;

using Step = std::variant<std::string, std::size_t>;

/// "chip.tiles[0].core" -> chip, tiles, 0, core.
std::vector<Step> parse_path(std::string_view path, const std::string& place)
{
    const auto fail = [&] { return ConfigError(place, "expected PATH=VALUE with a path like chip.tiles[0].count"); };
    std::vector<Step> steps;
    std::size_t i = 0;
    while (i < path.size()) {
        if (path[i] == '[') {
            std::size_t index = 0, digits = 0;
            for (++i; i < path.size() && std::isdigit(static_cast<unsigned char>(path[i])); ++i, ++digits)
                index = index * 10 + static_cast<std::size_t>(path[i] - '0');
            if (digits == 0 || digits > 9 || i >= path.size() || path[i] != ']')
                throw fail();
            ++i;
            steps.emplace_back(index);
        } else {
            if (path[i] == '.' && !steps.empty())
                ++i;
            const std::size_t start = i;
            while (i < path.size() && path[i] != '.' && path[i] != '[')
                ++i;
            if (i == start)
                throw fail();
            steps.emplace_back(std::string(path.substr(start, i - start)));
        }
    }
    if (steps.empty())
        throw fail();
    return steps;
}

} // namespace

const Origin& Document::State::origin_of(const std::string& path) const
{
    std::string part = path;
    for (;;) {
        if (const auto it = origins.find(part); it != origins.end())
            return it->second;
        if (part.empty())
            throw std::logic_error("document has no root origin");
        const std::size_t cut = part.find_last_of(".[");
        part.resize(cut == std::string::npos ? 0 : cut);
    }
}

void Document::State::load_in_place(nlohmann::json& node, const std::string& path)
{
    if (!node.is_string())
        return;
    const Origin& origin = origin_of(path);
    const std::filesystem::path name = origin.directory / node.get<std::string>();
    // Files inside files end somewhere, unless one names itself.
    const auto around =
        std::count_if(origins.begin(), origins.end(), [&](const auto& o) { return path.starts_with(o.first); });
    if (around > max_nested_files)
        throw ConfigError(fmt::format("{}: {}", origin.name, path),
                          fmt::format("names {}, more than {} files deep: do they name each other?", name.string(),
                                      max_nested_files));
    std::string content;
    try {
        content = read_file(name, max_json_bytes);
    } catch (const ConfigError& e) {
        throw ConfigError(fmt::format("{}: {}", origin.name, path),
                          fmt::format("names a file that fails: {}", e.what()));
    }
    node = parse_json(content, name.string());
    origins[path] = {name.string(), name.parent_path()};
}

Document::Document() : state_(std::make_unique<State>()) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::Document(const Document& other) : state_(std::make_unique<State>(*other.state_)) {}
Document& Document::operator=(const Document& other)
{
    *state_ = *other.state_;
    return *this;
}
Document::~Document() = default;

Document Document::load(const std::filesystem::path& file)
{
    Document d;
    d.state_->file = file;
    d.state_->root = parse_json(read_file(file, max_json_bytes), file.string());
    d.state_->origins[""] = {file.string(), file.parent_path()};
    return d;
}

Document Document::parse(std::string_view text, const std::filesystem::path& name)
{
    Document d;
    d.state_->file = name;
    d.state_->root = parse_json(text, name.string());
    d.state_->origins[""] = {name.string(), name.parent_path()};
    return d;
}

void Document::set(std::string_view assignment)
{
    assign(assignment, fmt::format("--set {}", assignment), {"--set", std::filesystem::path()});
}

void Document::set(std::string_view assignment, const std::string& place)
{
    assign(assignment, place, {place, state_->file.parent_path()});
}

void Document::assign(std::string_view assignment, const std::string& place, const Origin& origin)
{
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos)
        throw ConfigError(place, "expected PATH=VALUE");
    const std::vector<Step> steps = parse_path(assignment.substr(0, equals), place);
    const std::string text(assignment.substr(equals + 1));

    nlohmann::json* node = &state_->root;
    std::string path;
    for (const Step& step : steps) {
        state_->load_in_place(*node, path);
        if (const auto* key = std::get_if<std::string>(&step)) {
            path += (path.empty() ? "" : ".") + *key;
            if (node->is_null())
                *node = nlohmann::json::object();
            if (!node->is_object())
                throw ConfigError(place, fmt::format("{} is a {}, it has no key '{}'", path, node->type_name(), *key));
            if (!node->contains(*key))
                state_->origins[path] = origin; // an unknown key on the way is the assignment's fault
            node = &(*node)[*key];
        } else {
            const std::size_t index = std::get<std::size_t>(step);
            path += fmt::format("[{}]", index);
            if (!node->is_array() || index >= node->size())
                throw ConfigError(place,
                                  fmt::format("{} does not exist: {}", path,
                                              node->is_array() ? fmt::format("the list has {} items", node->size())
                                                               : fmt::format("it is a {}", node->type_name())));
            node = &(*node)[index];
        }
    }
    nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
    *node = value.is_discarded() ? nlohmann::json(text) : std::move(value);
    std::erase_if(state_->origins, [&](const auto& entry) {
        return entry.first.size() > path.size() && entry.first.starts_with(path) &&
               (entry.first[path.size()] == '.' || entry.first[path.size()] == '[');
    });
    state_->origins[path] = origin;
}

const nlohmann::json& Document::root() const { return state_->root; }
const std::filesystem::path& Document::file() const { return state_->file; }

std::unique_ptr<Visitor> Document::make_reader() const { return config::make_reader(*state_); }

} // namespace imc::config
