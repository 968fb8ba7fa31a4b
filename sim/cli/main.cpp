#include <csignal>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "sim/cli/command.h"
#include "sim/cli/guard.h"
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

} // namespace

int main(int argc, char** argv)
{
    occupy_standard_streams();
    std::signal(SIGPIPE, SIG_IGN); // a broken pipe is an error of the write, reported as any other,
    std::signal(SIGXFSZ, SIG_IGN); // and so is the limit on a file's size
    return imc::cli::guarded("imcsim", [&] {
        const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
        const int status = imc::cli::dispatch(args);
        imc::cli::flush_output();
        return status;
    });
}
