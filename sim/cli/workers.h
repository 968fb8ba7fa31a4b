#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace imc::cli
{

/// How one job ended.
struct JobEnd {
    std::size_t index = 0;
    int status = 0;      ///< exit status of its process; 128 + signal if one killed it
    std::string message; ///< what it wrote to standard error
};

/// Runs jobs 0 … count-1, each in a forked process of its own, at most `parallel` at a time; a simulation
/// cannot be elaborated twice in one process, and a job that crashes harms no other. What a job prints on
/// standard output is dropped. `done` is called in the parent, in the order in which jobs end.
/// The caller must have started no threads. Throws RunError if no process can be started.
void run_jobs(std::size_t count, std::size_t parallel, const std::function<int(std::size_t)>& job,
              const std::function<void(const JobEnd&)>& done);

/// The number of processors this process may use.
std::size_t processors();

/// Runs another command of the table, as a job does. Throws RunError if this build has no such command.
int run_command(const std::string& name, const std::vector<std::string>& args);

/// "12 of 40 done" on a terminal, nothing elsewhere.
class Progress
{
public:
    Progress(std::string what, std::size_t count);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void step();

private:
    void show() const;

    std::string what_;
    std::size_t count_;
    std::size_t done_ = 0;
};

} // namespace imc::cli
