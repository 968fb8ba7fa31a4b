#include "nas/study/cpu_time.h"

#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

#include <fmt/format.h>

namespace imc::nas
{

double cpu_seconds(pid_t process)
{
    // proc(5): utime, stime, cutime and cstime are fields 14 to 17; the name in field 2 may hold anything, ')' ends it.
    std::ifstream file(fmt::format("/proc/{}/stat", process));
    std::string line;
    std::getline(file, line);
    const std::size_t name = line.rfind(')');
    if (name == std::string::npos)
        return 0.0;
    std::istringstream fields(line.substr(name + 1));
    std::string word;
    for (int field = 3; field < 14; ++field)
        fields >> word;
    long long ticks = 0, each = 0;
    for (int field = 14; field <= 17 && fields >> each; ++field)
        ticks += each;
    double seconds = static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", process));
    for (pid_t child = 0; children >> child;)
        seconds += cpu_seconds(child);
    return seconds;
}

} // namespace imc::nas
