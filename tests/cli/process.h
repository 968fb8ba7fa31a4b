#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace imc::test
{

/// How a program ended and what it printed.
struct Ended {
    int status = -1; ///< exit status; 128 + signal if it was killed by one
    std::string out;
    std::string err;
};

/// Where a program's standard output goes.
enum class Output { captured, full_disk, closed, broken_pipe };

struct Command {
    std::vector<std::string> words; ///< the program's path and its arguments, no shell
    std::filesystem::path directory = ".";
    std::map<std::string, std::string> environment = {}; ///< added to the test's own
    Output output = Output::captured;
    std::size_t file_size_limit = 0; ///< bytes a file may have (RLIMIT_FSIZE); 0: no limit
};

/// Runs a program to its end. Throws std::runtime_error if it cannot be started.
Ended run(const Command& command);

/// The imcsim of this build with some arguments.
Ended imcsim(std::vector<std::string> arguments, const std::filesystem::path& directory = ".");
std::filesystem::path imcsim_path();

/// An empty directory that goes away with the object.
class TemporaryDirectory
{
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    /// The names of everything in it, below it too, in order.
    std::vector<std::string> content() const;

private:
    std::filesystem::path path_;
};

} // namespace imc::test
