#include "sim/base/cli/program.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "sim/base/cli/guard.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/base/unfinished.h"

namespace imc::cli
{

namespace
{

constexpr int errors_to_report[] = {SIGPIPE, SIGXFSZ};
constexpr int requests_to_stop[] = {SIGHUP, SIGINT, SIGTERM};

/// Ends as the signal would have ended the program, but leaves no half-written file.
void stop(int signal)
{
    remove_unfinished();
    std::signal(signal, SIG_DFL);
    (void)std::raise(signal);
}

/// A standard stream that was closed by the caller must not be handed out again as the descriptor of a
/// result file. Standard output is filled with something that refuses writes, so that the loss is noticed.
void occupy_standard_streams()
{
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(fd, F_GETFD) == -1)
            (void)::open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
}

} // namespace

int run_program(const std::string& name, int argc, char** argv,
                const std::function<int(std::span<const std::string>)>& work)
{
    occupy_standard_streams();
    for (const int signal : errors_to_report)
        std::signal(signal, SIG_IGN);
    for (const int signal : requests_to_stop)
        if (std::signal(signal, stop) == SIG_IGN) // as under nohup
            std::signal(signal, SIG_IGN);
    return guarded(name, [&] {
        const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
        const int status = work(args);
        flush_output();
        return status;
    });
}

std::optional<std::filesystem::path> program_beside(const std::string& name)
{
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::filesystem::path program = self.parent_path() / name;
    if (error || ::access(program.c_str(), X_OK) != 0)
        return std::nullopt;
    return program;
}

void become(const std::filesystem::path& program, std::span<const std::string> args)
{
    std::vector<std::string> words = {program.string()};
    words.insert(words.end(), args.begin(), args.end());
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    flush_output();
    restore_signals();
    ::execv(program.c_str(), argv.data());
    throw RunError(program.string() + " cannot be started: " + std::strerror(errno));
}

void restore_signals()
{
    for (const int signal : errors_to_report)
        std::signal(signal, SIG_DFL);
}

} // namespace imc::cli
