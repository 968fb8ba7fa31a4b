#pragma once

#include <cstdint>
#include <vector>

#include "arch/program/cursor.h"
#include "arch/program/program.h"
#include "arch/program/streams.h"

/// A program's execution without time. An actor that can fire can still fire whatever the others do meanwhile, so all
/// orders and all durations end in the same state: whether a program stops before its end is a property of the
/// program alone. Where one inference comes to its end all buffers are empty again, so any number of them does.
namespace imc::program
{

class UntimedRun
{
public:
    /// Keeps a reference to `program`.
    explicit UntimedRun(const Program& program);

    /// Lets one inference in and fires whatever can fire, with the capacities and output slots of the program. True
    /// if every actor has produced all its tokens. To be called once.
    bool completes();

private:
    struct State {
        Cursor firing;
        std::int64_t tokens;                         ///< to be produced
        std::vector<std::vector<std::size_t>> ports; ///< flows into each input
        std::vector<std::size_t> outgoing;
        std::size_t lacks;    ///< the flow it waits for tokens of, or none
        bool waiting = false; ///< in the queue
    };

    void wake(std::size_t actor);
    void fire_all(std::size_t actor);
    bool inputs_there(State& state);
    bool has_room(const State& state, int slots) const;
    void send(std::size_t flow);

    const Program& program_;
    std::vector<State> states_;
    std::vector<Outgoing> outgoing_; ///< of each flow
    std::vector<Incoming> incoming_;
    std::vector<std::size_t> queue_;
};

/// Whether a program runs to the end of its inferences. Takes time in proportion to its tokens.
bool completes(const Program& program);

} // namespace imc::program
