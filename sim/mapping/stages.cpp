#include "sim/mapping/stages.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/mapping/stage_builder.h"
#include "sim/mapping/vector_cost.h"

namespace imc::mapping
{

using program::Reach;
using program::VectorFunction;

std::int64_t View::channels() const
{
    std::int64_t sum = 0;
    for (const Piece& piece : pieces)
        sum += piece.channels();
    return sum * points;
}

bool View::has_zeros() const
{
    return std::any_of(pieces.begin(), pieces.end(), [](const Piece& p) { return !p.stage.valid(); });
}

StageId View::source() const
{
    return std::find_if(pieces.begin(), pieces.end(), [](const Piece& p) { return p.stage.valid(); })->stage;
}

Pipeline StageBuilder::build()
{
    for (const TensorId input : graph_.inputs)
        add_source(input);
    for (const NodeId id : graph_.topological_order())
        add_node(id);
    for (const TensorId output : graph_.outputs)
        add_sink(output);
    for (const Stage& stage : pipeline_.stages)
        pipeline_.layer.push_back(stage.kind == StageKind::contraction || stage.kind == StageKind::vector
                                      ? LayerId(pipeline_.layers++)
                                      : LayerId());
    return std::move(pipeline_);
}

void StageBuilder::refuse(const Node& node, const std::string& why) const
{
    throw ConfigError(fmt::format("{}: node '{}' ({})", graph_.name, node.name, node.op),
                      "cannot be run as a streamed pipeline: " + why);
}

std::optional<Extent> StageBuilder::extent(TensorId id) const
{
    const Shape& shape = graph_.tensor(id).shape;
    const auto fits = [](std::int64_t v) { return v >= 1 && v <= 1 << 20; };
    if (shape.rank() < 1 || shape.rank() > 4 || (shape.rank() > 1 && shape[0] != 1))
        return std::nullopt;
    const std::size_t c = shape.rank() == 1 ? 0 : 1;
    Extent e{shape[c], shape.rank() > 2 ? static_cast<int>(std::min<std::int64_t>(shape[2], 1 << 21)) : 1,
             shape.rank() > 3 ? static_cast<int>(std::min<std::int64_t>(shape[3], 1 << 21)) : 1};
    if (e.channels < 1 || !fits(e.height) || !fits(e.width))
        return std::nullopt;
    return e;
}

Extent StageBuilder::extent_of(TensorId id, const Node& node) const
{
    const auto e = extent(id);
    if (!e)
        refuse(node, fmt::format("a value of shape {} is not one image of channels, rows and columns",
                                 graph_.tensor(id).shape.text()));
    return *e;
}

bool StageBuilder::dynamic(TensorId id) const { return id.valid() && !graph_.tensor(id).is_constant; }

const Value& StageBuilder::value(TensorId id, const Node& node) const
{
    const auto& v = values_[id];
    if (!v)
        refuse(node, fmt::format("its operand '{}' is not computed by a stage", graph_.tensor(id).name));
    return *v;
}

bool StageBuilder::sole_reader(TensorId id) const { return graph_.consumers(id).size() == 1 && !graph_.is_output(id); }

StageId StageBuilder::add_stage(Stage stage) { return pipeline_.stages.push_back(std::move(stage)); }

void StageBuilder::define(TensorId id, View view, bool exclusive)
{
    values_[id] = Value{std::move(view), exclusive && sole_reader(id)};
}

void StageBuilder::define_result(TensorId id, StageId stage)
{
    const Stage& s = pipeline_.stages[stage];
    View view;
    view.pieces = {{stage, 0, s.channels}};
    view.height = s.height;
    view.width = s.width;
    define(id, std::move(view), true);
}

void StageBuilder::add_source(TensorId input)
{
    const auto e = extent(input);
    if (!e)
        throw ConfigError(graph_.name,
                          fmt::format("input '{}' of shape {} is not one image of channels, rows and columns",
                                      graph_.tensor(input).name, graph_.tensor(input).shape.text()));
    Stage stage;
    stage.kind = StageKind::source;
    stage.name = graph_.tensor(input).name;
    stage.op = "input";
    stage.channels = e->channels;
    stage.height = e->height;
    stage.width = e->width;
    define_result(input, add_stage(std::move(stage)));
    values_[input]->exclusive = false;
}

void StageBuilder::add_sink(TensorId output)
{
    const auto& v = values_[output];
    if (!v)
        throw ConfigError(graph_.name,
                          fmt::format("output '{}' is not computed from an input", graph_.tensor(output).name));
    Stage stage;
    stage.kind = StageKind::sink;
    stage.name = graph_.tensor(output).name;
    stage.op = "output";
    stage.inputs = {operand(v->view)};
    stage.channels = v->view.channels();
    stage.height = v->view.points == 1 ? v->view.height : 1;
    stage.width = v->view.points == 1 ? v->view.width : 1;
    add_stage(std::move(stage));
}

StageInput StageBuilder::operand(const View& view) const
{
    const Stage& source = pipeline_.stages[view.source()];
    if (view.points > 1)
        return {view, Reach::all(source.height), Reach::all(source.width)};
    return {view, Reach{source.height, 1, 1, 1, view.pad_top, view.enlarge_rows},
            Reach{source.width, 1, 1, 1, view.pad_left, view.enlarge_columns}};
}

StageInput StageBuilder::broadcast(const View& view, int height, int width) const
{
    StageInput input = operand(view);
    if (view.height == 1 && height > 1)
        input.rows.stride = 0;
    if (view.width == 1 && width > 1)
        input.columns.stride = 0;
    return input;
}

StageInput StageBuilder::windowed(const View& view, const Window& window) const
{
    const Stage& source = pipeline_.stages[view.source()];
    const auto reach = [](const WindowAxis& axis, int in, int pad, int enlarge) {
        return Reach{in,
                     static_cast<int>(axis.kernel),
                     static_cast<int>(axis.stride),
                     static_cast<int>(axis.dilation),
                     static_cast<int>(axis.pad_begin) + pad,
                     enlarge};
    };
    return {view, reach(window.rows(), source.height, view.pad_top, view.enlarge_rows),
            reach(window.columns(), source.width, view.pad_left, view.enlarge_columns)};
}

void StageBuilder::add_node(NodeId id)
{
    const Node& node = graph_.node(id);
    if (std::none_of(node.inputs.begin(), node.inputs.end(), [&](TensorId t) { return dynamic(t); })) {
        return;
    }
    std::visit([&](const auto& kind) { add(id, node, kind); }, node.kind);
}

void StageBuilder::add(NodeId id, const Node& node, const Contraction& c)
{
    if (dynamic(c.stationary))
        refuse(node, "both operands are computed by the network");
    if (c.residency != Residency::constant || c.stationary_batched || std::holds_alternative<RowIndex>(c.gather))
        refuse(node, "its stationary operand is not a plain constant matrix");
    const Value& moving = value(c.moving, node);
    Stage stage;
    stage.kind = StageKind::contraction;
    stage.name = node.name;
    stage.op = node.op;
    stage.node = id;
    stage.macs = c.macs();
    if (const Window* window = c.window()) {
        if (moving.view.points > 1 || window->axes.size() > 2)
            refuse(node, "its input is not a map of rows and columns");
        stage.inputs = {windowed(moving.view, *window)};
    } else {
        if (c.m != 1 || c.batch != 1 || (moving.view.points == 1 && moving.view.height * moving.view.width != 1))
            refuse(node, "a product of more than one row is not supported");
        stage.inputs = {operand(moving.view)};
    }
    const Extent e = extent_of(c.result, node);
    stage.channels = e.channels;
    stage.height = e.height;
    stage.width = e.width;
    if (c.bias.valid())
        stage.work.push_back({VectorFunction::add, 1});
    stage.work.push_back({VectorFunction::requantize, 1});
    define_result(node.outputs[0], add_stage(std::move(stage)));
}

void StageBuilder::add(NodeId id, const Node& node, const Elementwise& e)
{
    std::vector<TensorId> operands;
    for (std::size_t i = 0; i < node.inputs.size() && i < static_cast<std::size_t>(e.operands); ++i)
        if (dynamic(node.inputs[i]))
            operands.push_back(node.inputs[i]);
    if (operands.empty())
        refuse(node, "it has no operand that streams");
    if (operands.size() > 2)
        refuse(node, "it joins more than two streams");
    if (e.function == Elementwise::Function::quantize || e.function == Elementwise::Function::dequantize) {
        const Value& v = value(operands[0], node);
        define(node.outputs[0], v.view, v.exclusive);
        return;
    }
    const auto work = work_of(e.function);
    if (!work)
        refuse(node, "the vector unit has no such function");
    const Extent result = extent_of(node.outputs[0], node);
    if (operands.size() == 2 && operands[0] == operands[1])
        operands.pop_back();

    std::optional<StageId> home;
    for (const TensorId t : operands) {
        const Value& v = value(t, node);
        const StageId stage = v.view.source();
        const Stage& s = pipeline_.stages[stage];
        const bool whole = v.view.pieces.size() == 1 && v.view.pieces[0].channels() == s.channels &&
                           v.view.pad_top + v.view.pad_left == 0 && v.view.enlarge_rows * v.view.enlarge_columns == 1;
        const bool same_map = v.view.points > 1 || Extent{s.channels, s.height, s.width} == result;
        if (v.exclusive && whole && same_map && (!home || home->value() < stage.value()))
            home = stage;
    }
    if (home && operands.size() == 2) {
        const TensorId other = value(operands[0], node).view.source() == *home ? operands[1] : operands[0];
        const View& view = value(other, node).view;
        const bool earlier = std::all_of(view.pieces.begin(), view.pieces.end(), [&](const Piece& p) {
            return !p.stage.valid() || p.stage.value() < home->value();
        });
        const View& own = value(other == operands[0] ? operands[1] : operands[0], node).view;
        if (!earlier || view.points > 1 || own.points > 1)
            home.reset();
        else
            pipeline_.stages[*home].inputs.push_back(broadcast(view, result.height, result.width));
    }
    if (home) {
        Stage& stage = pipeline_.stages[*home];
        stage.work.insert(stage.work.end(), work->begin(), work->end());
        View view = value(operands[0], node).view;
        for (const TensorId t : operands)
            if (value(t, node).view.source() == *home)
                view = value(t, node).view;
        define(node.outputs[0], view, true);
        return;
    }
    Stage stage = vector_stage(id, node, result);
    for (const TensorId t : operands)
        stage.inputs.push_back(broadcast(value(t, node).view, result.height, result.width));
    std::stable_partition(stage.inputs.begin(), stage.inputs.end(), [&](const StageInput& input) {
        return input.view.channels() == result.channels && !input.view.has_zeros() &&
               input.view.height == result.height && input.view.width == result.width;
    });
    stage.work = *work;
    stage.join_first_operand = true;
    if (stage.inputs.front().view.points > 1)
        refuse(node, "it needs the flattened result of a stage that others read as well");
    define_result(node.outputs[0], add_stage(std::move(stage)));
}

void StageBuilder::add(NodeId id, const Node& node, const Reduce& r)
{
    const Value& v = value(node.inputs[0], node);
    const Extent result = extent_of(node.outputs[0], node);
    if (v.view.points > 1)
        refuse(node, "it reduces a flattened map");
    Stage stage = vector_stage(id, node, result);
    std::int64_t points = 1;
    if (r.window) {
        if (r.window->axes.size() > 2)
            refuse(node, "its window has more than two axes");
        stage.inputs = {windowed(v.view, *r.window)};
        points = r.window->kernel_points();
    } else {
        const auto rank = static_cast<int>(graph_.tensor(node.inputs[0]).shape.rank());
        for (const int axis : r.axes)
            if (axis < 2)
                refuse(node, "it reduces over another axis than rows and columns");
        if (static_cast<int>(r.axes.size()) != rank - 2)
            refuse(node, "it reduces over rows or columns alone");
        stage.inputs = {operand(v.view)};
        stage.inputs[0].rows = Reach::all(pipeline_.stages[v.view.source()].height);
        stage.inputs[0].columns = Reach::all(pipeline_.stages[v.view.source()].width);
        points = static_cast<std::int64_t>(v.view.height) * v.view.width;
    }
    stage.work = work_of(r.function, points);
    define_result(node.outputs[0], add_stage(std::move(stage)));
}

void StageBuilder::add(NodeId id, const Node& node, const Normalise& n)
{
    const Value& v = value(node.inputs[0], node);
    const Extent result = extent_of(node.outputs[0], node);
    if (v.view.points > 1)
        refuse(node, "it normalises a flattened map");
    Stage stage = vector_stage(id, node, result);
    stage.inputs = {operand(v.view)};
    stage.work = work_of(n.function);
    if (n.function != Normalise::Function::batch_norm) {
        const auto rank = static_cast<int>(graph_.tensor(node.inputs[0]).shape.rank());
        const int axis = n.axis < 0 ? n.axis + rank : n.axis;
        const bool over_channels = axis == 1 && (!n.to_the_end || result.height * result.width == 1);
        if (!over_channels)
            refuse(node, fmt::format("it normalises along axis {}, only channels (axis 1) stream together", axis));
        stage.mixes_channels = true;
    }
    define_result(node.outputs[0], add_stage(std::move(stage)));
}

Stage StageBuilder::vector_stage(NodeId id, const Node& node, const Extent& result)
{
    Stage stage;
    stage.kind = StageKind::vector;
    stage.name = node.name;
    stage.op = node.op;
    stage.node = id;
    stage.channels = result.channels;
    stage.height = result.height;
    stage.width = result.width;
    return stage;
}

Pipeline build_pipeline(const Graph& graph) { return StageBuilder(graph).build(); }

} // namespace imc::mapping
