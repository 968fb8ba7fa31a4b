#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/config/visitor.h"

/// The JSON network format, schema imcsim.network/1: shapes only, short enough to write by hand.
namespace imc
{

enum class LayerOp {
    conv,
    dense,
    max_pool,
    average_pool,
    global_average_pool,
    flatten,
    relu,
    relu6,
    sigmoid,
    tanh,
    hard_swish,
    softmax,
    add,
    concat,
    pad_channels,
    residual,
    repeat,
};

enum class Activation { none, relu, relu6, sigmoid, tanh, hard_swish };

inline constexpr const char* network_schema = "imcsim.network/1";

/// One layer. It reads the result of the layer before it unless it names others.
struct LayerFile {
    LayerOp op = LayerOp::conv;
    std::string name;                ///< empty: the operator and a number
    std::vector<std::string> inputs; ///< names of layers or inputs

    std::int64_t filters = 0; ///< 0: not given, as many as input channels if depthwise
    std::int64_t units = 1;
    std::vector<std::int64_t> kernel{1};
    std::vector<std::int64_t> stride;
    std::vector<std::int64_t> pad{0};
    std::vector<std::int64_t> dilation{1};
    std::int64_t groups = 1;
    bool depthwise = false;
    bool bias = true;
    bool ceil_mode = false;
    bool count_include_pad = false;
    Activation activation = Activation::none;
    std::int64_t before = 0, after = 0;
    std::int64_t times = 1;
    std::vector<LayerFile> layers;
    std::vector<LayerFile> shortcut;

    void fields(config::Visitor& v);
};

struct InputFile {
    std::string name = "input";
    std::vector<std::int64_t> shape;

    void fields(config::Visitor& v);
};

struct NetworkFile {
    std::string schema = "imcsim.network/1";
    std::string name;
    InputFile input;
    std::vector<LayerFile> layers;
    std::vector<std::string> outputs; ///< empty: the last layer

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

} // namespace imc
