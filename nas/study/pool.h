#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace imc::nas
{

/// What one evaluation may use. 0 = unlimited.
struct Limits {
    double cpu_s = 0; ///< of all the processes that an evaluation consists of
    double wall_s = 0;
    std::size_t memory_mb = 0;
};

/// What came of one evaluation: values, or why there are none. The reason does not depend on the machine's
/// load, so that it can be part of a reproducible log.
struct Result {
    std::vector<double> values;
    std::string reason;
    double cpu_s = 0;
};

/// Evaluations in forked children, one process each: a child that crashes, hangs or eats memory costs its
/// evaluation and nothing else.
class Pool
{
public:
    using Job = std::function<std::vector<double>()>;

    /// `in_child` runs first in every child.
    Pool(std::size_t workers, const Limits& limits, std::function<void()> in_child);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    bool full() const { return children_.size() >= workers_; }
    bool idle() const { return children_.empty(); }
    /// Starts a job. Throws RunError if no process can be started.
    void start(std::size_t id, const Job& job);
    /// Waits until some job ends; returns its id and result.
    std::pair<std::size_t, Result> wait();

private:
    struct Child {
        std::size_t id = 0;
        pid_t process = 0;
        int pipe = -1;
        std::string output;
        std::chrono::steady_clock::time_point started;
    };
    enum class End { itself, late, spent };

    /// Whether a child has used up what it may.
    End end_of(const Child& child) const;
    Result collect(Child& child, End end);

    std::size_t workers_;
    Limits limits_;
    std::function<void()> in_child_;
    std::vector<Child> children_;
};

} // namespace imc::nas
