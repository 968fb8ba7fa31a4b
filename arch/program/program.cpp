#include "arch/program/program.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::program
{

std::vector<int> range(int first, int last)
{
    std::vector<int> result;
    for (int i = first; i < last; ++i)
        result.push_back(i);
    return result;
}

std::vector<int> intersection(const std::vector<int>& a, const std::vector<int>& b)
{
    std::vector<int> result;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
    return result;
}

Region intersection(const Region& a, const Region& b)
{
    return {intersection(a.rows, b.rows), intersection(a.columns, b.columns)};
}

Region whole(int height, int width) { return {range(0, height), range(0, width)}; }

bool apart(const Region& a, const Region& b)
{
    const auto beside = [](const std::vector<int>& x, const std::vector<int>& y) {
        return x.empty() || y.empty() || x.back() < y.front() || y.back() < x.front();
    };
    return beside(a.columns, b.columns) || beside(a.rows, b.rows);
}

namespace
{

/// Division that rounds down for negative numerators too.
int floor_div(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

} // namespace

int Reach::first(int o) const
{
    const int start = o * stride - pad;
    if (start >= 0)
        return std::min(start / enlarge, in);
    // Above the map an output's first tap inside it depends on the residue of its start; a later output may begin
    // before this one.
    int least = in * enlarge;
    for (int later = 0; later < dilation; ++later) {
        const int i = start + later * stride;
        least = std::min(least, i >= 0 ? i : (-i + dilation - 1) / dilation * dilation + i);
    }
    return least / enlarge;
}

int Reach::last(int o) const
{
    const int end = in * enlarge, start = o * stride - pad + (kernel - 1) * dilation;
    if (start < end)
        return floor_div(start, enlarge);
    // Likewise below the map: an earlier output may reach further.
    int most = -1;
    for (int earlier = 0; earlier < dilation && earlier <= o; ++earlier) {
        const int i = start - earlier * stride;
        most = std::max(most, i < end ? i : i - ((i - end) / dilation + 1) * dilation);
    }
    return floor_div(most, enlarge);
}

std::vector<int> Reach::needed(const std::vector<int>& outputs) const
{
    std::vector<char> marks(static_cast<std::size_t>(in), 0);
    for (const int o : outputs)
        for (int tap = 0; tap < kernel; ++tap) {
            const int i = o * stride - pad + tap * dilation;
            if (i >= 0 && i < in * enlarge)
                marks[static_cast<std::size_t>(i / enlarge)] = 1;
        }
    std::vector<int> result;
    for (int i = 0; i < in; ++i)
        if (marks[static_cast<std::size_t>(i)])
            result.push_back(i);
    return result;
}

std::vector<int> Reach::awaited(const std::vector<int>& outputs) const
{
    std::vector<int> result = needed(outputs);
    if (result.empty() && !outputs.empty())
        result.push_back(std::clamp(first(outputs.front()), 0, in - 1));
    return result;
}

MvmOperation MacroUse::operation_at(std::int64_t firing) const
{
    MvmOperation at = operation;
    for (const ActivityRun& run : trace) {
        if (firing < run.operations) {
            at.activity = run.activity;
            break;
        }
        firing -= run.operations;
    }
    return at;
}

const char* name_of(VectorFunction function)
{
    constexpr const char* names[vector_function_count] = {"add",        "multiply", "compare", "lookup",
                                                          "requantize", "divide",   "copy"};
    return names[static_cast<std::size_t>(function)];
}

const char* name_of(ActorKind kind)
{
    constexpr const char* names[] = {"source", "mvm", "post", "vector", "spill", "sink"};
    return names[static_cast<std::size_t>(kind)];
}

void check(const Program& program)
{
    for (std::size_t i = 0; i < program.actors.size(); ++i) {
        const Actor& actor = program.actors[ActorId(i)];
        if (!actor.tile.valid() || actor.tile.value() >= program.tiles)
            throw std::logic_error(fmt::format("actor '{}' is on a tile that does not exist", actor.name));
        if (actor.share.empty() || actor.output_slots < 1 || actor.copies < 1)
            throw std::logic_error(fmt::format("actor '{}' has nothing to produce or no room for it", actor.name));
        for (const MacroUse& use : actor.work.macros) {
            std::int64_t traced = 0;
            for (const ActivityRun& run : use.trace)
                traced += run.operations;
            if (!use.trace.empty() && traced != actor.share.tokens())
                throw std::logic_error(fmt::format("actor '{}' fires {} times, but the activity of {} is known",
                                                   actor.name, actor.share.tokens(), traced));
        }
    }
    for (std::size_t i = 0; i < program.flows.size(); ++i) {
        const Flow& flow = program.flows[FlowId(i)];
        if (flow.from.value() >= program.actors.size() || flow.to.value() >= program.actors.size())
            throw std::logic_error(fmt::format("flow {} joins actors that do not exist", i));
        const Actor& from = program.actors[flow.from];
        const Actor& to = program.actors[flow.to];
        const bool inside = intersection(flow.region, from.share) == flow.region;
        if (!inside || flow.region.empty() || flow.bits < 1 || flow.capacity < 1 || flow.granule < 1 ||
            flow.port >= to.inputs.size())
            throw std::logic_error(fmt::format("flow {} from '{}' to '{}' is not well formed", i, from.name, to.name));
    }
    if (!program.endpoint.empty() && program.endpoint.size() != program.tiles)
        throw std::logic_error("a program names one endpoint for each tile");
}

} // namespace imc::program
