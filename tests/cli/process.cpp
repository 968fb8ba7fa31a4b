#include "tests/cli/process.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace imc::test
{

namespace fs = std::filesystem;

namespace
{

struct Pipe {
    std::array<int, 2> ends{-1, -1};
    Pipe()
    {
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw std::runtime_error("no pipe");
    }
    ~Pipe()
    {
        close_read();
        close_write();
    }
    void close_read() { close(ends[0]); }
    void close_write() { close(ends[1]); }
    static void close(int& fd)
    {
        if (fd >= 0)
            ::close(fd);
        fd = -1;
    }
};

void read_all(std::array<std::pair<int, std::string*>, 2> sources)
{
    std::array<pollfd, 2> waiting{pollfd{sources[0].first, POLLIN, 0}, pollfd{sources[1].first, POLLIN, 0}};
    while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
        ::poll(waiting.data(), waiting.size(), -1);
        for (std::size_t i = 0; i < 2; ++i) {
            if (waiting[i].fd < 0 || waiting[i].revents == 0)
                continue;
            std::array<char, 65536> bytes;
            const ssize_t n = ::read(waiting[i].fd, bytes.data(), bytes.size());
            if (n > 0)
                sources[i].second->append(bytes.data(), static_cast<std::size_t>(n));
            else
                waiting[i].fd = -1;
        }
    }
}

/// In the child: connects the streams and becomes the program.
[[noreturn]] void become(const Command& command, std::vector<char*>& argv, const Pipe& out, const Pipe& err)
{
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, STDIN_FILENO);
    ::dup2(err.ends[1], STDERR_FILENO);
    switch (command.output) {
    case Output::captured:
    case Output::broken_pipe:
        ::dup2(out.ends[1], STDOUT_FILENO);
        break;
    case Output::full_disk:
        ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
        break;
    case Output::closed:
        ::close(STDOUT_FILENO);
        break;
    }
    if (command.file_size_limit > 0) {
        const rlimit limit{command.file_size_limit, command.file_size_limit};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    for (const auto& [name, value] : command.environment)
        ::setenv(name.c_str(), value.c_str(), 1);
    if (::chdir(command.directory.c_str()) == 0)
        ::execv(argv[0], argv.data());
    ::_exit(127);
}

} // namespace

Ended run(const Command& command)
{
    std::vector<std::string> words = command.words;
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    Pipe out, err;
    if (command.output == Output::broken_pipe)
        out.close_read();
    const pid_t child = ::fork();
    if (child < 0)
        throw std::runtime_error("no process");
    if (child == 0)
        become(command, argv, out, err);
    out.close_write();
    err.close_write();
    Ended ended;
    read_all({std::pair{out.ends[0], &ended.out}, std::pair{err.ends[0], &ended.err}});
    int status = 0;
    ::waitpid(child, &status, 0);
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (ended.status == 127 && ended.err.empty())
        throw std::runtime_error("cannot start " + command.words[0]);
    return ended;
}

fs::path imcsim_path() { return fs::path(IMC_BINARY_DIR) / "bin" / "imcsim"; }

Ended imcsim(std::vector<std::string> arguments, const fs::path& directory)
{
    arguments.insert(arguments.begin(), imcsim_path().string());
    return run({.words = std::move(arguments), .directory = directory});
}

TemporaryDirectory::TemporaryDirectory()
{
    std::string name = (fs::temp_directory_path() / "imcsim_test_XXXXXX").string();
    if (!::mkdtemp(name.data()))
        throw std::runtime_error("no temporary directory");
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory()
{
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryDirectory::content() const
{
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(path_))
        names.push_back(entry.path().lexically_relative(path_).generic_string());
    std::ranges::sort(names);
    return names;
}

} // namespace imc::test
