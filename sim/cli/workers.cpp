#include "sim/cli/workers.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sim/base/cli/guard.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/cli/commands.h"

namespace imc::cli
{

namespace
{

/// A running job and the pipe that its messages come through; the pipe's end is the job's end.
struct Worker {
    std::size_t index;
    pid_t process;
    int messages;
    std::string text;
};

[[noreturn]] void work(std::size_t index, int messages, const std::function<int(std::size_t)>& job)
{
    ::dup2(messages, STDERR_FILENO);
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    const int status = guarded("", [&] {
        const int result = job(index);
        flush_output();
        return result;
    });
    ::_exit(status); // the parent's buffers and files are not this process's to flush or remove
}

Worker start(std::size_t index, const std::function<int(std::size_t)>& job)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw RunError(fmt::format("no pipe to a worker process: {}", std::strerror(errno)));
    flush_output();
    const pid_t process = ::fork();
    if (process < 0) {
        const int error = errno;
        ::close(ends[0]);
        ::close(ends[1]);
        throw RunError(fmt::format("no worker process can be started: {}", std::strerror(error)));
    }
    if (process == 0)
        work(index, ends[1], job);
    ::close(ends[1]);
    return {index, process, ends[0], {}};
}

/// The running workers; if the parent gives up, they end with it.
struct Pool {
    std::vector<Worker> workers;

    Pool() = default;
    ~Pool()
    {
        for (const Worker& worker : workers)
            ::kill(worker.process, SIGKILL);
        for (const Worker& worker : workers) {
            ::close(worker.messages);
            ::waitpid(worker.process, nullptr, 0);
        }
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
};

JobEnd finish(Worker& worker)
{
    ::close(worker.messages);
    int status = 0;
    while (::waitpid(worker.process, &status, 0) < 0 && errno == EINTR) {
    }
    JobEnd end{worker.index, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), std::move(worker.text)};
    while (!end.message.empty() && end.message.back() == '\n')
        end.message.pop_back();
    if (WIFSIGNALED(status) && end.message.empty())
        end.message = fmt::format("killed by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
    return end;
}

/// Waits for news from any worker; returns those that have ended.
std::vector<JobEnd> wait_for_some(std::vector<Worker>& workers)
{
    std::vector<pollfd> waiting;
    for (const Worker& worker : workers)
        waiting.push_back({worker.messages, POLLIN, 0});
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR)
        throw RunError(fmt::format("worker processes cannot be waited for: {}", std::strerror(errno)));
    std::vector<JobEnd> ended;
    for (std::size_t i = workers.size(); i-- > 0;) {
        if (waiting[i].revents == 0)
            continue;
        std::array<char, 4096> bytes;
        const ssize_t n = ::read(workers[i].messages, bytes.data(), bytes.size());
        if (n > 0) {
            workers[i].text.append(bytes.data(), static_cast<std::size_t>(n));
        } else if (n == 0 || errno != EINTR) {
            ended.push_back(finish(workers[i]));
            workers.erase(workers.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    return ended;
}

} // namespace

void run_jobs(std::size_t count, std::size_t parallel, const std::function<int(std::size_t)>& job,
              const std::function<void(const JobEnd&)>& done)
{
    Pool pool;
    std::vector<Worker>& workers = pool.workers;
    for (std::size_t next = 0; next < count || !workers.empty();) {
        while (next < count && workers.size() < std::max<std::size_t>(1, parallel))
            workers.push_back(start(next++, job));
        for (const JobEnd& end : wait_for_some(workers))
            done(end);
    }
}

std::size_t processors()
{
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return std::max<std::size_t>(1, static_cast<std::size_t>(CPU_COUNT(&set)));
}

int run_command(const std::string& name, const std::vector<std::string>& args)
{
    for (const Command& command : program().commands)
        if (command.name == name)
            return command.run(args);
    throw RunError(fmt::format("this build has no command '{}'", name));
}

Progress::Progress(std::string what, std::size_t count) : what_(std::move(what)), count_(count) { show(); }

Progress::~Progress()
{
    if (shows_progress())
        std::fputs("\r\033[K", stderr);
}

void Progress::step()
{
    ++done_;
    show();
}

void Progress::show() const
{
    if (shows_progress())
        std::fputs(fmt::format("\r{}: {} of {} done\033[K", what_, done_, count_).c_str(), stderr);
}

} // namespace imc::cli
