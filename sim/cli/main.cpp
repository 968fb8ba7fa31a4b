#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "sim/base/errors.h"
#include "sim/cli/command.h"
#include "sim/cli/output.h"

namespace
{

/// A standard stream that was closed by the caller must not be handed out again as the descriptor of a
/// result file. Standard output is filled with something that refuses writes, so that the loss is noticed.
void occupy_standard_streams()
{
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(fd, F_GETFD) == -1)
            (void)::open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
}

int fail(int status, const std::string& what)
{
    imc::cli::note("imcsim: " + what);
    return status;
}

} // namespace

int main(int argc, char** argv)
{
    occupy_standard_streams();
    std::signal(SIGPIPE, SIG_IGN); // a broken pipe is an error of the write, reported as any other
    try {
        const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
        const int status = imc::cli::dispatch(args);
        imc::cli::flush_output();
        return status;
    } catch (const imc::ConfigError& e) {
        return fail(2, e.what());
    } catch (const imc::RunError& e) {
        return fail(1, e.what());
    } catch (const std::bad_alloc&) {
        return fail(1, "out of memory");
    } catch (const std::exception& e) {
        return fail(1, std::string("internal error, please report it: ") + e.what());
    }
}
