#include "nas/study/runner.h"

#include <chrono>
#include <cmath>

#include <sys/resource.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nas/study/pool.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::nas
{

namespace
{

class Runner
{
public:
    Runner(const Study& study, Store& store, const RunOptions& options)
        : study_(study), store_(store), options_(options),
          algorithm_(make_algorithm(study.config().algorithm, study.problem())),
          pool_(options.workers, limits(study.config().execution), [&store] { store.release_in_child(); }),
          trials_(store.trials()), started_(std::chrono::steady_clock::now()), before_(store.elapsed_s())
    {
        for (std::size_t i = 0; i < trials_.size(); ++i)
            if (trials_[i].number != i)
                throw RunError(fmt::format("{}: trial {} is missing from the journal", store.directory().string(), i));
        left_.resize(trials_.size());
        results_.resize(trials_.size());
    }

    RunSummary run()
    {
        const std::size_t window = study_.config().execution.window;
        for (std::size_t k = 0; k < study_.config().evaluations; ++k) {
            while (told_ + window <= k)
                tell_next();
            if (k >= trials_.size() && options_.cpu_budget_s > 0 && cpu_used_s() >= options_.cpu_budget_s) {
                summary_.out_of_time = true;
                break;
            }
            if (!propose(k)) {
                summary_.exhausted = true;
                break;
            }
            if (trials_[k].state == State::pending)
                evaluate(k);
        }
        while (told_ < trials_.size())
            tell_next();
        summary_.trials = trials_.size();
        for (const StoredTrial& t : trials_)
            summary_.failed += t.state == State::failed;
        return summary_;
    }

private:
    /// Of this process and of the evaluations that have ended.
    static double cpu_used_s()
    {
        double sum = 0;
        for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
            rusage usage{};
            getrusage(who, &usage);
            for (const timeval& t : {usage.ru_utime, usage.ru_stime})
                sum += static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
        }
        return sum;
    }

    static Limits limits(const ExecutionConfig& e)
    {
        return {e.cpu_limit_s, e.wall_limit_s > 0 ? e.wall_limit_s : 10 * e.cpu_limit_s, e.memory_limit_mb};
    }

    std::size_t replicates() const { return study_.config().execution.replicates; }

    /// Trial k as the journal has it, or as the algorithm wants it: then into the journal first.
    bool propose(std::size_t k)
    {
        if (k < trials_.size()) {
            algorithm_->propose(
                {study_.space().parse(nlohmann::json::parse(trials_[k].candidate)), trials_[k].fidelity});
            return true;
        }
        auto proposal = algorithm_->ask();
        if (!proposal)
            return false;
        StoredTrial trial;
        trial.number = k;
        trial.candidate = study_.space().text(proposal->candidate);
        trial.fidelity = proposal->fidelity;
        trial.evaluator = study_.evaluator().version();
        trial.cost_set = study_.evaluator().cost_set();
        store_.propose(k, trial.candidate, trial.fidelity, trial.evaluator, trial.cost_set);
        algorithm_->propose(std::move(*proposal));
        trials_.push_back(std::move(trial));
        left_.push_back(0);
        results_.emplace_back();
        return true;
    }

    void evaluate(std::size_t k)
    {
        results_[k].assign(replicates(), {});
        left_[k] = replicates();
        const auto known = store_.cached(trials_[k]);
        const bool cached = known.size() == replicates();
        for (std::size_t r = 0; r < replicates(); ++r) {
            if (cached)
                receive(k, r, {known[r], "", 0});
            else if (!study_.evaluator().isolated())
                receive(k, r, evaluate_here(request(k, r)));
            else
                start(k, r);
        }
    }

    Request request(std::size_t k, std::size_t replicate) const
    {
        Request r;
        r.candidate = &algorithm_->trials()[k].candidate;
        r.trial = k;
        r.replicate = replicate;
        r.fidelity = trials_[k].fidelity;
        r.seed = study_.config().seed + replicate;
        return r;
    }

    Result evaluate_here(const Request& r) const
    {
        try {
            return {study_.evaluator().evaluate(r), "", 0};
        } catch (const std::exception& e) {
            return {{}, e.what(), 0};
        }
    }

    void start(std::size_t k, std::size_t replicate)
    {
        while (pool_.full())
            receive_one();
        Request r = request(k, replicate);
        r.directory = std::filesystem::absolute(store_.directory()) / "work" / fmt::format("{:06}-{}", k, replicate);
        const Candidate candidate = *r.candidate; // the trials may move while it runs
        // What an interrupted run left there would make this one different.
        std::error_code ignored;
        std::filesystem::remove_all(r.directory, ignored);
        make_directory(r.directory);
        pool_.start(k * replicates() + replicate, [this, r, candidate]() mutable {
            r.candidate = &candidate;
            return study_.evaluator().evaluate(r);
        });
    }

    void receive_one()
    {
        auto [id, result] = pool_.wait();
        receive(id / replicates(), id % replicates(), std::move(result));
    }

    void receive(std::size_t k, std::size_t replicate, Result result)
    {
        results_[k][replicate] = std::move(result);
        if (--left_[k] == 0)
            complete(k);
    }

    /// All replicates are there: into the journal, before anybody uses it.
    void complete(std::size_t k)
    {
        StoredTrial& t = trials_[k];
        judge(t, results_[k]);
        const std::chrono::duration<double> age = std::chrono::steady_clock::now() - started_;
        t.finished_s = before_ + age.count();
        for (const Result& r : results_[k])
            t.cpu_s += r.cpu_s;
        store_.finish(t);
        results_[k].clear();
        ++summary_.evaluated;
        if (options_.progress)
            options_.progress(t);
    }

    void judge(StoredTrial& t, const std::vector<Result>& results) const
    {
        const auto& names = study_.evaluator().metrics();
        t.state = State::failed;
        std::vector<double> mean(names.size(), 0.0);
        for (const Result& r : results) {
            if (!r.reason.empty()) {
                t.reason = r.reason;
                return;
            }
            if (r.values.size() != names.size()) {
                t.reason = fmt::format("gave {} values instead of {}", r.values.size(), names.size());
                return;
            }
            for (std::size_t m = 0; m < names.size(); ++m)
                mean[m] += r.values[m] / static_cast<double>(results.size());
        }
        const auto score = study_.score(algorithm_->trials()[t.number].candidate, mean);
        for (std::size_t i = 0; i < score.objectives.size(); ++i)
            if (!std::isfinite(score.objectives[i])) {
                t.reason = fmt::format("objective '{}' is {}", study_.config().objectives[i].name, score.objectives[i]);
                return;
            }
        if (!std::isfinite(score.violation)) {
            t.reason = "a constraint's violation is not finite";
            return;
        }
        t.objectives = score.objectives;
        t.violation = score.violation;
        t.state = score.violation > 0 ? State::infeasible : State::done;
        for (const Result& r : results)
            t.metrics.push_back(r.values);
    }

    void tell_next()
    {
        const std::size_t k = told_;
        while (trials_[k].state == State::pending)
            receive_one();
        const StoredTrial& t = trials_[k];
        algorithm_->tell(k, {study_.minimised(t.objectives), t.violation, t.state == State::failed});
        ++told_;
    }

    const Study& study_;
    Store& store_;
    const RunOptions& options_;
    std::unique_ptr<Algorithm> algorithm_;
    Pool pool_;
    std::vector<StoredTrial> trials_;
    std::vector<std::size_t> left_;            ///< per trial: replicates not there yet
    std::vector<std::vector<Result>> results_; ///< per trial, while it is evaluated
    std::chrono::steady_clock::time_point started_;
    double before_;
    std::size_t told_ = 0;
    RunSummary summary_;
};

} // namespace

RunSummary run_study(const Study& study, Store& store, const RunOptions& options)
{
    return Runner(study, store, options).run();
}

} // namespace imc::nas
