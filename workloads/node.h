#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/base/ids.h"
#include "workloads/tensor.h"

/// The five classes of node. What the user calls Conv, Gemm, MatMul or attention is one thing here.
namespace imc
{

/// One spatial axis of a sliding window. `out` is resolved from everything else, ceil_mode included.
struct WindowAxis {
    std::int64_t in = 1;
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t pad_begin = 0;
    std::int64_t pad_end = 0;
    std::int64_t out = 1;

    /// First input index the window covers at output `o`; negative inside the padding.
    std::int64_t first(std::int64_t o) const { return o * stride - pad_begin; }
    /// Number of inputs the dilated window spans.
    std::int64_t extent() const { return (kernel - 1) * dilation + 1; }
};

/// A window that slides over the spatial axes of an N×C×spatial tensor (1 to 3 of them, outermost first).
struct Window {
    std::int64_t in_channels = 1; ///< channels of the input, all groups together
    std::vector<WindowAxis> axes;

    /// The two innermost axes; a missing one is a single point.
    WindowAxis rows() const { return axes.size() >= 2 ? axes[axes.size() - 2] : WindowAxis{}; }
    WindowAxis columns() const { return axes.empty() ? WindowAxis{} : axes.back(); }
    /// Points of the window, inputs and outputs per channel.
    std::int64_t kernel_points() const;
    std::int64_t input_points() const;
    std::int64_t output_points() const;
};

/// The moving operand's row m is stored as such.
struct Dense {
};

/// Row m of the moving operand is the sum of the rows that CSR row m names (graph aggregation, bags of embeddings).
struct RowIndex {
    TensorId offsets; ///< m + 1 entries
    TensorId columns;
};

/// When the stationary operand's values are known.
enum class Residency {
    constant,      ///< a weight: programmed once
    per_inference, ///< computed by the network: attention's K and V
    appended,      ///< grows by rows from token to token: a KV cache
};

const char* name(Residency residency);

/// Scales and zero points of an integer contraction; an invalid id is absent (scale 1, zero point 0).
struct QuantisedOperands {
    TensorId moving_scale, moving_zero_point;
    TensorId stationary_scale, stationary_zero_point; ///< per tensor, or one per result column n
    TensorId result_scale, result_zero_point;         ///< absent: the result is the int32 sum
};

/// result[b, m, g, n] = alpha · Σ_k moving[b, gather(m, k), g] · stationary[b?, g, k, n] + beta · bias[n]
///
/// Conv, Gemm, MatMul, their quantised forms and attention's products are all of this form.
/// A convolution has batch = images, m = output positions, k = (in_channels / groups) · kernel points in the
/// order channel, kernel row, kernel column, and n = output channels per group.
struct Contraction {
    TensorId moving;
    TensorId stationary;
    TensorId bias; ///< invalid if there is none
    TensorId result;

    std::int64_t batch = 1;
    std::int64_t m = 1;
    std::int64_t k = 1; ///< per group
    std::int64_t n = 1; ///< per group
    std::int64_t groups = 1;

    bool stationary_batched = false; ///< every batch index has its own stationary matrix

    std::variant<Dense, Window, RowIndex> gather;
    Residency residency = Residency::constant;

    // How the operands lie in their tensors; a convolution's weights are [n, k] and its result [n, m].
    bool moving_transposed = false;     ///< [k, m] instead of [m, k]
    bool stationary_transposed = false; ///< [n, k] instead of [k, n]
    bool result_transposed = false;     ///< [n, m] instead of [m, n]

    double alpha = 1.0;
    double beta = 1.0;
    std::optional<QuantisedOperands> quantised;

    const Window* window() const { return std::get_if<Window>(&gather); }
    bool depthwise() const { return groups > 1 && window() && groups == window()->in_channels; }
    /// Multiply-accumulates of one inference. Throws std::overflow_error.
    std::int64_t macs() const;
    /// Stationary elements: batch? · groups · k · n.
    std::int64_t stationary_elements() const;
};

/// Point by point, operands broadcast as in NumPy.
struct Elementwise {
    enum class Function {
        // one operand
        relu,
        leaky_relu, ///< alpha: slope below zero
        elu,        ///< alpha
        clip,       ///< alpha: low, beta: high, unless they are operands 1 and 2
        sigmoid,
        hard_sigmoid, ///< max(0, min(1, alpha·x + beta))
        hard_swish,   ///< x · hard_sigmoid(x) with alpha = 1/6, beta = 1/2
        tanh,
        softplus,
        erf,
        exp,
        log,
        sqrt,
        reciprocal,
        abs,
        neg,
        sign,
        floor,
        ceil,
        round, ///< half to even
        logical_not,
        // two operands
        add,
        sub,
        mul,
        div,
        pow,
        min,
        max,
        prelu,
        equal,
        less,
        less_or_equal,
        greater,
        greater_or_equal,
        logical_and,
        logical_or,
        // three operands
        where,
        // operand, scale, zero point; along `axis` if the scale is a vector
        quantize,
        dequantize,
    };

    Function function = Function::relu;
    double alpha = 0.0;
    double beta = 0.0;
    int axis = 1;
    /// The function's own constants, as operands: inputs[0 .. operands) of the node are the data.
    int operands = 1;
};

const char* name(Elementwise::Function function);

/// Fewer values out than in: over a sliding window, or over whole axes.
struct Reduce {
    enum class Function { max, min, mean, sum, sum_square, l1, l2, product };

    Function function = Function::max;
    std::optional<Window> window; ///< a pool; a global pool is a window as large as its input
    std::vector<int> axes;        ///< else the axes reduced, ascending
    bool keep_dims = true;
    bool count_include_pad = false;    ///< mean over a window: padding counts in the divisor
    bool column_major_indices = false; ///< how a max pool numbers its second output
};

const char* name(Reduce::Function function);

/// Each value relative to others of its row.
struct Normalise {
    enum class Function {
        softmax,
        log_softmax,
        layer_norm,    ///< inputs x, scale, bias?
        batch_norm,    ///< inputs x, scale, bias, mean, variance; what folding left over
        instance_norm, ///< inputs x, scale, bias
    };

    Function function = Function::softmax;
    int axis = -1;           ///< softmax, layer_norm: (first) axis normalised
    bool to_the_end = false; ///< axes [axis, rank) are one row (layer_norm, and softmax before opset 13)
    double epsilon = 1e-5;
};

const char* name(Normalise::Function function);

/// Where nearest-neighbour resizing takes each result index of one axis from (ONNX operator Resize).
struct ResizeAxis {
    enum class Coordinates { asymmetric, half_pixel, pytorch_half_pixel, align_corners, tf_half_pixel_for_nn };
    enum class Rounding { round_prefer_floor, round_prefer_ceil, floor, ceil };

    Coordinates coordinates = Coordinates::half_pixel;
    Rounding rounding = Rounding::round_prefer_floor;
    std::int64_t in = 1, out = 1;
    double scale = 1.0;

    std::int64_t source(std::int64_t index) const;
};

/// Values change place, not value (cast: representation).
struct Move {
    enum class Function {
        identity,
        reshape, ///< also flatten, squeeze, unsqueeze: the same values in the same order
        transpose,
        concat,
        split,
        slice,
        pad,
        resize_nearest,
        gather,
        expand,
        cast,
    };
    enum class PadMode { constant, reflect, edge };

    Function function = Function::identity;
    int axis = 0;                            ///< concat, split, gather
    std::vector<std::int64_t> permutation;   ///< transpose: result axis i is input axis permutation[i]
    std::vector<std::int64_t> starts, steps; ///< slice: per input axis, resolved; steps may be negative
    std::vector<std::int64_t> before, after; ///< pad: per axis; negative crops
    PadMode pad_mode = PadMode::constant;
    double pad_value = 0.0;
    std::vector<ResizeAxis> resize; ///< resize_nearest: one per axis

    /// True if the result can share its input's storage.
    bool free() const { return function == Function::identity || function == Function::reshape; }
};

const char* name(Move::Function function);

struct Node {
    /// The ONNX node's name; where it has none or it is taken, made unique from the operator.
    std::string name;
    /// The operator as the user knows it: "Conv", "QLinearMatMul".
    std::string op;
    /// In the operator's own order; an invalid id is an optional input or output left out.
    std::vector<TensorId> inputs;
    std::vector<TensorId> outputs;
    std::variant<Contraction, Elementwise, Reduce, Normalise, Move> kind;
    /// Operands and results are integers that stand for reals, as their tensors' `quantisation` says; the node
    /// computes what it says on those reals (execute/quantised.h). Contractions say so by themselves.
    bool quantised = false;

    template <class T> const T* as() const { return std::get_if<T>(&kind); }
    template <class T> T* as() { return std::get_if<T>(&kind); }
};

} // namespace imc
