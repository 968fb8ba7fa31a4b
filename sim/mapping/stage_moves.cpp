#include "sim/mapping/stage_builder.h"

#include <algorithm>

#include <fmt/format.h>

/// Moves of data: views wherever the values can stay where they are.
namespace imc::mapping
{

using program::VectorFunction;

void StageBuilder::add(NodeId id, const Node& node, const Move& m)
{
    switch (m.function) {
    case Move::Function::identity:
    case Move::Function::cast: {
        const Value& v = value(node.inputs[0], node);
        define(node.outputs[0], v.view, v.exclusive);
        return;
    }
    case Move::Function::reshape:
        return reshape(node);
    case Move::Function::transpose:
        return transpose(node, m);
    case Move::Function::concat:
        return concat(node, m);
    case Move::Function::split:
        return split(node, m);
    case Move::Function::slice:
        return slice(node, m);
    case Move::Function::pad:
        return pad(node, m);
    case Move::Function::resize_nearest:
        return resize(id, node, m);
    case Move::Function::gather:
    case Move::Function::expand:
        refuse(node, "it moves values between positions");
    }
}

void StageBuilder::reshape(const Node& node)
{
    const Value& v = value(node.inputs[0], node);
    const Extent before = extent_of(node.inputs[0], node);
    const Extent after = extent_of(node.outputs[0], node);
    View view = v.view;
    if (!(before == after)) {
        const bool flatten = after.height == 1 && after.width == 1;
        if (!flatten || !plain(view))
            refuse(node, fmt::format("reshaping {} to {} moves values between channels and positions",
                                     graph_.tensor(node.inputs[0]).shape.text(),
                                     graph_.tensor(node.outputs[0]).shape.text()));
        view.points = static_cast<std::int64_t>(before.height) * before.width;
        view.height = view.width = 1;
    }
    define(node.outputs[0], std::move(view), v.exclusive);
}

void StageBuilder::transpose(const Node& node, const Move& m)
{
    const Value& v = value(node.inputs[0], node);
    const Shape& shape = graph_.tensor(node.inputs[0]).shape;
    std::vector<std::int64_t> moved;
    for (const std::int64_t axis : m.permutation)
        if (shape[static_cast<std::size_t>(axis)] != 1)
            moved.push_back(axis);
    if (!std::is_sorted(moved.begin(), moved.end()) ||
        !(extent_of(node.inputs[0], node) == extent_of(node.outputs[0], node)))
        refuse(node, "it exchanges channels and positions");
    define(node.outputs[0], v.view, v.exclusive);
}

void StageBuilder::concat(const Node& node, const Move& m)
{
    View view;
    for (const TensorId t : node.inputs) {
        if (!dynamic(t))
            refuse(node, "it joins a constant to a stream");
        const View& part = value(t, node).view;
        const auto rank = static_cast<int>(graph_.tensor(t).shape.rank());
        if ((m.axis < 0 ? m.axis + rank : m.axis) != 1 || !plain(part))
            refuse(node, "only plain maps can be joined, and only along channels");
        view.pieces.insert(view.pieces.end(), part.pieces.begin(), part.pieces.end());
        view.height = part.height;
        view.width = part.width;
    }
    define(node.outputs[0], std::move(view), false);
}

View StageBuilder::channels_of(const View& view, std::int64_t begin, std::int64_t end)
{
    View result = view;
    result.pieces.clear();
    std::int64_t at = 0;
    for (const Piece& piece : view.pieces) {
        const std::int64_t from = std::max(begin, at), to = std::min(end, at + piece.channels());
        if (from < to)
            result.pieces.push_back({piece.stage, piece.begin + from - at, piece.begin + to - at});
        at += piece.channels();
    }
    return result;
}

void StageBuilder::split(const Node& node, const Move& m)
{
    const Value& v = value(node.inputs[0], node);
    const auto rank = static_cast<int>(graph_.tensor(node.inputs[0]).shape.rank());
    if ((m.axis < 0 ? m.axis + rank : m.axis) != 1 || v.view.points > 1)
        refuse(node, "only channels can be split");
    std::int64_t at = 0;
    for (const TensorId output : node.outputs) {
        const std::int64_t channels = extent_of(output, node).channels;
        define(output, channels_of(v.view, at, at + channels), false);
        at += channels;
    }
}

void StageBuilder::slice(const Node& node, const Move& m)
{
    const Value& v = value(node.inputs[0], node);
    const Extent before = extent_of(node.inputs[0], node), after = extent_of(node.outputs[0], node);
    const bool rows = before.height == after.height && before.width == after.width;
    if (!rows || v.view.points > 1 || m.starts.size() < 2 || m.steps[1] != 1)
        refuse(node, "only a contiguous range of channels can be sliced");
    define(node.outputs[0], channels_of(v.view, m.starts[1], m.starts[1] + after.channels), false);
}

void StageBuilder::pad(const Node& node, const Move& m)
{
    const Value& v = value(node.inputs[0], node);
    View view = v.view;
    const bool grows = m.before.size() == 4 && m.before[0] == 0 && m.after[0] == 0 &&
                       std::all_of(m.before.begin(), m.before.end(), [](std::int64_t n) { return n >= 0; }) &&
                       std::all_of(m.after.begin(), m.after.end(), [](std::int64_t n) { return n >= 0; });
    if (!grows || m.pad_mode != Move::PadMode::constant || view.points > 1)
        refuse(node, "only constant padding of channels, rows and columns streams");
    if (m.before[1] > 0)
        view.pieces.insert(view.pieces.begin(), Piece{StageId(), 0, m.before[1]});
    if (m.after[1] > 0)
        view.pieces.push_back(Piece{StageId(), 0, m.after[1]});
    const Extent after = extent_of(node.outputs[0], node);
    view.pad_top += static_cast<int>(m.before[2]);
    view.pad_left += static_cast<int>(m.before[3]);
    view.height = after.height;
    view.width = after.width;
    define(node.outputs[0], std::move(view), false);
}

void StageBuilder::resize(NodeId id, const Node& node, const Move& m)
{
    const Value& v = value(node.inputs[0], node);
    const Extent before = extent_of(node.inputs[0], node), after = extent_of(node.outputs[0], node);
    const int rows = after.height / before.height, columns = after.width / before.width;
    bool uniform = after.height == rows * before.height && after.width == columns * before.width &&
                   before.channels == after.channels && m.resize.size() == 4;
    for (std::size_t axis = 2; uniform && axis < 4; ++axis)
        for (std::int64_t i = 0; uniform && i < m.resize[axis].out; ++i)
            uniform = m.resize[axis].source(i) == i / (axis == 2 ? rows : columns);
    if (!uniform || !plain(v.view))
        refuse(node, "only enlarging by whole factors streams");
    Stage stage = vector_stage(id, node, after);
    View view = v.view;
    view.enlarge_rows = rows;
    view.enlarge_columns = columns;
    view.height = after.height;
    view.width = after.width;
    stage.inputs = {operand(view)};
    stage.work = {{VectorFunction::copy, 1}};
    define_result(node.outputs[0], add_stage(std::move(stage)));
}

} // namespace imc::mapping
