#include "sim/mapping/lags.h"

#include <algorithm>
#include <map>

namespace imc::mapping
{

namespace
{

/// For every stage that `target` depends on: the last of its rows that each listed row of `target` needs.
using Needs = std::map<StageId, std::vector<int>>;

void merge(std::vector<int>& into, const std::vector<int>& rows)
{
    for (std::size_t i = 0; i < rows.size(); ++i)
        into[i] = std::max(into[i], rows[i]);
}

/// `rows`: rows of `target`, one for each entry of the result's vectors.
Needs needs_of(const Pipeline& pipeline, StageId target, std::vector<int> rows)
{
    Needs needs;
    needs.emplace(target, std::move(rows));
    // Producers have lower ids than their consumers, so one descending sweep sees each stage complete.
    for (std::size_t s = target.value() + 1; s-- > 0;) {
        const auto found = needs.find(StageId(s));
        if (found == needs.end())
            continue;
        for (const StageInput& input : pipeline.stages[StageId(s)].inputs) {
            std::vector<int> last;
            for (const int row : found->second)
                last.push_back(row < 0 ? -1 : std::max(-1, input.rows.last(row)));
            for (const Piece& piece : input.view.pieces) {
                if (!piece.stage.valid())
                    continue;
                const auto [it, fresh] = needs.emplace(piece.stage, last);
                if (!fresh)
                    merge(it->second, last);
            }
        }
    }
    return needs;
}

/// One reader of a stage's map leads to one operand and another reader to the other. If a single reader leads to both,
/// it is that one, or one behind it, which can be stopped by the one side while the other still waits.
bool forks(const Pipeline& pipeline, StageId stage, StageId join, const Needs& mine, const Needs& theirs)
{
    std::size_t readers = 0;
    for (std::size_t s = stage.value() + 1; s < pipeline.stages.size(); ++s) {
        const StageId reader(s);
        if (reader != join && !mine.count(reader) && !theirs.count(reader))
            continue;
        bool reads = false;
        for (const StageInput& input : pipeline.stages[reader].inputs)
            for (const Piece& piece : input.view.pieces)
                reads = reads || piece.stage == stage;
        readers += reads;
    }
    return readers > 1;
}

} // namespace

std::vector<int> rows_ahead(const Pipeline& pipeline, StageId id, std::size_t input, std::size_t piece)
{
    const Stage& stage = pipeline.stages[id];
    const StageInput& own = stage.inputs[input];
    const StageId source = own.view.pieces[piece].stage;
    const int source_rows = pipeline.stages[source].height;

    std::vector<int> ahead;
    for (int y = 0; y < stage.height; ++y)
        ahead.push_back(own.rows.last(y));

    // What each row of the piece's own stage needs of its ancestors: ascending in the row.
    std::vector<int> all(static_cast<std::size_t>(source_rows));
    for (int r = 0; r < source_rows; ++r)
        all[static_cast<std::size_t>(r)] = r;
    Needs mine;
    bool computed = false;

    for (std::size_t i = 0; i < stage.inputs.size(); ++i)
        for (std::size_t p = 0; p < stage.inputs[i].view.pieces.size(); ++p) {
            const StageId other = stage.inputs[i].view.pieces[p].stage;
            // The piece's own stage read through another window (a map added to its convolution) is one of them.
            if (!other.valid() || (i == input && p == piece))
                continue;
            if (!computed) {
                mine = needs_of(pipeline, source, all);
                computed = true;
            }
            std::vector<int> wanted;
            for (int y = 0; y < stage.height; ++y)
                wanted.push_back(stage.inputs[i].rows.last(y));
            const Needs theirs = needs_of(pipeline, other, wanted);
            for (const auto& [ancestor, rows] : theirs) {
                const auto found = mine.find(ancestor);
                if (found == mine.end() || (ancestor != source && !forks(pipeline, ancestor, id, mine, theirs)))
                    continue;
                const std::vector<int>& own_needs = found->second;
                for (int y = 0; y < stage.height; ++y) {
                    const auto produced =
                        std::upper_bound(own_needs.begin(), own_needs.end(), rows[static_cast<std::size_t>(y)]) -
                        own_needs.begin();
                    ahead[static_cast<std::size_t>(y)] =
                        std::max(ahead[static_cast<std::size_t>(y)], static_cast<int>(produced) - 1);
                }
            }
        }
    return ahead;
}

} // namespace imc::mapping
