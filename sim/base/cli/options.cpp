#include "sim/base/cli/options.h"

#include <functional>
#include <sstream>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "sim/base/cli/output.h"
#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"

namespace imc::cli
{

namespace po = boost::program_options;

struct Options::State {
    std::string command;
    std::string usage;
    std::string description;
    po::options_description shown{"options"};
    std::vector<std::string> names;
    std::vector<std::pair<std::string, std::function<void(const std::string&)>>> singles;
    std::size_t optional = 0; ///< of singles, the last ones
    std::string rest_name;
    std::vector<std::string>* rest = nullptr;
    std::size_t rest_least = 0;
    bool help = false;

    [[noreturn]] void fail(const std::string& what) const
    {
        throw ConfigError("", fmt::format("{} (imcsim {} --help explains)", what, command));
    }

    template <class T> void add(const char* name, T& target, const char* value_name, const char* meaning)
    {
        names.push_back(name);
        shown.add_options()(name, po::value<T>(&target)->value_name(value_name), meaning);
    }

    void help_text() const
    {
        std::ostringstream text;
        text << "usage: imcsim " << command << (usage.empty() ? "" : " " + usage) << " [OPTION]...\n\n"
             << description << "\n\n"
             << shown;
        print(text.str());
    }

    void take_arguments(const std::vector<std::string>& words) const
    {
        std::size_t next = 0;
        for (const auto& [name, assign] : singles) {
            if (next < words.size())
                assign(words[next++]);
            else if (next + optional < singles.size())
                fail(fmt::format("{} is missing", name));
        }
        if (rest) {
            rest->assign(words.begin() + static_cast<std::ptrdiff_t>(next), words.end());
            if (rest->size() < rest_least)
                fail(fmt::format("{} is missing", rest_name));
        } else if (next < words.size()) {
            fail(fmt::format("unexpected argument '{}'", words[next]));
        }
    }
};

Options::Options(std::string command, std::string usage, std::string description) : state_(std::make_unique<State>())
{
    state_->command = std::move(command);
    state_->usage = std::move(usage);
    state_->description = std::move(description);
}

Options::~Options() = default;

void Options::flag(const char* name, bool& target, const char* meaning)
{
    state_->names.push_back(name);
    state_->shown.add_options()(name, po::bool_switch(&target), meaning);
}

void Options::value(const char* name, std::string& target, const char* value_name, const char* meaning)
{
    state_->add(name, target, value_name, meaning);
}

void Options::value(const char* name, std::filesystem::path& target, const char* value_name, const char* meaning)
{
    state_->names.push_back(name);
    // Through a string: the stream operator of paths would cut a name at its first blank.
    auto* semantic = po::value<std::string>()->value_name(value_name);
    semantic->notifier([&target](const std::string& text) { target = text; });
    state_->shown.add_options()(name, semantic, meaning);
}

void Options::value(const char* name, std::int64_t& target, const char* value_name, const char* meaning)
{
    state_->add(name, target, value_name, meaning);
}

void Options::value(const char* name, double& target, const char* value_name, const char* meaning)
{
    state_->add(name, target, value_name, meaning);
}

void Options::values(const char* name, std::vector<std::string>& target, const char* value_name, const char* meaning)
{
    state_->add(name, target, value_name, meaning);
}

void Options::argument(const char* name, std::string& target)
{
    state_->singles.emplace_back(name, [&target](const std::string& word) { target = word; });
}

void Options::argument(const char* name, std::filesystem::path& target)
{
    state_->singles.emplace_back(name, [&target](const std::string& word) { target = word; });
}

void Options::optional_argument(const char* name, std::filesystem::path& target)
{
    argument(name, target);
    ++state_->optional;
}

void Options::arguments(const char* name, std::vector<std::string>& target, std::size_t least)
{
    state_->rest_name = name;
    state_->rest = &target;
    state_->rest_least = least;
}

bool Options::parse(std::span<const std::string> args)
{
    flag("help", state_->help, "this text");
    std::vector<std::string> words;
    po::options_description all;
    all.add(state_->shown).add_options()(" words", po::value(&words));
    po::positional_options_description positional;
    positional.add(" words", -1);
    try {
        // Options are spelled out: a guessed abbreviation would change its meaning when another is added.
        const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
        po::variables_map map;
        po::store(po::command_line_parser(std::vector<std::string>(args.begin(), args.end()))
                      .options(all)
                      .positional(positional)
                      .style(style)
                      .run(),
                  map);
        po::notify(map);
    } catch (const po::unknown_option& e) {
        const std::string name = e.get_option_name();
        std::string best = config::nearest(name.substr(name.find_first_not_of('-')), state_->names);
        state_->fail(fmt::format("unknown option '{}'{}", name,
                                 best.empty() ? "" : fmt::format(", did you mean '--{}'?", best)));
    } catch (const po::error& e) {
        state_->fail(e.what());
    }
    if (state_->help) {
        state_->help_text();
        return false;
    }
    state_->take_arguments(words);
    return true;
}

std::vector<std::string> split_commas(const std::string& text)
{
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');)
        if (!part.empty())
            parts.push_back(part);
    return parts;
}

} // namespace imc::cli
