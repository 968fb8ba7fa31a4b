#include "nas/cli/train.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace imc::nas
{

void start_training(std::span<const std::string> arguments)
{
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::filesystem::path program = self.parent_path() / "imcsim-nas-train";
    if (error || ::access(program.c_str(), X_OK) != 0)
        throw ConfigError("train", fmt::format("needs the program {}, which this build does not have: install libtorch "
                                               "(Debian: apt-get install libtorch-dev), configure with -DIMC_TORCH=ON "
                                               "and build again",
                                               error ? "imcsim-nas-train beside imcsim-nas" : program.string()));
    std::vector<std::string> words = {program.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv(program.c_str(), argv.data());
    throw RunError(fmt::format("{} cannot be started: {}", program.string(), std::strerror(errno)));
}

} // namespace imc::nas
