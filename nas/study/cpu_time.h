#pragma once

#include <sys/types.h>

namespace imc::nas
{

/// CPU time that a process has used so far, in seconds: its own, that of the processes it started and they started in
/// turn, and of those that have ended and were waited for. To the kernel's tick of account, a hundredth of a second.
/// 0 for a process that is gone.
double cpu_seconds(pid_t process);

} // namespace imc::nas
