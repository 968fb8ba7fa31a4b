#pragma once

#include <vector>

#include "arch/macro/macro.h"
#include "arch/macro_timer.h"

namespace imc::test
{

/// A request: an operation and the cycle at which it may start.
struct Request {
    MvmOperation operation;
    Cycle ready = 0;
};

struct Moments {
    Cycle started = -1;
    Cycle inputs_free = -1;
    Cycle result = -1;
    bool operator==(const Moments&) const = default;
};

/// What a macro did with a list of requests.
struct Behaviour {
    std::vector<Moments> operations;
    std::vector<MacroEvent> events;
};

Behaviour by_schedule(const MacroConfig& config, const MacroCosts& costs, const Clock& clock,
                      const std::vector<Request>& requests);

/// Several macros side by side, because a process may elaborate once.
class Circuits
{
public:
    Circuits();
    /// Adds a macro with its requests; returns its index.
    std::size_t add(const MacroConfig& config, const MacroCosts& costs, const Clock& clock,
                    const std::vector<Request>& requests);
    /// Runs all of them to the end.
    void run();
    Behaviour behaviour(std::size_t index) const;

private:
    struct Entry {
        std::unique_ptr<MacroTimer> timer;
        std::vector<Request> requests;
        std::vector<Moments> moments;
    };
    std::vector<std::unique_ptr<Entry>> entries_;
};

/// "" if both did the same in cycles, counts and energy; else the first difference.
std::string difference(const Behaviour& a, const Behaviour& b);

} // namespace imc::test
