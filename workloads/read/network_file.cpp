#include "workloads/read/network_file.h"

#include <algorithm>

namespace imc
{

namespace
{

constexpr config::Choice<LayerOp> ops[] = {
    {"conv", LayerOp::conv, "convolution (Conv)"},
    {"dense", LayerOp::dense, "fully connected layer (Gemm)"},
    {"max_pool", LayerOp::max_pool, "largest value of a window"},
    {"average_pool", LayerOp::average_pool, "mean of a window"},
    {"global_average_pool", LayerOp::global_average_pool, "mean of each channel"},
    {"flatten", LayerOp::flatten, "all values of an image in a row"},
    {"relu", LayerOp::relu, "max(0, x)"},
    {"relu6", LayerOp::relu6, "min(6, max(0, x))"},
    {"sigmoid", LayerOp::sigmoid, "1 / (1 + e^-x)"},
    {"tanh", LayerOp::tanh, "hyperbolic tangent"},
    {"hard_swish", LayerOp::hard_swish, "x · min(6, max(0, x + 3)) / 6"},
    {"softmax", LayerOp::softmax, "softmax over the last axis"},
    {"add", LayerOp::add, "sum of the inputs"},
    {"concat", LayerOp::concat, "the inputs' channels one after another"},
    {"pad_channels", LayerOp::pad_channels, "zero channels before and after"},
    {"residual", LayerOp::residual, "layers plus a shortcut around them"},
    {"repeat", LayerOp::repeat, "layers several times in a row"},
};

constexpr config::Choice<Activation> activations[] = {
    {"none", Activation::none, "none"},
    {"relu", Activation::relu, "max(0, x)"},
    {"relu6", Activation::relu6, "min(6, max(0, x))"},
    {"sigmoid", Activation::sigmoid, "1 / (1 + e^-x)"},
    {"tanh", Activation::tanh, "hyperbolic tangent"},
    {"hard_swish", Activation::hard_swish, "x · min(6, max(0, x + 3)) / 6"},
};

constexpr config::IntegerRange count{1, std::int64_t{1} << 24};
constexpr config::IntegerRange small{1, 4096};

} // namespace

void LayerFile::fields(config::Visitor& v)
{
    using enum LayerOp;
    v.choice("op", op, ops, "what the layer does", config::Presence::required);
    v.text("name", name, "name of the layer and of its result; default: the operator and a number");
    v.texts("inputs", inputs, "names of the layers or inputs read; default: the layer before");
    // A key that means nothing for the operator is unknown there; a listing shows all of them.
    const auto of = [&](std::initializer_list<LayerOp> which) {
        return !v.reading() || std::find(which.begin(), which.end(), op) != which.end();
    };
    if (of({conv})) {
        v.boolean("depthwise", depthwise, "one group per input channel, `filters` being that number as well");
        v.integer("filters", filters, count, unit::none, "output channels; needed unless depthwise",
                  v.reading() && !depthwise ? config::Presence::required : config::Presence::optional);
    }
    if (of({dense}))
        v.integer("units", units, count, unit::none, "outputs", config::Presence::required);
    if (of({conv, max_pool, average_pool})) {
        v.integers("kernel", kernel, small, unit::none, "window: one size, or rows and columns",
                   v.reading() ? config::Presence::required : config::Presence::optional);
        v.integers("stride", stride, small, unit::none, "step of the window; default: 1, a pool's: its kernel");
        v.integers("pad", pad, {0, 4096}, unit::none, "zeros around: all sides, or top, left, bottom, right");
    }
    if (of({conv})) {
        v.integers("dilation", dilation, small, unit::none, "distance of the window's points");
        v.integer("groups", groups, count, unit::none, "groups of channels that do not mix");
    }
    if (of({conv, dense}))
        v.boolean("bias", bias, "adds a constant per output channel");
    if (of({max_pool, average_pool}))
        v.boolean("ceil_mode", ceil_mode, "the last window may reach beyond the padding");
    if (of({average_pool}))
        v.boolean("count_include_pad", count_include_pad, "padding counts in the mean");
    if (of({conv, dense, residual, add}))
        v.choice("activation", activation, activations, "applied to the result");
    if (of({pad_channels})) {
        v.integer("before", before, {0, 1 << 20}, unit::none, "zero channels in front");
        v.integer("after", after, {0, 1 << 20}, unit::none, "zero channels behind");
    }
    if (of({repeat}))
        v.integer("times", times, {1, 1000}, unit::none, "how often");
    // Layers inside layers: a listing of the format ends here.
    if (v.reading() && of({residual, repeat}))
        v.list("layers", layers, "the layers inside", config::Presence::required);
    if (v.reading() && of({residual}))
        v.list("shortcut", shortcut, "the layers of the way around; default: none");
}

void InputFile::fields(config::Visitor& v)
{
    v.text("name", name, "name of the network's input");
    v.integers("shape", shape, count, unit::none, "images, channels, rows, columns; or images, values",
               config::Presence::required);
}

void NetworkFile::fields(config::Visitor& v)
{
    v.text("schema", schema, "always imcsim.network/1", config::Presence::required);
    v.text("name", name, "name of the network; default: that of the file");
    v.section("input", input, "what an inference is given", config::Presence::required);
    v.list("layers", layers, "the layers in order", config::Presence::required);
    v.texts("outputs", outputs, "names of the layers whose results are returned; default: the last");
}

void NetworkFile::check(const config::Place& place) const
{
    if (schema != "imcsim.network/1")
        place.fail("schema", "must be 'imcsim.network/1', got '" + schema + "'");
    if (layers.empty())
        place.fail("layers", "must have at least one layer");
}

} // namespace imc
