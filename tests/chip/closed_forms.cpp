#include "tests/chip/closed_forms.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "tests/chip/taps.h"

namespace imc::test
{

namespace
{

using mapping::ArrayRange;
using mapping::ColumnBlock;
using mapping::Part;
using mapping::Stage;
using mapping::StageId;
using mapping::StageInput;
using mapping::StageKind;
using mapping::Tiling;
using program::Region;

std::int64_t over(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Bits by which a sum of n terms outgrows a term.
int growth(std::int64_t n)
{
    int bits = 0;
    while ((std::int64_t{1} << bits) < n)
        ++bits;
    return bits;
}

class Counter
{
public:
    Counter(const run::Experiment& experiment, const Graph& graph, const mapping::Mapping& mapping,
            const MeshShape& mesh, const std::vector<std::uint32_t>& endpoint, std::vector<Spill> spills)
        : e_(experiment), graph_(graph), m_(mapping), mesh_(mesh), endpoint_(endpoint),
          bits_(experiment.precision.activation_bits), spills_(std::move(spills))
    {
        forms_.layers.resize(m_.pipeline.layers + 1);
    }

    ClosedForms count()
    {
        for (std::size_t p = 0; p < m_.parts.size(); ++p) {
            const Part& part = m_.parts[p];
            const Stage& stage = stage_of(part);
            if (stage.kind == StageKind::source || stage.kind == StageKind::sink)
                memory(part);
            else if (part.arrays.empty())
                vector(part);
            else
                arrays(p);
            for (std::size_t i = 0; i < stage.inputs.size(); ++i)
                if (i == 0 || part.arrays.empty() || part.channels() > 0)
                    operand(part, i);
        }
        return std::move(forms_);
    }

private:
    const Stage& stage_of(const Part& part) const { return m_.pipeline.stages[part.stage]; }
    const TileConfig& tile_of(const Part& part) const { return e_.chip.tiles.at(m_.type_of(part.tile).value()); }
    const Tiling& tiling_of(const Part& part) const { return m_.layers[part.stage.value()].tiling; }

    Counts& counts(StageId stage)
    {
        const LayerId layer = m_.pipeline.layer[stage.value()];
        return forms_.layers[layer.valid() ? layer.value() : m_.pipeline.layers];
    }

    void memory(const Part& part)
    {
        const Stage& stage = stage_of(part);
        const std::int64_t bits = stage.channels * bits_, positions = part.share.tokens();
        Counts& c = counts(part.stage);
        c["io.bit"] += bits * positions;
        c["global_buffer.write"] += over(bits, e_.chip.global_buffer.port_bits) * positions;
        c["global_buffer.read"] += over(bits, e_.chip.global_buffer.port_bits) * positions;
    }

    /// Operands of one position, from the tile's buffer over its bus.
    void fetch(const Part& part, Counts& c, std::int64_t bits, std::int64_t positions)
    {
        c["buffer.read"] += over(bits, tile_of(part).buffer.port_bits) * positions;
        c["tile_bus.bit"] += bits * positions;
    }

    void result_of_vector_unit(const Part& part, Counts& c)
    {
        for (const mapping::StageWork& work : stage_of(part).work)
            c[std::string("vector_unit.") + program::name_of(work.function)] +=
                work.per_value * part.channels() * part.share.tokens();
        c["output_register.bit"] += part.channels() * bits_ * part.share.tokens();
    }

    void vector(const Part& part)
    {
        const Stage& stage = stage_of(part);
        Counts& c = counts(part.stage);
        const Node& node = graph_.node(stage.node);
        std::int64_t values = 0; // read for each channel
        std::int64_t weights = 0;
        if (const auto* contraction = node.as<Contraction>()) {
            values = weights = contraction->k;
            values += static_cast<std::int64_t>(stage.inputs.size()) - 1;
        } else if (const auto* reduce = node.as<Reduce>(); reduce && reduce->window) {
            values = reduce->window->kernel_points();
        } else if (reduce) {
            const Shape& shape = graph_.tensor(node.inputs[0]).shape;
            values = shape[2] * shape[3];
        } else {
            values = static_cast<std::int64_t>(stage.inputs.size());
        }
        fetch(part, c, part.channels() * (values * bits_ + weights * e_.precision.weight_bits), part.share.tokens());
        result_of_vector_unit(part, c);
    }

    struct Placed {
        const ColumnBlock* block;
        const mapping::RowBlock* row;
        std::int64_t slot; ///< which array of the tile
    };

    std::vector<Placed> placed(const Part& part) const
    {
        std::vector<Placed> list;
        for (const ArrayRange& range : part.arrays)
            for (std::size_t r = range.row_begin; r < range.row_end; ++r) {
                const ColumnBlock& block = tiling_of(part).blocks[range.block];
                list.push_back({&block, &block.rows[r], part.first_array + static_cast<std::int64_t>(list.size())});
            }
        return list;
    }

    /// Different inputs that the word lines of some arrays take.
    std::int64_t different_inputs(const std::vector<Placed>& list, const Contraction& c) const
    {
        std::set<std::int64_t> inputs;
        for (const Placed& array : list)
            for (int i = 0; i < array.row->rows; ++i)
                inputs.insert(array.block->channel_begin / c.n * c.k + array.row->k_begin + i);
        return static_cast<std::int64_t>(inputs.size());
    }

    void lockstep(Counts& c, const std::vector<Placed>& list, std::int64_t positions)
    {
        std::int64_t rows = 0, columns = 0;
        for (const Placed& array : list) {
            rows = std::max<std::int64_t>(rows, array.row->rows);
            columns = std::max<std::int64_t>(columns, array.block->columns);
        }
        const auto n = static_cast<std::int64_t>(list.size());
        const std::int64_t drives = n * rows * bits_ * positions, conversions = n * columns * bits_ * positions;
        c["dac.drive"] += drives;
        c["accumulator.popcount"] += drives;
        c["array.cell_read"] += drives * columns;
        c["sample_hold.sample"] += conversions;
        c["adc.conversion"] += conversions;
        c["shift_add.add"] += conversions;
    }

    /// Arrays of this part's copy that hold other rows of a column block whose last rows are here.
    std::vector<std::size_t> partners(std::size_t p) const
    {
        const Part& part = m_.parts[p];
        std::vector<std::size_t> result;
        for (const ArrayRange& own : part.arrays) {
            if (own.row_begin == 0 || own.row_end < tiling_of(part).blocks[own.block].rows.size())
                continue;
            for (std::size_t q = 0; q < m_.parts.size(); ++q)
                if (q != p && m_.parts[q].stage == part.stage && m_.parts[q].copy == part.copy)
                    for (const ArrayRange& other : m_.parts[q].arrays)
                        if (other.block == own.block)
                            result.push_back(q);
        }
        return result;
    }

    /// A tile between the first and the last of a column block takes what comes from the one before, adds its own to it
    /// and sends the sum on.
    void hand_on(std::size_t p, Counts& c, std::int64_t positions, std::int64_t sum_bits)
    {
        const Part& part = m_.parts[p];
        const ArrayRange& range = part.arrays.front();
        const ColumnBlock& block = tiling_of(part).blocks[range.block];
        if (range.row_begin == 0 || range.row_end == block.rows.size())
            return;
        std::size_t before = p; // with the rows that end where this one's begin
        for (std::size_t q = 0; q < m_.parts.size(); ++q)
            if (m_.parts[q].stage == part.stage && m_.parts[q].copy == part.copy && !m_.parts[q].arrays.empty() &&
                m_.parts[q].arrays.back().block == range.block && m_.parts[q].arrays.back().row_end == range.row_begin)
                before = q;
        const std::int64_t bits = block.channels() * sum_bits;
        c["accumulator.add"] += block.channels() * positions;
        c["output_register.bit"] += bits * positions;
        fetch(part, c, bits, positions);
        stream(m_.parts[before], part, positions, bits, over(positions, 4), false, positions);
    }

    void arrays(std::size_t p)
    {
        const Part& part = m_.parts[p];
        const Stage& stage = stage_of(part);
        const Contraction& k = *graph_.node(stage.node).as<Contraction>();
        const Tiling& tiling = tiling_of(part);
        const std::int64_t positions = part.share.tokens();
        const int input_and_weight = bits_ + e_.precision.weight_bits;
        const std::int64_t sum_bits = input_and_weight + growth(k.k);
        Counts& c = counts(part.stage);

        const std::vector<Placed> list = placed(part);
        const CoreConfig& core = tile_of(part).core;
        std::map<std::int64_t, std::vector<Placed>> macros, cores;
        for (const Placed& array : list) {
            macros[array.slot / core.macro.arrays].push_back(array);
            cores[array.slot / (core.macro.arrays * core.macros)].push_back(array);
            const std::int64_t bus = array.block->channels() * (input_and_weight + growth(array.row->rows)) * positions;
            c["core_bus.bit"] += bus;
            c["output_register.bit"] += bus;
        }
        for (const auto& [macro, group] : macros)
            lockstep(c, group, positions);
        for (const auto& [number, group] : cores)
            c["input_register.bit"] += different_inputs(group, k) * bits_ * positions;
        fetch(part, c, different_inputs(list, k) * bits_, positions);

        // Sums of n arrays take n-1 additions; so do the sums of n tiles.
        if (m_.layers[part.stage.value()].reduce_on_path)
            hand_on(p, c, positions, sum_bits);
        for (const ArrayRange& range : part.arrays) {
            const ColumnBlock& block = tiling.blocks[range.block];
            c["accumulator.add"] +=
                static_cast<std::int64_t>(range.row_end - range.row_begin - 1) * block.channels() * positions;
            if (range.row_end < block.rows.size()) // the sums go to another tile
                c["output_register.bit"] += block.channels() * sum_bits * positions;
        }
        if (part.channels() == 0)
            return;
        std::vector<std::size_t> others = partners(p);
        if (m_.layers[part.stage.value()].reduce_on_path && !others.empty())
            others = {others.back()}; // the one before has added up all before it
        std::int64_t again = 0;       // read back to be added or joined
        for (const std::size_t q : others) {
            const std::int64_t channels = tiling.blocks[part.arrays.front().block].channels();
            c["accumulator.add"] += channels * positions;
            again += channels * sum_bits;
            stream(m_.parts[q], part, positions, channels * sum_bits, over(positions, 4), false, positions);
        }
        again += part.channels() * bits_ * static_cast<std::int64_t>(stage.inputs.size() - 1);
        if (!others.empty() || stage.inputs.size() > 1) {
            fetch(part, c, again, positions);
            c["output_register.bit"] += part.channels() * sum_bits * positions;
        }
        result_of_vector_unit(part, c);
    }

    /// The producers' channels that a part reads: as few as its rows, its channels, or all of them.
    std::pair<std::int64_t, std::int64_t> channels_read(const Part& part, std::size_t input) const
    {
        const Stage& stage = stage_of(part);
        const std::int64_t all = stage.inputs[input].view.channels();
        if (input > 0 || part.arrays.empty()) {
            const bool own = stage.kind != StageKind::sink && !stage.mixes_channels && all == stage.channels;
            return own ? std::pair{part.channel_begin, part.channel_end} : std::pair{std::int64_t{0}, all};
        }
        const Contraction& c = *graph_.node(stage.node).as<Contraction>();
        const std::int64_t points = c.window() ? c.window()->kernel_points() : 1;
        std::set<std::int64_t> channels;
        for (const Placed& array : placed(part))
            for (int i = 0; i < array.row->rows; ++i)
                channels.insert((array.block->channel_begin / c.n * c.k + array.row->k_begin + i) / points);
        return {*channels.begin(), *channels.rbegin() + 1};
    }

    void operand(const Part& part, std::size_t input)
    {
        const StageInput& in = stage_of(part).inputs[input];
        const auto [first, last] = channels_read(part, input);
        const std::set<int> rows = all_taps(in.rows, part.share.rows),
                            columns = all_taps(in.columns, part.share.columns);
        std::int64_t at = 0; // of the piece's first channel in the operand
        for (const mapping::Piece& piece : in.view.pieces) {
            if (!piece.stage.valid()) { // padding of channels: nothing is sent
                at += piece.channels() * in.view.points;
                continue;
            }
            for (const std::size_t q : m_.layers[piece.stage.value()].parts) {
                const Part& source = m_.parts[q];
                const Region region{common(rows, source.share.rows), common(columns, source.share.columns)};
                // A flattened map has all its positions in each of the operand's channels.
                std::int64_t channels = 0;
                for (std::int64_t c = std::max(piece.begin, source.channel_begin);
                     c < std::min(piece.end, source.channel_end); ++c) {
                    const std::int64_t begin = at + (c - piece.begin) * in.view.points;
                    channels += begin < last && begin + in.view.points > first;
                }
                if (channels == 0 || region.empty())
                    continue;
                spill(source, part, region, channels * bits_);
                const std::int64_t credits = times_rows_are_freed(in.rows, part.share.rows, region.rows);
                stream(source, part, region.tokens(), channels * bits_, credits, true,
                       packets_of(source, channels * bits_, region));
            }
            at += piece.channels() * in.view.points;
        }
    }

    std::int64_t packets_of(const Part& from, std::int64_t bits, const Region& region) const
    {
        const bool filled = stage_of(from).kind == StageKind::source && e_.chip.noc.input_packets == InputPackets::flit;
        const std::int64_t each = filled ? std::max<std::int64_t>(1, e_.chip.noc.flit_bits / bits) : 1;
        return static_cast<std::int64_t>(region.rows.size()) * over(static_cast<int>(region.columns.size()), each);
    }

    std::int64_t links(std::size_t a, std::size_t b) const
    {
        const auto router = [&](std::size_t tile) {
            const std::uint32_t n = endpoint_[tile], own = mesh_.columns * mesh_.rows * mesh_.tiles_per_router;
            return static_cast<int>(n < own ? n / mesh_.tiles_per_router : mesh_.extra_endpoints[n - own]);
        };
        const int columns = static_cast<int>(mesh_.columns);
        return std::abs(router(a) % columns - router(b) % columns) +
               std::abs(router(a) / columns - router(b) / columns);
    }

    /// What waits in the global buffer comes there first, which returns a credit per row, and then goes on from there.
    void spill(const Part& from, const Part& to, const Region& region, std::int64_t bits)
    {
        source_tile_ = from.tile.value();
        const auto found =
            std::find(spills_.begin(), spills_.end(), Spill{from.tile.value(), to.tile.value(), region.tokens(), bits});
        if (found == spills_.end())
            return;
        spills_.erase(found);
        Counts& c = counts(from.stage);
        const std::int64_t accesses = over(bits, e_.chip.global_buffer.port_bits) * region.tokens();
        c["global_buffer.write"] += accesses;
        c["global_buffer.read"] += accesses;
        const std::size_t memory = m_.memory_tile.value();
        const auto rows = static_cast<std::int64_t>(region.rows.size());
        forms_.streams.push_back({source_tile_, memory, region.tokens(), bits, rows});
        packets(from.stage, region.tokens(), over(bits, e_.chip.noc.flit_bits), links(source_tile_, memory));
        packets(from.stage, rows, 1, links(source_tile_, memory));
        source_tile_ = memory;
    }

    void stream(const Part& from, const Part& to, std::int64_t tokens, std::int64_t bits, std::int64_t credits,
                bool kept_in_buffer, std::int64_t sent)
    {
        const std::size_t a = kept_in_buffer ? source_tile_ : from.tile.value(), b = to.tile.value();
        if (to.tile != m_.memory_tile && (a != b || kept_in_buffer))
            counts(to.stage)["buffer.write"] += over(bits, tile_of(to).buffer.port_bits) * tokens;
        if (a == b)
            return;
        forms_.streams.push_back({a, b, tokens, bits, credits});
        packets(from.stage, sent, over(bits, e_.chip.noc.flit_bits), links(a, b));
        packets(to.stage, credits, 1, links(a, b));
    }

    void packets(StageId stage, std::int64_t number, std::int64_t flits, std::int64_t hops)
    {
        forms_.packets += number;
        forms_.flits += number * flits;
        forms_.flit_hops += number * flits * hops;
        counts(stage)["noc.flit_router"] += number * flits * (hops + 1);
        counts(stage)["noc.flit_hop"] += number * flits * hops;
    }

    const run::Experiment& e_;
    const Graph& graph_;
    const mapping::Mapping& m_;
    const MeshShape& mesh_;
    const std::vector<std::uint32_t>& endpoint_;
    int bits_;
    std::vector<Spill> spills_;
    std::size_t source_tile_ = 0; ///< where the operand at hand comes from
    ClosedForms forms_;
};

} // namespace

ClosedForms closed_forms(const run::Experiment& experiment, const Graph& graph, const mapping::Mapping& mapping,
                         const MeshShape& mesh, const std::vector<std::uint32_t>& endpoint, std::vector<Spill> spills)
{
    return Counter(experiment, graph, mapping, mesh, endpoint, std::move(spills)).count();
}

} // namespace imc::test
