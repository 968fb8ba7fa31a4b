#pragma once

#include <optional>
#include <string>

#include "sim/mapping/stages.h"

namespace imc::mapping
{

/// A tensor as this stage of the build sees it.
struct Value {
    View view;
    bool exclusive = false; ///< nothing but the present chain of nodes reads what lies between stage and here
};

struct Extent {
    std::int64_t channels = 1;
    int height = 1;
    int width = 1;
    bool operator==(const Extent&) const = default;
};

/// Neither padded nor enlarged nor flattened.
inline bool plain(const View& view)
{
    return view.pad_top == 0 && view.pad_left == 0 && view.enlarge_rows == 1 && view.enlarge_columns == 1 &&
           view.points == 1;
}

/// Turns a graph's nodes into stages and views, one node at a time in topological order.
class StageBuilder
{
public:
    explicit StageBuilder(const Graph& graph) : graph_(graph), values_(graph.tensors().size()) {}

    Pipeline build();

private:
    [[noreturn]] void refuse(const Node& node, const std::string& why) const;

    std::optional<Extent> extent(TensorId id) const;

    Extent extent_of(TensorId id, const Node& node) const;

    bool dynamic(TensorId id) const;

    const Value& value(TensorId id, const Node& node) const;

    /// Read by one node and not returned: a stage may go on computing on it.
    bool sole_reader(TensorId id) const;

    StageId add_stage(Stage stage);

    void define(TensorId id, View view, bool exclusive);

    void define_result(TensorId id, StageId stage);

    void add_source(TensorId input);

    void add_sink(TensorId output);

    /// An operand that is read point by point.
    StageInput operand(const View& view) const;

    /// An operand spread over a map: itself, or one value per channel for all positions.
    StageInput broadcast(const View& view, int height, int width) const;

    StageInput windowed(const View& view, const Window& window) const;

    void add_node(NodeId id);

    void add(NodeId id, const Node& node, const Contraction& c);

    void add(NodeId id, const Node& node, const Elementwise& e);

    void add(NodeId id, const Node& node, const Reduce& r);

    void add(NodeId id, const Node& node, const Normalise& n);

    void add(NodeId id, const Node& node, const Move& m);

    void reshape(const Node& node);

    void transpose(const Node& node, const Move& m);

    void concat(const Node& node, const Move& m);

    /// Channels [begin, end) of a view.
    static View channels_of(const View& view, std::int64_t begin, std::int64_t end);

    void split(const Node& node, const Move& m);

    void slice(const Node& node, const Move& m);

    void pad(const Node& node, const Move& m);

    void resize(NodeId id, const Node& node, const Move& m);

    static Stage vector_stage(NodeId id, const Node& node, const Extent& result);

    const Graph& graph_;
    Pipeline pipeline_;
    IdVector<TensorId, std::optional<Value>> values_;
};

} // namespace imc::mapping
