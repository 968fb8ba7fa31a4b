#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "arch/chip/chip_values.h"
#include "sim/mapping/mapping.h"
#include "sim/run/circuit_check.h"
#include "sim/values/mapped_network.h"

namespace imc::run
{

/// Gives the chip's circuits what the bulk path computes with, and compares what comes out of them: programmed cells,
/// calibrated ranges and the image's inputs to each layer, as the chip instance itself has computed them. Both paths
/// work from the same cells, references and draws of noise, and share nothing of what they do with them.
///
/// Memory: the instance's arrays, the inputs of every layer, and the results of operations under way.
class CircuitValues final : public ChipValues
{
public:
    /// Programs an instance and runs the image through it.
    CircuitValues(std::shared_ptr<const values::MappedNetwork> network, const values::PhysicsOfTypes& physics,
                  std::span<const Value> image, const mapping::Mapping& mapping, const program::Program& program,
                  const ChipConfig& chip);

    MacroContents contents(ActorId actor, std::size_t macro) override;
    std::optional<OperationInputs> inputs(ActorId actor, std::size_t macro, std::int64_t sequence) override;
    void results(ActorId actor, std::size_t macro, std::int64_t sequence,
                 const std::vector<std::vector<double>>& sums) override;

    /// Called at the first result that is not the bulk path's.
    std::function<void()> mismatched;
    const CircuitCheck& check() const { return check_; }
    /// Throws RunError naming layer, array and column of the first difference, if there was one.
    void require_equal() const;

private:
    struct Place {
        std::size_t cut, block;
    };
    /// What an actor's macros work on.
    struct Driven {
        const values::MappedLayer* layer = nullptr;
        std::string name;
        bool digital = false;
        program::Region share;
        int width = 1; ///< of the map of output positions
        int copy = 0;  ///< of the first set of its macros
        int copies = 1;
        std::vector<std::vector<Place>> macros; ///< the arrays of each
    };
    struct Vector {
        std::int64_t batch, position; ///< of an output
        std::uint64_t number;         ///< names its noise
    };
    using Operation = std::tuple<ActorId, std::size_t, std::int64_t>;

    const values::MappedArray& array(const Driven& d, std::size_t copy, const Place& place) const;
    Vector vector_at(const Driven& d, std::size_t copy, std::int64_t sequence) const;
    void differ(const Driven& d, std::size_t macro, std::size_t array, std::size_t column, std::int64_t sequence,
                double circuit, double bulk);

    std::shared_ptr<const values::MappedNetwork> network_;
    values::PhysicsOfTypes physics_;
    values::ChipInstance chip_;
    std::vector<std::optional<values::LayerMatrix::Feed>> feeds_; ///< as network_->layers()
    std::map<ActorId, Driven> driven_;
    std::map<Operation, std::vector<std::vector<double>>> expected_; ///< of operations under way
    CircuitCheck check_;
    std::string difference_;
};

} // namespace imc::run
