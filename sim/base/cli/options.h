#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace imc::cli
{

/// The options of one command. Each is declared once, with the variable it fills (whose value is the
/// default) and its meaning; help and error messages derive from the declarations.
///
///     std::string network;
///     std::filesystem::path out;
///     Options options("import", "MODEL.onnx", "Lists a network's operators, shapes and MACs.");
///     options.argument("MODEL.onnx", network);
///     options.value("out", out, "G.json", "also write the graph");
///     if (!options.parse(args))
///         return 0; // --help was asked for and printed
class Options
{
public:
    /// `command`: without "imcsim"; `usage`: the arguments as the help line shows them, without "[OPTION]...".
    Options(std::string command, std::string usage, std::string description);
    ~Options();
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;

    void flag(const char* name, bool& target, const char* meaning);
    void value(const char* name, std::string& target, const char* value_name, const char* meaning);
    void value(const char* name, std::filesystem::path& target, const char* value_name, const char* meaning);
    void value(const char* name, std::int64_t& target, const char* value_name, const char* meaning);
    void value(const char* name, double& target, const char* value_name, const char* meaning);
    /// May be given several times.
    void values(const char* name, std::vector<std::string>& target, const char* value_name, const char* meaning);

    /// A word that is no option; they are taken in order of declaration.
    void argument(const char* name, std::string& target);
    void argument(const char* name, std::filesystem::path& target);
    /// The last of them, which may be left out.
    void optional_argument(const char* name, std::filesystem::path& target);
    /// All remaining words, at least `least` of them.
    void arguments(const char* name, std::vector<std::string>& target, std::size_t least = 1);

    /// Fills the variables. Returns false if --help was asked for (and printed). Throws ConfigError
    /// ("… (imcsim COMMAND --help explains)") for unknown options (with a suggestion), missing or malformed values and
    /// missing or surplus arguments.
    bool parse(std::span<const std::string> args);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Splits "a,b,c"; empty parts are dropped.
std::vector<std::string> split_commas(const std::string& text);

} // namespace imc::cli
