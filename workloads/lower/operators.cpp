#include <algorithm>

#include "workloads/lower/context.h"
#include "workloads/lower/contractions.h"
#include "workloads/lower/movements.h"
#include "workloads/lower/pointwise.h"

namespace imc::lower
{

namespace
{

// `since`: definitions before it differ (attributes like consumed_inputs or broadcast that later ones dropped).
constexpr Operator table[] = {
    {"Conv", 1, conv},
    {"ConvInteger", 10, conv_integer},
    {"Gemm", 7, gemm},
    {"MatMul", 1, matmul},
    {"MatMulInteger", 10, matmul_integer},
    {"QLinearConv", 10, qlinear_conv},
    {"QLinearMatMul", 10, qlinear_matmul},

    {"Abs", 6, plain_elementwise},
    {"Add", 7, plain_elementwise},
    {"And", 7, plain_elementwise},
    {"Ceil", 6, plain_elementwise},
    {"Clip", 6, clip},
    {"DequantizeLinear", 10, dequantize_linear},
    {"Div", 7, plain_elementwise},
    {"Elu", 6, plain_elementwise},
    {"Equal", 7, plain_elementwise},
    {"Erf", 9, plain_elementwise},
    {"Exp", 6, plain_elementwise},
    {"Floor", 6, plain_elementwise},
    {"Greater", 7, plain_elementwise},
    {"GreaterOrEqual", 12, plain_elementwise},
    {"HardSigmoid", 6, plain_elementwise},
    {"HardSwish", 14, plain_elementwise},
    {"LeakyRelu", 6, plain_elementwise},
    {"Less", 7, plain_elementwise},
    {"LessOrEqual", 12, plain_elementwise},
    {"Log", 6, plain_elementwise},
    {"Max", 8, plain_elementwise},
    {"Min", 8, plain_elementwise},
    {"Mul", 7, plain_elementwise},
    {"Neg", 6, plain_elementwise},
    {"Not", 1, plain_elementwise},
    {"Or", 7, plain_elementwise},
    {"PRelu", 7, plain_elementwise},
    {"Pow", 7, plain_elementwise},
    {"QuantizeLinear", 10, quantize_linear},
    {"Reciprocal", 6, plain_elementwise},
    {"Relu", 6, plain_elementwise},
    {"Round", 11, plain_elementwise},
    {"Sigmoid", 6, plain_elementwise},
    {"Sign", 9, plain_elementwise},
    {"Softplus", 1, plain_elementwise},
    {"Sqrt", 6, plain_elementwise},
    {"Sub", 7, plain_elementwise},
    {"Sum", 8, plain_elementwise},
    {"Tanh", 6, plain_elementwise},
    {"Where", 9, plain_elementwise},

    {"AveragePool", 7, average_pool},
    {"GlobalAveragePool", 1, global_average_pool},
    {"GlobalMaxPool", 1, global_max_pool},
    {"MaxPool", 1, max_pool},
    {"ReduceL1", 1, reduce},
    {"ReduceL2", 1, reduce},
    {"ReduceMax", 1, reduce},
    {"ReduceMean", 1, reduce},
    {"ReduceMin", 1, reduce},
    {"ReduceProd", 1, reduce},
    {"ReduceSum", 1, reduce},
    {"ReduceSumSquare", 1, reduce},

    {"BatchNormalization", 7, batch_normalization},
    {"InstanceNormalization", 6, instance_normalization},
    {"LayerNormalization", 17, layer_normalization},
    {"LogSoftmax", 1, softmax},
    {"Softmax", 1, softmax},

    {"Cast", 6, cast},
    {"Concat", 4, concat},
    {"Dropout", 7, dropout},
    {"Expand", 8, expand},
    {"Flatten", 1, flatten},
    {"Gather", 1, gather},
    {"Identity", 1, identity},
    {"Pad", 2, pad},
    {"Reshape", 5, reshape},
    {"Resize", 10, resize},
    {"Slice", 1, slice},
    {"Split", 2, split},
    {"Squeeze", 1, squeeze},
    {"Transpose", 1, transpose},
    {"Unsqueeze", 1, unsqueeze},
    {"Upsample", 7, upsample},

    {"Constant", 1, constant},
    {"ConstantOfShape", 9, constant_of_shape},
    {"Range", 11, range},
    {"Shape", 1, shape},
    {"Size", 1, size},
};

} // namespace

std::span<const Operator> operators() { return table; }

const Operator* find_operator(const std::string& name)
{
    const auto it = std::find_if(std::begin(table), std::end(table), [&](const Operator& o) { return name == o.name; });
    return it == std::end(table) ? nullptr : it;
}

} // namespace imc::lower
