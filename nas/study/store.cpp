#include "nas/study/store.h"

#include <cmath>
#include <limits>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nas/study/sqlite.h"
#include "sim/base/config/describe.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::nas
{

namespace
{

constexpr int schema_version = 1;

constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trials (
    number INTEGER PRIMARY KEY, candidate TEXT NOT NULL, fidelity INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', objectives TEXT NOT NULL DEFAULT '[]',
    violation REAL NOT NULL DEFAULT 0, metrics TEXT NOT NULL DEFAULT '[]',
    evaluator TEXT NOT NULL, cost_set TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_candidate ON trials (candidate, fidelity);
CREATE TABLE IF NOT EXISTS timings (number INTEGER PRIMARY KEY, finished_s REAL NOT NULL, cpu_s REAL NOT NULL);
)";

constexpr const char* state_names[] = {"pending", "done", "infeasible", "failed"};

State state_of(const std::string& name)
{
    for (int i = 0; i < 4; ++i)
        if (name == state_names[i])
            return static_cast<State>(i);
    throw RunError("the journal holds an unknown state '" + name + "'");
}

/// The study's identity: everything that decides what is proposed and what comes out.
std::string identity(const Study& study)
{
    auto& config = const_cast<StudyConfig&>(study.config()); // visitors take non-const
    nlohmann::ordered_json all = config::dump(config::fields_of(config));
    all["execution"].erase("workers");
    return all.dump();
}

nlohmann::json numbers(const std::vector<double>& values)
{
    auto list = nlohmann::json::array();
    for (const double v : values)
        list.push_back(std::isfinite(v) ? nlohmann::json(v) : nlohmann::json(fmt::format("{}", v)));
    return list;
}

std::vector<double> from_numbers(const nlohmann::json& list)
{
    std::vector<double> values;
    for (const auto& v : list)
        values.push_back(v.is_number() ? v.get<double>() : std::strtod(v.get<std::string>().c_str(), nullptr));
    return values;
}

std::string metrics_text(const std::vector<std::vector<double>>& replicates)
{
    auto list = nlohmann::json::array();
    for (const auto& r : replicates)
        list.push_back(numbers(r));
    return list.dump();
}

std::vector<std::vector<double>> metrics_from(const std::string& text)
{
    std::vector<std::vector<double>> replicates;
    for (const auto& r : nlohmann::json::parse(text))
        replicates.push_back(from_numbers(r));
    return replicates;
}

} // namespace

const char* name_of(State state) { return state_names[static_cast<int>(state)]; }

struct Store::Handle {
    Handle(const std::filesystem::path& file, bool read_only) : database(file, read_only) {}

    void prepare()
    {
        insert = std::make_unique<Statement>(database, "INSERT INTO trials (number, candidate, fidelity, state, "
                                                       "evaluator, cost_set) VALUES (?, ?, ?, 'pending', ?, ?)");
        update = std::make_unique<Statement>(
            database,
            "UPDATE trials SET state = ?, reason = ?, objectives = ?, violation = ?, metrics = ? WHERE number = ?");
        timing = std::make_unique<Statement>(database, "INSERT OR REPLACE INTO timings VALUES (?, ?, ?)");
        lookup = std::make_unique<Statement>(
            database,
            "SELECT metrics FROM trials WHERE candidate = ? AND fidelity = ? AND evaluator = ? AND cost_set = ? AND "
            "state IN ('done', 'infeasible') ORDER BY number LIMIT 1");
    }

    std::string meta(const std::string& key)
    {
        Statement s(database, "SELECT value FROM meta WHERE key = ?");
        s.bind(key);
        return s.step() ? s.text(0) : "";
    }

    Database database;
    std::unique_ptr<Statement> insert, update, timing, lookup;
    int lock = -1;
};

Store::Store(const std::filesystem::path& directory, const Study& study, Access access) : directory_(directory)
{
    const auto file = directory / "study.db";
    const bool exists = std::filesystem::exists(file);
    if (!exists && access == Access::read)
        throw ConfigError(file.string(), "there is no journal: the study was not run here");
    int lock = -1;
    if (access != Access::read) {
        make_directory(directory);
        lock = open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (lock < 0)
            throw ConfigError((directory / "lock").string(), "cannot be written");
        if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
            close(lock);
            throw RunError(
                fmt::format("{}: the study is being run by process {}", directory.string(), running_process()));
        }
        // The number only serves messages; the lock is what counts.
        const std::string pid = std::to_string(getpid());
        if (ftruncate(lock, 0) != 0 || pwrite(lock, pid.data(), pid.size(), 0) < 0) {
            close(lock);
            throw RunError(fmt::format("{}: cannot be written; is the disk full?", (directory / "lock").string()));
        }
    }
    handle_ = std::make_unique<Handle>(file, access == Access::read);
    handle_->lock = lock;
    auto& db = handle_->database;
    if (access != Access::read) {
        // Survives the death of the process at any moment; a power failure may cost the last trials.
        db.run("PRAGMA journal_mode = WAL");
        db.run("PRAGMA synchronous = NORMAL");
        db.run(schema);
    }
    const std::string known = handle_->meta("schema");
    if (known.empty() && access != Access::read) {
        Statement s(db, "INSERT INTO meta VALUES ('schema', ?), ('study', ?)");
        s.bind(std::to_string(schema_version)).bind(identity(study)).finish();
    } else if (known != std::to_string(schema_version)) {
        throw ConfigError(file.string(),
                          fmt::format("has schema version '{}', this program reads {}", known, schema_version));
    } else if (handle_->meta("study") != identity(study)) {
        throw ConfigError(file.string(),
                          "holds another study, or this one before it was changed; choose another --out");
    }
    if (access == Access::create) {
        Statement s(db, "SELECT COUNT(*) FROM trials");
        if (s.step() && s.integer(0) > 0)
            throw RunError(
                fmt::format("{}: the study has {} trials already; go on with --resume or choose another --out",
                            directory.string(), s.integer(0)));
    }
    handle_->prepare();
}

Store::~Store()
{
    if (handle_ && handle_->lock >= 0)
        close(handle_->lock);
}

void Store::release_in_child() { close(handle_->lock); }

void Store::propose(std::size_t number, const std::string& candidate, std::size_t fidelity,
                    const std::string& evaluator, const std::string& cost_set)
{
    handle_->insert->bind(static_cast<std::int64_t>(number))
        .bind(candidate)
        .bind(static_cast<std::int64_t>(fidelity))
        .bind(evaluator)
        .bind(cost_set)
        .finish();
}

void Store::finish(const StoredTrial& t)
{
    handle_->database.run("BEGIN");
    try {
        handle_->update->bind(std::string(name_of(t.state)))
            .bind(t.reason)
            .bind(numbers(t.objectives).dump())
            .bind(t.violation)
            .bind(metrics_text(t.metrics))
            .bind(static_cast<std::int64_t>(t.number))
            .finish();
        handle_->timing->bind(static_cast<std::int64_t>(t.number)).bind(t.finished_s).bind(t.cpu_s).finish();
        handle_->database.run("COMMIT");
    } catch (const RunError&) {
        try {
            handle_->database.run("ROLLBACK");
        } catch (const RunError&) {
            // A full disk has rolled back already.
        }
        throw;
    }
}

std::vector<StoredTrial> Store::trials() const
{
    std::vector<StoredTrial> all;
    Statement s(
        handle_->database,
        "SELECT trials.number, candidate, fidelity, state, reason, objectives, violation, metrics, evaluator, "
        "cost_set, "
        "IFNULL(finished_s, 0), IFNULL(cpu_s, 0) FROM trials LEFT JOIN timings USING (number) ORDER BY trials.number");
    while (s.step()) {
        StoredTrial t;
        t.number = static_cast<std::size_t>(s.integer(0));
        t.candidate = s.text(1);
        t.fidelity = static_cast<std::size_t>(s.integer(2));
        t.state = state_of(s.text(3));
        t.reason = s.text(4);
        t.objectives = from_numbers(nlohmann::json::parse(s.text(5)));
        t.violation = s.real(6);
        t.metrics = metrics_from(s.text(7));
        t.evaluator = s.text(8);
        t.cost_set = s.text(9);
        t.finished_s = s.real(10);
        t.cpu_s = s.real(11);
        all.push_back(std::move(t));
    }
    return all;
}

std::vector<std::vector<double>> Store::cached(const StoredTrial& t) const
{
    Statement& s = *handle_->lookup;
    s.bind(t.candidate).bind(static_cast<std::int64_t>(t.fidelity)).bind(t.evaluator).bind(t.cost_set);
    const std::string text = s.step() ? s.text(0) : "[]";
    s.finish();
    return metrics_from(text);
}

int Store::running_process() const
{
    const int lock = open((directory_ / "lock").c_str(), O_RDONLY | O_CLOEXEC);
    if (lock < 0)
        return 0;
    int process = 0;
    if (flock(lock, LOCK_SH | LOCK_NB) != 0) {
        char text[32] = {};
        if (read(lock, text, sizeof text - 1) > 0)
            process = std::atoi(text);
    }
    close(lock);
    return process;
}

double Store::elapsed_s() const
{
    Statement s(handle_->database, "SELECT IFNULL(MAX(finished_s), 0) FROM timings");
    return s.step() ? s.real(0) : 0.0;
}

} // namespace imc::nas
