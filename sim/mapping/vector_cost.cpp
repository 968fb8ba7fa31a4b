#include "sim/mapping/vector_cost.h"

#include <algorithm>

namespace imc::mapping
{

using program::VectorFunction;

std::optional<std::vector<StageWork>> work_of(Elementwise::Function function)
{
    using F = Elementwise::Function;
    const auto one = [](VectorFunction f) { return std::vector<StageWork>{{f, 1}}; };
    switch (function) {
    case F::relu:
    case F::abs:
    case F::sign:
    case F::min:
    case F::max:
        return one(VectorFunction::compare);
    case F::clip:
        return std::vector<StageWork>{{VectorFunction::compare, 2}};
    case F::leaky_relu:
    case F::prelu:
        return std::vector<StageWork>{{VectorFunction::compare, 1}, {VectorFunction::multiply, 1}};
    case F::add:
    case F::sub:
    case F::neg:
        return one(VectorFunction::add);
    case F::mul:
        return one(VectorFunction::multiply);
    case F::div:
        return one(VectorFunction::divide);
    case F::elu:
    case F::sigmoid:
    case F::hard_sigmoid:
    case F::hard_swish:
    case F::tanh:
    case F::softplus:
    case F::erf:
    case F::exp:
    case F::log:
    case F::sqrt:
    case F::reciprocal:
    case F::floor:
    case F::ceil:
    case F::round:
        return one(VectorFunction::lookup);
    default:
        return std::nullopt;
    }
}

std::vector<StageWork> work_of(Reduce::Function function, std::int64_t points)
{
    using F = Reduce::Function;
    const std::int64_t steps = std::max<std::int64_t>(1, points - 1);
    switch (function) {
    case F::max:
    case F::min:
        return {{VectorFunction::compare, steps}};
    case F::mean:
        return {{VectorFunction::add, steps}, {VectorFunction::multiply, 1}};
    case F::sum_square:
    case F::l2:
        return {{VectorFunction::multiply, points}, {VectorFunction::add, steps}};
    case F::product:
        return {{VectorFunction::multiply, steps}};
    case F::sum:
    case F::l1:
        break;
    }
    return {{VectorFunction::add, steps}};
}

std::vector<StageWork> work_of(Normalise::Function function)
{
    using F = Normalise::Function;
    if (function == F::batch_norm)
        return {{VectorFunction::multiply, 1}, {VectorFunction::add, 1}};
    if (function == F::softmax || function == F::log_softmax)
        return {{VectorFunction::compare, 1},
                {VectorFunction::add, 2},
                {VectorFunction::lookup, 1},
                {VectorFunction::divide, 1}};
    return {{VectorFunction::add, 3}, {VectorFunction::multiply, 2}, {VectorFunction::lookup, 1}};
}

} // namespace imc::mapping
