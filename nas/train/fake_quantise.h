#pragma once

#include <map>
#include <string>

#include "nas/train/tensors.h"
#include "workloads/transform/quantise.h"

namespace imc::training
{

/// The grids that quantise() would put a float network's tensors on, by the names of its tensors.
struct QuantisationPlan {
    struct Activation {
        int bits = 8;
        bool is_signed = false;
        std::string range; ///< name of its step in Parameters::ranges; moves and max pools share their operand's
        bool learnt = true;
    };
    struct Weights {
        int bits = 8;
        int axis = -1; ///< of the channels that have a scale each; -1: one scale
    };
    struct Bias {
        std::string moving, stationary; ///< its grid is the product of theirs
        double alpha = 1.0, beta = 1.0;
        bool per_channel = false;
    };
    std::map<std::string, Activation> activations;
    std::map<std::string, Weights> weights;
    std::map<std::string, Bias> biases;
    QuantiseOptions options;
};

/// The plan of a float graph with weights; first steps of activations are put into parameters.ranges where they are
/// not there yet. Throws as quantise() does.
QuantisationPlan plan_quantisation(const Graph& graph, const ValueRanges& ranges, const QuantiseOptions& options,
                                   Parameters& parameters);
/// What quantise() takes to arrive at the same grids.
ValueRanges learnt_ranges(const Graph& graph, const QuantisationPlan& plan, const Parameters& parameters);

/// Values on a grid of learnt step; gradients pass where values are within the grid, and reach the step as in
/// LSQ (Esser et al., ICLR 2020, eq. 3 and section 2.2).
at::Tensor on_grid(const at::Tensor& x, const QuantisationPlan::Activation& grid, const Parameters& parameters);

struct QuantisedWeights {
    at::Tensor integers; ///< float64, no gradient
    at::Tensor scale;    ///< float64, broadcast over integers
};
/// Symmetric, the largest magnitude of a channel at the end of the grid, rounded half to even: as quantise().
QuantisedWeights integers_of(const at::Tensor& weights, const QuantisationPlan::Weights& grid);
/// The values that stand for `weights`, with the gradient of the weights themselves (straight through).
at::Tensor straight_through(const at::Tensor& weights, const at::Tensor& values);

/// The bias on its grid of step moving · stationary.
at::Tensor bias_on_grid(const at::Tensor& bias, const QuantisationPlan& plan, const QuantisationPlan::Bias& grid,
                        const Parameters& parameters);

} // namespace imc::training
