#pragma once

#include <vector>

#include "sim/mapping/stages.h"

/// How far one operand of a stage runs ahead of another: where paths of different depth meet, the shorter one
/// must be buffered, or the stage that both branch from stops for want of room and the join never happens.
namespace imc::mapping
{

/// For input `input` and its piece `piece` of a stage: per output row y of the stage, the last row of the
/// piece's map that can have been produced while row y is computed. At least the last row that y needs.
///
/// While row y waits for another operand, every common ancestor must advance to the row that operand needs;
/// by then the piece's stage may have produced every row that needs no more of that ancestor. Never less than needed;
/// up to what the stages between ancestor and piece keep in their own line buffers more (see make_least).
std::vector<int> rows_ahead(const Pipeline& pipeline, StageId stage, std::size_t input, std::size_t piece);

} // namespace imc::mapping
