#pragma once

#include <map>
#include <optional>

#include "nas/train/fake_quantise.h"
#include "nas/train/tensors.h"
#include "nas/train/weight_noise.h"

namespace imc::training
{

/// How a pass through the network is made.
struct Pass {
    bool training = false;                  ///< batch norm takes the batch's statistics and keeps their mean
    const QuantisationPlan* plan = nullptr; ///< grids; null: float
    const WeightNoise* noise = nullptr;     ///< errors of cells; needs a plan
    std::uint64_t seed = 0, step = 0;       ///< name the noise's draws
};

/// A float graph computed by libtorch: the same operators as workloads/execute, on batches of any size along axis 0,
/// and differentiable. The graph must outlive it.
class TorchNetwork
{
public:
    /// Throws ConfigError naming the nodes that it cannot compute or differentiate, or if the network has not one
    /// input and one output of [items, classes].
    explicit TorchNetwork(const Graph& graph);

    /// `x`: items × the input's shape without its first axis. Returns the values before a final softmax, if there is
    /// one: what the cross entropy takes.
    at::Tensor logits(const at::Tensor& x, Parameters& parameters, const Pass& pass) const;
    /// The graph's output itself.
    at::Tensor output(const at::Tensor& x, Parameters& parameters, const Pass& pass) const;

    const Graph& graph() const { return graph_; }
    std::int64_t classes() const;

private:
    at::Tensor run(TensorId wanted, const at::Tensor& x, Parameters& parameters, const Pass& pass) const;

    const Graph& graph_;
    std::vector<NodeId> order_;
    TensorId logits_;
};

} // namespace imc::training
