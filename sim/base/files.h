#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace imc
{

/// The whole file as bytes. Throws ConfigError naming the file if it is missing, a directory,
/// unreadable or larger than `limit` bytes.
std::string read_file(const std::filesystem::path& file, std::size_t limit = std::size_t{4} << 30);

/// Writes a file so that it is either absent or complete: beside it first, then renamed.
/// Throws ConfigError if the place cannot be written (exit 2), RunError if the disk is full (exit 1);
/// in both cases nothing of it is left behind.
void write_file(const std::filesystem::path& file, std::string_view content);

/// The same for content that comes in pieces. Without commit() the destructor removes what was written.
class AtomicFile
{
public:
    explicit AtomicFile(std::filesystem::path file);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(std::string_view text);
    void commit();

private:
    void flush();
    [[noreturn]] void fail(const char* doing, int error);

    std::filesystem::path file_;
    std::filesystem::path temporary_;
    std::string buffer_;
    int descriptor_ = -1;
};

/// Creates a directory and its parents. Throws ConfigError if that cannot be done.
void make_directory(const std::filesystem::path& directory);

} // namespace imc
