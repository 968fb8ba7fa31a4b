#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace imc::nas::test
{

/// A directory of a test's own, removed at its end.
class Scratch
{
public:
    Scratch() : path_(std::filesystem::temp_directory_path() / ("imcsim_nas_" + std::to_string(getpid())))
    {
        std::filesystem::create_directories(path_);
    }
    ~Scratch()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    std::filesystem::path write(const std::string& name, const std::string& text) const
    {
        std::ofstream(path_ / name) << text;
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

inline std::string content(const std::filesystem::path& file)
{
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

struct Ended {
    int status = 0; ///< as waitpid gives it
    std::string out, err;
    int code() const { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
};

/// Starts imcsim-nas with its output in files under `scratch`; `before` runs in the child first.
template <class F> pid_t start(const Scratch& scratch, std::vector<std::string> arguments, F before)
{
    arguments.insert(arguments.begin(), std::string(IMC_BINARY_DIR) + "/bin/imcsim-nas");
    const pid_t child = fork();
    if (child == 0) {
        dup2(open((scratch / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), 1);
        dup2(open((scratch / "err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), 2);
        before();
        std::vector<char*> argv;
        for (std::string& a : arguments)
            argv.push_back(a.data());
        argv.push_back(nullptr);
        execv(argv[0], argv.data());
        ::_exit(127);
    }
    return child;
}

inline pid_t start(const Scratch& scratch, std::vector<std::string> arguments)
{
    return start(scratch, std::move(arguments), [] {});
}

inline Ended finish(const Scratch& scratch, pid_t child)
{
    Ended ended;
    waitpid(child, &ended.status, 0);
    ended.out = content(scratch / "out");
    ended.err = content(scratch / "err");
    return ended;
}

inline Ended run(const Scratch& scratch, std::vector<std::string> arguments)
{
    return finish(scratch, start(scratch, std::move(arguments)));
}

} // namespace imc::nas::test
