#include "nas/study/pool.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "nas/evaluators/evaluator.h"
#include "nas/study/cpu_time.h"
#include "sim/base/errors.h"

namespace imc::nas
{

namespace
{

constexpr int poll_ms = 100; ///< how often limits on time are looked at

void limit(int resource, rlim_t soft, rlim_t hard)
{
    const rlimit value{soft, hard};
    setrlimit(static_cast<__rlimit_resource>(resource), &value);
}

void send(int pipe, const std::string& bytes)
{
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t n = write(pipe, bytes.data() + sent, bytes.size() - sent);
        if (n <= 0 && errno != EINTR)
            ::_exit(3);
        sent += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
}

/// What a child sends if a process that it started was ended by the kernel.
constexpr const char* over_cpu_limit = "c";

/// The child's whole life. First byte of what it sends: 'v' values follow, 'e' a reason follows, 'c' CPU time
/// was used up.
[[noreturn]] void live(int pipe, const Pool::Job& job)
{
    std::string message;
    try {
        const std::vector<double> values = job();
        message.assign(1, 'v');
        message.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
    } catch (const std::bad_alloc&) {
        message = "eneeded more memory than allowed";
    } catch (const OutOfCpuTime&) {
        message = over_cpu_limit;
    } catch (const std::exception& e) {
        message = std::string("e") + e.what();
    }
    send(pipe, message);
    // What the parent registered to run at its end is not the child's business.
    ::_exit(0);
}

} // namespace

Pool::Pool(std::size_t workers, const Limits& limits, std::function<void()> in_child)
    : workers_(std::max<std::size_t>(workers, 1)), limits_(limits), in_child_(std::move(in_child))
{
}

Pool::~Pool()
{
    for (Child& child : children_) {
        kill(-child.process, SIGKILL);
        kill(child.process, SIGKILL);
        waitpid(child.process, nullptr, 0);
        close(child.pipe);
    }
}

void Pool::start(std::size_t id, const Job& job)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        throw RunError(fmt::format("cannot open a pipe: {}", std::strerror(errno)));
    const pid_t parent = getpid();
    const pid_t process = fork();
    if (process < 0) {
        close(ends[0]);
        close(ends[1]);
        throw RunError(fmt::format("cannot start a process: {}", std::strerror(errno)));
    }
    if (process == 0) {
        // A group of its own, so that what it starts ends with it; and it ends with its parent.
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            ::_exit(3);
        close(ends[0]);
        for (const Child& sibling : children_)
            close(sibling.pipe);
        limit(RLIMIT_CORE, 0, 0);
        if (limits_.cpu_s > 0) {
            // Behind the parent's own look at it, which sees fractions and all processes together.
            const auto seconds = static_cast<rlim_t>(std::ceil(limits_.cpu_s)) + 1;
            limit(RLIMIT_CPU, seconds, seconds + 1);
        }
        if (limits_.memory_mb > 0)
            limit(RLIMIT_AS, limits_.memory_mb << 20, limits_.memory_mb << 20);
        if (in_child_)
            in_child_();
        live(ends[1], job);
    }
    close(ends[1]);
    children_.push_back({id, process, ends[0], {}, std::chrono::steady_clock::now()});
}

std::pair<std::size_t, Result> Pool::wait()
{
    if (children_.empty())
        throw std::logic_error("Pool::wait: nothing is running");
    for (;;) {
        std::vector<pollfd> watched;
        for (const Child& child : children_)
            watched.push_back({child.pipe, POLLIN, 0});
        poll(watched.data(), watched.size(), poll_ms);
        for (std::size_t i = 0; i < children_.size(); ++i) {
            Child& child = children_[i];
            bool over = false;
            if (watched[i].revents != 0) {
                char buffer[4096];
                const ssize_t n = read(child.pipe, buffer, sizeof buffer);
                if (n > 0)
                    child.output.append(buffer, static_cast<std::size_t>(n));
                over = n == 0;
            }
            const End end = over ? End::itself : end_of(child);
            if (over || end != End::itself) {
                std::pair<std::size_t, Result> done(child.id, collect(child, end));
                children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
                return done;
            }
        }
    }
}

Pool::End Pool::end_of(const Child& child) const
{
    const std::chrono::duration<double> age = std::chrono::steady_clock::now() - child.started;
    if (limits_.wall_s > 0 && age.count() > limits_.wall_s)
        return End::late;
    return limits_.cpu_s > 0 && cpu_seconds(child.process) > limits_.cpu_s ? End::spent : End::itself;
}

Result Pool::collect(Child& child, End end)
{
    double used = 0.0; // of processes that it has not waited for, too
    if (end != End::itself) {
        used = cpu_seconds(child.process);
        kill(child.process, SIGKILL);
    }
    int status = 0;
    rusage usage{};
    while (wait4(child.process, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    kill(-child.process, SIGKILL); // what it left running
    close(child.pipe);
    Result result;
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    result.cpu_s = std::max(used, seconds(usage.ru_utime) + seconds(usage.ru_stime));
    const std::string& out = child.output;
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    // Also where it ended by itself between two looks: what is too much must not depend on when it is looked.
    const bool spent = limits_.cpu_s > 0 && result.cpu_s > limits_.cpu_s;
    if (end == End::late)
        result.reason = fmt::format("took longer than {} s", limits_.wall_s);
    else if (end == End::spent || spent || signal == SIGXCPU || out == over_cpu_limit)
        result.reason = fmt::format("used more than {} s of CPU time", limits_.cpu_s);
    else if (signal != 0)
        result.reason = fmt::format("crashed: signal {} ({})", signal, strsignal(signal));
    else if (WEXITSTATUS(status) != 0 || out.empty())
        result.reason = fmt::format("ended with exit code {} and no result", WEXITSTATUS(status));
    else if (out[0] == 'e')
        result.reason = out.substr(1);
    else {
        result.values.resize((out.size() - 1) / sizeof(double));
        std::memcpy(result.values.data(), out.data() + 1, result.values.size() * sizeof(double));
    }
    return result;
}

} // namespace imc::nas
