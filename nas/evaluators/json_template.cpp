#include "nas/evaluators/json_template.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nas/evaluators/scope.h"
#include "sim/base/config/document.h"
#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::nas
{

namespace
{

using Json = nlohmann::ordered_json;

constexpr std::size_t most_values = 10'000'000; ///< a template that grows beyond is a mistake
constexpr double most_repeats = 100'000;
constexpr int deepest = 200;
constexpr std::size_t largest_file = std::size_t{1} << 28;

struct Directive {
    const char* name;
    std::vector<std::string> others; ///< keys beside it
};

const std::vector<Directive>& directives()
{
    static const std::vector<Directive> table = {
        {"$if", {"$then", "$else"}}, {"$case", {"$of"}}, {"$for", {"$do"}}, {"$let", {"$do"}}, {"$use", {}},
    };
    return table;
}

Json json_of(const NamedValue& value)
{
    if (!value.exists())
        return nullptr;
    if (value.texts)
        return value.text();
    if (value.number == std::floor(value.number) && std::abs(value.number) < 9e15)
        return static_cast<std::int64_t>(value.number);
    return value.number;
}

/// One walk through a template: for a candidate, or through all branches to see that each makes sense.
class Filler
{
public:
    Filler(const Space& space, const std::string& file, const Json& definitions, const Candidate& candidate,
           bool every_branch)
        : file_(file), definitions_(definitions), scope_(space, candidate), every_branch_(every_branch)
    {
    }

    /// Discarded where there is nothing: an $if that fails without $else.
    Json fill(const Json& value, const std::string& path)
    {
        if (++values_made_ > most_values || ++depth_ > deepest)
            fail(path, "is too large or nested too deeply");
        Json result = value;
        if (value.is_string()) {
            result = text(value.get<std::string>(), path);
        } else if (value.is_array()) {
            result = list(value, path);
        } else if (value.is_object()) {
            const Directive* directive = directive_of(value, path);
            result = directive ? directed(directive->name, value, path) : object(value, path);
        }
        --depth_;
        return result;
    }

private:
    [[noreturn]] void fail(const std::string& path, const std::string& what) const
    {
        throw ConfigError(file_ + (path.empty() ? "" : ": " + path), what);
    }

    static std::string below(const std::string& path, const std::string& key)
    {
        return path.empty() ? key : path + "." + key;
    }

    const Json& member(const Json& value, const char* key, const std::string& path) const
    {
        const auto it = value.find(key);
        if (it == value.end())
            fail(path, fmt::format("needs '{}'", key));
        return *it;
    }

    const Directive* directive_of(const Json& value, const std::string& path) const
    {
        const Directive* found = nullptr;
        for (const Directive& d : directives())
            if (value.contains(d.name))
                found = &d;
        for (const auto& [key, inner] : value.items()) {
            const bool belongs =
                found && (key == found->name || std::count(found->others.begin(), found->others.end(), key));
            const bool argument = found && std::string_view(found->name) == "$use" && Scope::is_name(key);
            if (key.starts_with("_") || belongs || argument || (!found && !key.starts_with("$")))
                continue;
            std::vector<std::string> known = found ? found->others : std::vector<std::string>();
            for (const Directive& d : directives())
                known.emplace_back(d.name);
            fail(below(path, key), "means nothing here" + config::suggestion(key, known));
        }
        return found;
    }

    Json list(const Json& items, const std::string& path)
    {
        Json result = Json::array();
        for (std::size_t i = 0; i < items.size(); ++i)
            append(result, items[i], fmt::format("{}[{}]", path, i));
        return result;
    }

    void append(Json& result, const Json& item, const std::string& path, bool in_place = false)
    {
        Json made = fill(item, path);
        if (made.is_discarded())
            return;
        // What a directive gives is put in place item by item; a list that stands there as such stays one.
        const bool spliced = made.is_array() && (item.is_object() || in_place);
        if (!spliced)
            result.push_back(std::move(made));
        else
            for (Json& inner : made)
                result.push_back(std::move(inner));
    }

    Json object(const Json& value, const std::string& path)
    {
        Json result = Json::object();
        for (const auto& [key, inner] : value.items()) {
            Json made = key.starts_with("_") ? inner : fill(inner, below(path, key));
            if (!made.is_discarded())
                result[key] = std::move(made);
        }
        return result;
    }

    Json directed(std::string_view directive, const Json& value, const std::string& path)
    {
        if (directive == "$if")
            return chosen(value, path);
        if (directive == "$case")
            return branched(value, path);
        if (directive == "$for")
            return repeated(value, path);
        return directive == "$let" ? named(value, path) : used(value, path);
    }

    Json chosen(const Json& value, const std::string& path)
    {
        const NamedValue condition = evaluate(value["$if"], below(path, "$if"));
        const bool holds = condition.exists() && condition.number != 0;
        Json result = Json(Json::value_t::discarded);
        member(value, "$then", path);
        for (const bool branch : {true, false}) {
            const char* key = branch ? "$then" : "$else";
            if (!value.contains(key) || (branch != holds && !every_branch_))
                continue;
            Json made = fill(value[key], below(path, key));
            if (branch == holds)
                result = std::move(made);
        }
        return result;
    }

    Json branched(const Json& value, const std::string& path)
    {
        const NamedValue which = evaluate(value["$case"], below(path, "$case"));
        const Json& branches = member(value, "$of", path);
        const std::string at = below(path, "$of");
        if (!branches.is_object())
            fail(at, "must be an object with a branch for each text or number");
        if (every_branch_) {
            if (which.texts)
                check_labels(*which.texts, branches, at);
            for (const auto& [label, branch] : branches.items())
                fill(branch, below(at, label));
            return Json(Json::value_t::discarded);
        }
        const auto it = branches.find(which.text());
        if (it == branches.end())
            fail(at, fmt::format("has no branch '{}'", which.text()));
        return fill(*it, below(at, which.text()));
    }

    void check_labels(const std::vector<std::string>& texts, const Json& branches, const std::string& path) const
    {
        for (const std::string& text : texts)
            if (!branches.contains(text))
                fail(path, fmt::format("has no branch '{}'", text));
        for (const auto& [label, branch] : branches.items())
            if (std::find(texts.begin(), texts.end(), label) == texts.end())
                fail(below(path, label), "is none of the variable's texts" + config::suggestion(label, texts));
    }

    Json repeated(const Json& value, const std::string& path)
    {
        const Json& counter = value["$for"];
        if (!counter.is_object() || counter.size() != 1)
            fail(below(path, "$for"), "must be {\"NAME\": COUNT}");
        const std::string name = counter.begin().key();
        const NamedValue count = evaluate(counter.begin().value(), below(below(path, "$for"), name));
        const bool usable =
            count.number >= 0 && count.number <= most_repeats && count.number == std::floor(count.number);
        if (!usable && !every_branch_)
            fail(below(path, "$for"),
                 fmt::format("must count to a whole number up to {}, got {}", most_repeats, count.text()));
        const Json& body = member(value, "$do", path);
        Json result = Json::array();
        for (double i = 0; i < (usable ? count.number : 1.0); ++i) {
            scope_.push(checked(name, path), {i, nullptr});
            append(result, body, below(path, "$do"), true);
            scope_.shrink(scope_.size() - 1);
        }
        return result;
    }

    Json named(const Json& value, const std::string& path)
    {
        const std::size_t before = scope_.size();
        const Json& list = value["$let"];
        if (!list.is_object())
            fail(below(path, "$let"), "must be {\"NAME\": EXPRESSION, …}");
        for (const auto& [key, expression] : list.items()) {
            scope_.push(checked(key, path), evaluate(expression, below(below(path, "$let"), key)));
        }
        Json result = fill(member(value, "$do", path), below(path, "$do"));
        scope_.shrink(before);
        return result;
    }

    Json used(const Json& value, const std::string& path)
    {
        const std::string name = value["$use"].is_string() ? value["$use"].get<std::string>() : "";
        const auto definition = definitions_.find(name);
        if (definition == definitions_.end()) {
            std::vector<std::string> known;
            for (const auto& [key, inner] : definitions_.items())
                known.push_back(key);
            fail(below(path, "$use"), fmt::format("$define has no '{}'{}", name, config::suggestion(name, known)));
        }
        if (std::count(used_.begin(), used_.end(), name))
            fail(below(path, "$use"), fmt::format("'{}' uses itself", name));
        Scope own = scope_;
        own.shrink(0);
        for (const auto& [key, expression] : value.items())
            if (Scope::is_name(key) && key[0] != '_')
                own.push(key, evaluate(expression, below(path, key)));
        std::swap(scope_, own);
        used_.push_back(name);
        Json result = fill(*definition, "$define." + name);
        used_.pop_back();
        std::swap(scope_, own);
        return result;
    }

    const std::string& checked(const std::string& name, const std::string& path) const
    {
        if (!Scope::is_name(name))
            fail(path, fmt::format("'{}' is no name: letters, digits and '_'", name));
        return name;
    }

    Json text(const std::string& text, const std::string& path)
    {
        std::string filled;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t open = text.find('{', at);
            filled += text.substr(at, open - at);
            if (open == std::string::npos)
                break;
            const std::size_t close = text.find('}', open);
            if (close == std::string::npos)
                fail(path, "a '{' is not closed");
            const NamedValue value = evaluate(Json(text.substr(open + 1, close - open - 1)), path);
            if (open == 0 && close + 1 == text.size()) {
                if (!value.exists() && !every_branch_)
                    fail(path, fmt::format("{} has no value for this candidate", text));
                return json_of(value);
            }
            filled += value.text();
            at = close + 1;
        }
        return filled;
    }

    NamedValue evaluate(const Json& expression, const std::string& path) const
    {
        if (expression.is_number())
            return {expression.get<double>(), nullptr};
        if (!expression.is_string())
            fail(path, "must be a number or an expression in a text");
        try {
            return scope_.evaluate(expression.get<std::string>());
        } catch (const std::invalid_argument& e) {
            fail(path, e.what());
        }
    }

    const std::string& file_;
    const Json& definitions_;
    Scope scope_;
    std::vector<std::string> used_; ///< definitions being filled
    bool every_branch_;
    std::size_t values_made_ = 0;
    int depth_ = 0;
};

} // namespace

struct JsonTemplate::Parts {
    const Space& space;
    std::string file;
    Json document;
    Json definitions = Json::object();
};

JsonTemplate JsonTemplate::load(const std::filesystem::path& file, const Space& space)
{
    return {read_file(file, largest_file), file.string(), space};
}

JsonTemplate::JsonTemplate(std::string_view text, std::string file, const Space& space)
{
    config::parse_json(text, file); // refuses what is wrong, and says where
    Parts parts{space, std::move(file), Json::parse(text)};
    if (parts.document.is_object() && parts.document.contains("$define")) {
        parts.definitions = parts.document["$define"];
        parts.document.erase("$define");
    }
    parts_ = std::make_shared<const Parts>(std::move(parts));
    RandomStream random(1, "nas.template");
    const Candidate sample = space.sample(random);
    Filler(space, parts_->file, parts_->definitions, sample, true).fill(parts_->document, "");
}

std::string JsonTemplate::fill(const Candidate& candidate) const
{
    const Parts& p = *parts_;
    return Filler(p.space, p.file, p.definitions, candidate, false).fill(p.document, "").dump(2) + "\n";
}

} // namespace imc::nas
