#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "nas/study/study.h"

namespace imc::nas
{

enum class State { pending, done, infeasible, failed };
const char* name_of(State state);

/// A trial as the journal holds it.
struct StoredTrial {
    std::size_t number = 0;
    std::string candidate; ///< Space::text()
    std::size_t fidelity = 0;
    State state = State::pending;
    std::string reason;    ///< why it failed
    Objectives objectives; ///< as the user states them
    double violation = 0.0;
    std::vector<std::vector<double>> metrics; ///< per replicate
    std::string evaluator;                    ///< its version
    std::string cost_set;
    double finished_s = 0.0; ///< seconds of running time of the study, over all its runs
    double cpu_s = 0.0;
};

/// A study's journal: an SQLite file, written before what it holds is used. A process killed at any moment
/// leaves a journal that a later one can go on from. Throws RunError when the disk is full.
class Store
{
public:
    enum class Access { create, resume, read };

    /// create: the file must not hold trials yet; resume: must be of the same study. Both take the lock that
    /// tells a second process that the study is running; read takes none. Throws ConfigError if it is of
    /// another study or schema, RunError if it is being run or has results already.
    Store(const std::filesystem::path& directory, const Study& study, Access access);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    void propose(std::size_t number, const std::string& candidate, std::size_t fidelity, const std::string& evaluator,
                 const std::string& cost_set);
    /// The result of a proposed trial, replicates included.
    void finish(const StoredTrial& trial);

    std::vector<StoredTrial> trials() const;
    /// Metrics of an earlier trial with the same candidate, fidelity, evaluator and costs; empty if none.
    std::vector<std::vector<double>> cached(const StoredTrial& trial) const;
    /// The process that runs the study now, or 0.
    int running_process() const;
    /// Running time of the study before this process.
    double elapsed_s() const;

    const std::filesystem::path& directory() const { return directory_; }
    /// In a forked child: lets go of the lock, which would else outlive this process.
    void release_in_child();

private:
    struct Handle;
    std::filesystem::path directory_;
    std::unique_ptr<Handle> handle_;
};

} // namespace imc::nas
