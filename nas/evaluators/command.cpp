#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <limits>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nas/evaluators/evaluator.h"
#include "nas/evaluators/template.h"
#include "sim/base/cli/program.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::nas
{

namespace
{

constexpr std::size_t largest_output = 16 << 20;

/// The program starts in a directory of its own with the request on its standard input and in request.json:
/// {"candidate": {…}, "trial": n, "replicate": n, "fidelity": n, "seed": n}. It prints one JSON object with
/// a number per metric; other keys are ignored.
class CommandEvaluator final : public Evaluator
{
public:
    CommandEvaluator(const Space& space, std::vector<std::string> command, std::vector<std::string> metrics,
                     std::string version)
        : space_(space), command_(std::move(command)), metrics_(std::move(metrics)), version_(std::move(version))
    {
    }

    const std::vector<std::string>& metrics() const override { return metrics_; }
    std::string version() const override { return version_; }

    std::vector<double> evaluate(const Request& r) const override
    {
        const std::string request =
            fmt::format("{{\"candidate\":{},\"trial\":{},\"replicate\":{},\"fidelity\":{},\"seed\":{}}}\n",
                        space_.text(*r.candidate), r.trial, r.replicate, r.fidelity, r.seed);
        write_file(r.directory / "request.json", request);
        const int status = run(r.directory);
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
            throw OutOfCpuTime();
        if (WIFSIGNALED(status))
            throw RunError(fmt::format("was ended by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status))));
        if (WEXITSTATUS(status) != 0)
            throw RunError(fmt::format("exit code {}: {}", WEXITSTATUS(status), last_line(r.directory / "stderr.txt")));
        return parse(read_file(r.directory / "stdout.txt", largest_output));
    }

private:
    int run(const std::filesystem::path& directory) const
    {
        const pid_t child = fork();
        if (child < 0)
            throw RunError(fmt::format("cannot start a process: {}", std::strerror(errno)));
        if (child == 0) {
            start(directory);
            ::_exit(127);
        }
        int status = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        return status;
    }

    /// In the child: never returns if all goes well.
    void start(const std::filesystem::path& directory) const
    {
        const auto redirect = [](const char* file, int flags, int to) {
            const int descriptor = open(file, flags | O_CLOEXEC, 0644);
            return descriptor >= 0 && dup2(descriptor, to) >= 0;
        };
        if (chdir(directory.c_str()) != 0 || !redirect("request.json", O_RDONLY, 0) ||
            !redirect("stdout.txt", O_WRONLY | O_CREAT | O_TRUNC, 1) ||
            !redirect("stderr.txt", O_WRONLY | O_CREAT | O_TRUNC, 2))
            return;
        std::vector<char*> arguments;
        for (const std::string& word : command_)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        cli::restore_signals();
        execvp(arguments[0], arguments.data());
        dprintf(2, "cannot start %s: %s\n", arguments[0], std::strerror(errno));
    }

    static std::string last_line(const std::filesystem::path& file)
    {
        std::string text = read_file(file);
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
            text.pop_back();
        text = text.substr(text.rfind('\n') + 1);
        return text.empty() ? "it printed no message" : text.substr(0, 200);
    }

    std::vector<double> parse(const std::string& text) const
    {
        const nlohmann::json output = nlohmann::json::parse(text, nullptr, false);
        if (!output.is_object())
            throw RunError(fmt::format("printed no JSON object but '{}'",
                                       text.substr(0, std::min<std::size_t>(text.find('\n'), 60))));
        std::vector<double> values;
        for (const std::string& name : metrics_) {
            const auto it = output.find(name);
            if (it == output.end())
                throw RunError(fmt::format("its output has no '{}'", name));
            // Python prints NaN and Infinity unquoted, which is not JSON; null stands for them.
            if (!it->is_number() && !it->is_null())
                throw RunError(fmt::format("its '{}' is no number but {}", name, it->dump().substr(0, 60)));
            values.push_back(it->is_null() ? std::numeric_limits<double>::quiet_NaN() : it->get<double>());
        }
        return values;
    }

    const Space& space_;
    std::vector<std::string> command_;
    std::vector<std::string> metrics_;
    std::string version_;
};

struct CommandConfig final : EvaluatorConfig {
    std::vector<std::string> command;
    std::vector<std::string> metrics;
    std::string version = "1";

    const char* family() const override { return "command"; }

    void fields(config::Visitor& v) override
    {
        v.texts("command", command, "program and arguments; {study} stands for the study's directory");
        v.texts("metrics", metrics, "keys of its output that expressions may use");
        v.text("version", version, "change it when the program's results change");
    }

    std::unique_ptr<Evaluator> make(Space& space, const config::Place& place) const override
    {
        if (command.empty())
            place.fail("command", "is missing: name a program and its arguments");
        if (metrics.empty())
            place.fail("metrics", "is missing: name the keys of the program's output");
        std::vector<std::string> words;
        for (const std::string& word : command)
            words.push_back(with_study_directory(word, place));
        return std::make_unique<CommandEvaluator>(space, words, metrics, "command " + version);
    }
};

} // namespace

std::unique_ptr<EvaluatorConfig> make_command_config() { return std::make_unique<CommandConfig>(); }

} // namespace imc::nas
