#include "sim/base/cli/output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include <unistd.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::cli
{

namespace
{

[[noreturn]] void fail()
{
    const std::string why = errno != 0 ? std::strerror(errno) : "an earlier write failed";
    throw RunError("standard output cannot be written: " + why);
}

} // namespace

void print(std::string_view text)
{
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
        fail();
}

void flush_output()
{
    errno = 0;
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
        fail();
}

void print_to(const std::filesystem::path& file, std::string_view text)
{
    if (file.empty() || file == "-")
        print(text);
    else
        write_file(file, text);
}

void note(std::string_view text)
{
    std::string line(text);
    line += '\n';
    std::fputs(line.c_str(), stderr);
}

bool shows_progress() { return ::isatty(STDERR_FILENO) == 1; }

} // namespace imc::cli
