#include "sim/run/circuit_values.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/mapping/macro_arrays.h"
#include "sim/run/array_contents.h"
#include "sim/run/part_actors.h"

namespace imc::run
{

namespace
{

values::PhysicsOfTypes with_cells(values::PhysicsOfTypes physics)
{
    for (std::optional<values::Physics>& p : physics)
        if (p)
            p->keep_cells = true;
    return physics;
}

} // namespace

CircuitValues::CircuitValues(std::shared_ptr<const values::MappedNetwork> network,
                             const values::PhysicsOfTypes& physics, std::span<const Value> image,
                             const mapping::Mapping& mapping, const program::Program& program, const ChipConfig& chip)
    : network_(std::move(network)), physics_(with_cells(physics)), chip_(*network_, values::pointers(physics_)),
      feeds_(network_->layers().size())
{
    for (const std::optional<values::Physics>& p : physics)
        if (p)
            check_.time_s = p->moment.time_s;
    chip_.run(image, 0, 0, [&](const values::MappedLayer& layer, const kernel::Arguments& a) {
        feeds_[static_cast<std::size_t>(&layer - network_->layers().data())].emplace(layer.matrix->feed(a));
    });
    std::map<std::size_t, const values::MappedLayer*> layer_of_stage;
    for (const values::MappedLayer& layer : network_->layers())
        layer_of_stage[layer.stage.value()] = &layer;
    const auto actors = actors_of_parts(mapping, program);
    for (const auto& [p, actor] : actors) {
        const mapping::Part& part = mapping.parts[p];
        const mapping::Stage& stage = mapping.pipeline.stages[part.stage];
        Driven d;
        d.layer = layer_of_stage.at(part.stage.value());
        d.name = stage.name;
        const TileConfig& tile = chip.tiles[d.layer->type.value()];
        d.digital = !is_analog(tile.core.macro.family);
        d.share = program.actors[actor].share;
        d.width = stage.width;
        d.copy = part.copy;
        d.copies = part.copies;
        std::vector<Place> places;
        for (std::size_t cut = 0; cut < d.layer->matrix->plan().cuts.size(); ++cut)
            for (std::size_t b = 0; b < d.layer->matrix->cut(cut).blocks.size(); ++b)
                places.push_back({cut, b});
        const auto first = first_arrays(mapping.layers[part.stage.value()].tiling);
        for (const mapping::MacroArrays& macro : mapping::arrays_by_macro(part, tile)) {
            d.macros.emplace_back();
            for (const mapping::PlacedArray& a : macro.arrays)
                d.macros.back().push_back(places[first[a.column_block] + a.row_block]);
            check_.arrays += static_cast<std::int64_t>(macro.arrays.size()) * part.copies;
        }
        driven_[actor] = std::move(d);
    }
}

const values::MappedArray& CircuitValues::array(const Driven& d, std::size_t copy, const Place& place) const
{
    return chip_.arrays(*d.layer).array(copy, place.cut, place.block);
}

CircuitValues::Vector CircuitValues::vector_at(const Driven& d, std::size_t copy, std::int64_t sequence) const
{
    const auto columns = static_cast<std::int64_t>(d.share.columns.size());
    const std::int64_t row = d.share.rows[static_cast<std::size_t>(sequence / columns)];
    const std::int64_t at = row * d.width + d.share.columns[static_cast<std::size_t>(sequence % columns)];
    const values::LayerMatrix& matrix = *d.layer->matrix;
    const std::int64_t batch = at / matrix.contraction().m, m = at % matrix.contraction().m;
    const auto& copy_of = matrix.plan().copy_of;
    if (!copy_of.empty() && copy_of[static_cast<std::size_t>(m)] != copy)
        throw std::logic_error(fmt::format("'{}': position {} is computed by copy {} of the bulk path and by {} here",
                                           d.name, m, copy_of[static_cast<std::size_t>(m)], copy));
    return {batch, m, chip_.arrays(*d.layer).vector_of(static_cast<std::uint64_t>(batch), m)};
}

MacroContents CircuitValues::contents(ActorId actor, std::size_t macro)
{
    const Driven& d = driven_.at(actor);
    const values::ArraySpec& spec = d.layer->matrix->spec();
    MacroContents out;
    out.signed_input = spec.input_signed;
    out.input_bits = spec.input_bits;
    // What has a bit more for magnitudes in the bulk path is two's complement where bits are added digitally.
    if (d.digital && spec.input_signed && spec.signed_input != SignedInput::twos_complement)
        --out.input_bits;
    const auto copy = static_cast<std::size_t>(d.copy) + macro / d.macros.size();
    for (const Place& place : d.macros[macro % d.macros.size()]) {
        const values::LayerMatrix& matrix = *d.layer->matrix;
        out.arrays.push_back(
            array_contents(array(d, copy, place),
                           values::part_of(matrix.weights(place.cut), matrix.cut(place.cut).blocks[place.block]),
                           network_->ideal_converters()));
    }
    return out;
}

std::optional<OperationInputs> CircuitValues::inputs(ActorId actor, std::size_t macro, std::int64_t sequence)
{
    const Driven& d = driven_.at(actor);
    if (sequence >= d.share.tokens()) // of a later inference
        return std::nullopt;
    const auto copy = static_cast<std::size_t>(d.copy) + macro / d.macros.size();
    const std::vector<Place>& places = d.macros[macro % d.macros.size()];
    const Vector vector = vector_at(d, copy, sequence);
    const values::LayerMatrix& matrix = *d.layer->matrix;
    const values::LayerMatrix::Feed& feed = *feeds_[static_cast<std::size_t>(d.layer - network_->layers().data())];
    std::size_t rows = 0;
    for (const Place& place : places)
        rows = std::max(rows, array(d, copy, place).rows());
    OperationInputs out;
    out.values = Matrix<std::int32_t>(places.size(), rows);
    std::vector<std::vector<double>>& expected = expected_[{actor, macro, sequence}];
    for (std::size_t a = 0; a < places.size(); ++a) {
        const auto& [cut, block] = places[a];
        const values::MappedArray& bulk = array(d, copy, places[a]);
        const Matrix<std::int32_t> all = matrix.inputs(feed, vector.batch, cut, vector.position, vector.position + 1);
        Matrix<std::int32_t> x(1, bulk.rows());
        std::ranges::copy(all.row(0).subspan(matrix.cut(cut).blocks[block].first_row, bulk.rows()), x.data());
        std::ranges::copy(x.flat(), out.values.row(a).data());
        Matrix<double> sums(1, bulk.weights());
        bulk.run(x, sums, 0, vector.number);
        expected.emplace_back(sums.flat().begin(), sums.flat().end());
        if (Matrix<float> noise = conversion_noise(bulk, x.row(0), vector.number); !noise.empty())
            out.noise.push_back(std::move(noise));
    }
    return out;
}

void CircuitValues::results(ActorId actor, std::size_t macro, std::int64_t sequence,
                            const std::vector<std::vector<double>>& sums)
{
    const auto expected = expected_.find({actor, macro, sequence});
    ++check_.operations;
    for (std::size_t a = 0; a < sums.size(); ++a)
        for (std::size_t n = 0; n < sums[a].size(); ++n) {
            ++check_.outputs;
            const double bulk = expected->second.at(a).at(n);
            if (sums[a][n] != bulk)
                differ(driven_.at(actor), macro, a, n, sequence, sums[a][n], bulk);
        }
    expected_.erase(expected);
}

void CircuitValues::differ(const Driven& d, std::size_t macro, std::size_t array, std::size_t column,
                           std::int64_t sequence, double circuit, double bulk)
{
    if (check_.mismatches++ > 0)
        return;
    const Place& place = d.macros[macro % d.macros.size()][array];
    const values::LayerMatrix& matrix = *d.layer->matrix;
    const values::Block& block = matrix.cut(place.cut).blocks[place.block];
    const std::size_t copy = static_cast<std::size_t>(d.copy) + macro / d.macros.size();
    const auto first = static_cast<std::size_t>(matrix.cut(place.cut).first_group * matrix.contraction().n);
    const Vector vector = vector_at(d, copy, sequence);
    difference_ = fmt::format(
        "the circuits' values differ from the bulk path's: layer '{}', copy {}, array of rows {} to {} and channels {} "
        "to {}, output position {}, column {}: {} instead of {}",
        d.name, copy, block.first_row, block.first_row + block.rows - 1, first + block.first_column,
        first + block.first_column + block.columns - 1, vector.position, column, circuit, bulk);
    if (mismatched)
        mismatched();
}

void CircuitValues::require_equal() const
{
    if (check_.mismatches > 0)
        throw RunError(difference_);
}

} // namespace imc::run
