#include "sim/base/files.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/unfinished.h"

namespace imc
{

namespace fs = std::filesystem;

std::string read_file(const fs::path& file, std::size_t limit)
{
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        throw ConfigError(file.string(), fmt::format("cannot be read: {}", std::strerror(errno)));
    struct stat info {
    };
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(fd);
        throw ConfigError(file.string(), "cannot be read: not a regular file");
    }
    if (static_cast<std::size_t>(info.st_size) > limit) {
        ::close(fd);
        throw ConfigError(file.string(),
                          fmt::format("is {} bytes, more than the {} accepted here", info.st_size, limit));
    }
    std::string content(static_cast<std::size_t>(info.st_size), '\0');
    std::size_t have = 0;
    while (have < content.size()) {
        const ssize_t n = ::read(fd, content.data() + have, content.size() - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            const int error = errno;
            ::close(fd);
            throw ConfigError(file.string(), fmt::format("cannot be read: {}", std::strerror(error)));
        }
        if (n == 0)
            break;
        have += static_cast<std::size_t>(n);
    }
    ::close(fd);
    content.resize(have);
    return content;
}

void write_file(const fs::path& file, std::string_view content)
{
    AtomicFile out(file);
    out.write(content);
    out.commit();
}

namespace
{

/// Removes what was written so far; "": nothing was written beside the file.
void discard(const fs::path& temporary)
{
    if (!temporary.empty())
        ::unlink(temporary.c_str());
}

} // namespace

AtomicFile::AtomicFile(fs::path file) : file_(std::move(file))
{
    std::error_code error;
    const fs::file_status status = fs::status(file_, error);
    if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status)) {
        // Devices and pipes take what is written; replacing one by a file would break it for everybody.
        descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CLOEXEC);
        if (descriptor_ < 0)
            fail("written", errno);
        return;
    }
    if (fs::is_symlink(fs::symlink_status(file_, error)))
        if (const fs::path target = fs::canonical(file_, error); !error)
            file_ = target; // the link stays
    temporary_ = file_;
    temporary_ += fmt::format(".{}.partial", ::getpid());
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0)
        fail("created", errno);
    note_unfinished(temporary_.c_str());
}

AtomicFile::~AtomicFile()
{
    forget_unfinished(temporary_.c_str());
    if (descriptor_ >= 0) {
        ::close(descriptor_);
        discard(temporary_);
    }
}

void AtomicFile::write(std::string_view text)
{
    buffer_.append(text);
    if (buffer_.size() >= (std::size_t{1} << 20))
        flush();
}

void AtomicFile::flush()
{
    const char* data = buffer_.data();
    std::size_t left = buffer_.size();
    while (left > 0) {
        const ssize_t n = ::write(descriptor_, data, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail("written", errno);
        data += n;
        left -= static_cast<std::size_t>(n);
    }
    buffer_.clear();
}

void AtomicFile::commit()
{
    flush();
    const int fd = descriptor_;
    descriptor_ = -1;
    if (::close(fd) != 0) { // network file systems report a full disk only here
        const int error = errno;
        discard(temporary_);
        fail("written", error);
    }
    if (!temporary_.empty() && ::rename(temporary_.c_str(), file_.c_str()) != 0) {
        const int error = errno;
        discard(temporary_);
        fail("written", error);
    }
}

void AtomicFile::fail(const char* doing, int error)
{
    if (descriptor_ >= 0) {
        ::close(descriptor_);
        discard(temporary_);
        descriptor_ = -1;
    }
    const std::string what = fmt::format("cannot be {}: {}", doing, std::strerror(error));
    if (error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO)
        throw RunError(file_.string() + ": " + what);
    throw ConfigError(file_.string(), what);
}

void make_directory(const fs::path& directory)
{
    if (directory.empty())
        throw ConfigError("''", "is no name of a directory");
    std::error_code error;
    fs::create_directories(directory, error);
    if (error)
        throw ConfigError(directory.string(), fmt::format("directory cannot be created: {}", error.message()));
    if (!fs::is_directory(directory))
        throw ConfigError(directory.string(), "is not a directory");
}

} // namespace imc
