#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/cli/commands.h"
#include "sim/cli/output.h"

namespace imc::cli
{

/// Replaces this process by imcsim-nas, which lies beside the binary if the build has it.
int run_nas(std::span<const std::string> args)
{
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::filesystem::path plugin = self.parent_path() / "imcsim-nas";
    if (error || ::access(plugin.c_str(), X_OK) != 0)
        throw RunError(fmt::format("imcsim nas needs the program {}, which this build does not have; "
                                   "configure with -DIMC_NAS=ON to build it",
                                   error ? "imcsim-nas beside imcsim" : plugin.string()));
    std::vector<std::string> words = {plugin.string()};
    words.insert(words.end(), args.begin(), args.end());
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    flush_output();
    std::signal(SIGPIPE, SIG_DFL);
    std::signal(SIGXFSZ, SIG_DFL);
    ::execv(plugin.c_str(), argv.data());
    throw RunError(fmt::format("{} cannot be started: {}", plugin.string(), std::strerror(errno)));
}

} // namespace imc::cli
