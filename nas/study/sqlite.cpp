#include "nas/study/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "sim/base/errors.h"

namespace imc::nas
{

namespace
{

constexpr int patience_ms = 10000; ///< for a reader's lock

} // namespace

Database::Database(const std::filesystem::path& file, bool read_only) : file_(file)
{
    const int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
        const std::string why = handle_ ? sqlite3_errmsg(handle_) : "out of memory";
        sqlite3_close(handle_);
        throw ConfigError(file.string(), "cannot be opened: " + why);
    }
    sqlite3_busy_timeout(handle_, patience_ms);
}

Database::~Database() { sqlite3_close(handle_); }

void Database::run(const std::string& sql)
{
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail("cannot run '" + sql.substr(0, 40) + "'");
}

void Database::fail(const std::string& doing) const
{
    const int code = sqlite3_errcode(handle_);
    const int extended = sqlite3_extended_errcode(handle_);
    if (code == SQLITE_FULL || extended == SQLITE_IOERR_WRITE || extended == SQLITE_IOERR_SHMSIZE)
        throw RunError(fmt::format("{}: the disk is full ({}); make room and go on with --resume", file_.string(),
                                   sqlite3_errmsg(handle_)));
    throw RunError(fmt::format("{}: {}: {}", file_.string(), doing, sqlite3_errmsg(handle_)));
}

Statement::Statement(const Database& database, const std::string& sql) : database_(database)
{
    if (sqlite3_prepare_v2(database.handle_, sql.c_str(), -1, &handle_, nullptr) != SQLITE_OK)
        database.fail("cannot prepare '" + sql + "'");
}

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::bind(std::int64_t value)
{
    sqlite3_bind_int64(handle_, ++bound_, value);
    return *this;
}

Statement& Statement::bind(double value)
{
    sqlite3_bind_double(handle_, ++bound_, value);
    return *this;
}

Statement& Statement::bind(const std::string& value)
{
    sqlite3_bind_text(handle_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    return *this;
}

bool Statement::step()
{
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE) {
        sqlite3_reset(handle_);
        database_.fail("cannot write");
    }
    return false;
}

void Statement::finish()
{
    while (step())
        ;
    sqlite3_reset(handle_);
    bound_ = 0;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }

std::string Statement::text(int column) const
{
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))) : "";
}

} // namespace imc::nas
