#include "workloads/transform/clean.h"

namespace imc
{

Graph without_dead_nodes(const Graph& graph)
{
    IdVector<NodeId, char> alive(graph.nodes().size());
    std::vector<TensorId> wanted = graph.outputs;
    while (!wanted.empty()) {
        const NodeId producer = graph.producer(wanted.back());
        wanted.pop_back();
        if (!producer.valid() || alive[producer])
            continue;
        alive[producer] = 1;
        for (const TensorId t : graph.node(producer).inputs)
            if (t.valid())
                wanted.push_back(t);
    }
    std::vector<NodeId> dead;
    for (std::size_t i = 0; i < alive.size(); ++i)
        if (!alive[NodeId(i)])
            dead.push_back(NodeId(i));
    return graph.without(dead);
}

} // namespace imc
