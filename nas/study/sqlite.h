#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace imc::nas
{

/// An SQLite connection. Every error is a RunError naming the file; a full disk says so.
class Database
{
public:
    explicit Database(const std::filesystem::path& file, bool read_only);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void run(const std::string& sql);
    [[noreturn]] void fail(const std::string& doing) const;

private:
    friend class Statement;
    std::filesystem::path file_;
    sqlite3* handle_ = nullptr;
};

/// A prepared statement: bind in order, then step.
class Statement
{
public:
    Statement(const Database& database, const std::string& sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(std::int64_t value);
    Statement& bind(double value);
    Statement& bind(const std::string& value);
    /// True while there is a row.
    bool step();
    /// Runs to the end, so that it can be bound again.
    void finish();

    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;

private:
    const Database& database_;
    sqlite3_stmt* handle_ = nullptr;
    int bound_ = 0;
};

} // namespace imc::nas
