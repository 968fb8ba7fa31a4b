#include "sim/mapping/build_program.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/mapping/capacity.h"
#include "sim/mapping/input_packets.h"
#include "sim/mapping/least_reserves.h"
#include "sim/mapping/output_registers.h"
#include "sim/mapping/part_work.h"
#include "sim/mapping/reduction.h"

namespace imc::mapping
{

using program::Actor;
using program::ActorKind;
using program::Flow;
using program::FlowId;
using program::Program;
using program::Region;

namespace
{

/// Tokens of a partial-sum flow that share a credit: enough that credits are few, few enough to need no row.
constexpr std::int64_t partial_sum_granule = 4;
constexpr std::int64_t partial_sum_capacity = 2;

struct LineBuffer {
    FlowId flow;
    bool folds = false; ///< tokens are folded into results when they arrive
};

class ProgramBuilder
{
public:
    ProgramBuilder(const Mapping& mapping, const Graph& graph, const ChipConfig& chip,
                   const PrecisionOptions& precision, const Options& options, const std::map<TileId, Room>& tight)
        : mapping_(mapping), chip_(chip), precision_(precision), options_(options), tight_(tight),
          works_(mapping, graph, chip, precision, options), produce_(mapping.parts.size()),
          consume_(mapping.parts.size())
    {
    }

    Program build()
    {
        program_.tiles = mapping_.tiles + 1;
        program_.memory_tile = mapping_.memory_tile;
        program_.tile_types = mapping_.tile_types;
        program_.layers = mapping_.pipeline.layers;
        for (std::size_t p = 0; p < mapping_.parts.size(); ++p)
            add_actors(p);
        for (std::size_t s = 0; s < mapping_.layers.size(); ++s)
            add_partial_sum_flows(StageId(s));
        for (std::size_t p = 0; p < mapping_.parts.size(); ++p)
            for (std::size_t i = 0; i < stage_of(p).inputs.size(); ++i)
                add_operand_flows(p, i);
        pack_input(program_, chip_.noc);
        if (options_.minimal_buffers)
            reserve_least();
        else
            share_output_registers(program_, chip_);
        return std::move(program_);
    }

private:
    /// What the rows ahead of joins come to in closed form is enough, and up to a row or two more than needed where
    /// the shortcut's own stage keeps rows, too.
    void reserve_least()
    {
        make_least(program_, reserves_);
        for (Flow& flow : program_.flows)
            flow.reserved_bits = flow.capacity * flow.granule * flow.bits;
        for (const LineBuffer& buffer : line_buffers_)
            set_reserved_bits(buffer);
    }

    void set_reserved_bits(const LineBuffer& buffer)
    {
        Flow& flow = program_.flows[buffer.flow];
        const Actor& to = program_.actors[flow.to];
        const auto columns = static_cast<std::int64_t>(flow.region.columns.size());
        flow.reserved_bits =
            line_buffer_bits(to.inputs[flow.port], to.share, flow.capacity, columns, flow.bits, buffer.folds);
    }

    const TileConfig& type_of(TileId tile) const { return chip_.tiles[mapping_.type_of(tile).value()]; }
    const Stage& stage_of(std::size_t part) const { return mapping_.pipeline.stages[mapping_.parts[part].stage]; }
    const Tiling& tiling_of(std::size_t part) const
    {
        return mapping_.layers[mapping_.parts[part].stage.value()].tiling;
    }

    Actor actor_of(std::size_t p, ActorKind kind, const std::string& suffix) const
    {
        const Part& part = mapping_.parts[p];
        Actor actor;
        actor.name = fmt::format("{}{}{}", stage_of(p).name, part.copy ? fmt::format("#{}", part.copy) : "", suffix);
        actor.kind = kind;
        actor.tile = part.tile;
        actor.layer = mapping_.pipeline.layer[part.stage.value()];
        actor.share = part.share;
        actor.output_slots = type_of(part.tile).output_slots * part.copies;
        return actor;
    }

    static program::Input point_by_point(const Stage& stage)
    {
        return {program::Reach::same(stage.height), program::Reach::same(stage.width)};
    }

    void add_actors(std::size_t p)
    {
        const Part& part = mapping_.parts[p];
        const Stage& stage = stage_of(p);
        if (part.arrays.empty()) {
            const ActorKind kind = stage.kind == StageKind::source ? ActorKind::source
                                   : stage.kind == StageKind::sink ? ActorKind::sink
                                                                   : ActorKind::vector;
            Actor actor = actor_of(p, kind, "");
            for (const StageInput& input : stage.inputs)
                actor.inputs.push_back({input.rows, input.columns});
            actor.work = works_.of_vector(part);
            produce_[p] = program_.actors.push_back(std::move(actor));
            consume_[p].assign(stage.inputs.size(), {produce_[p], 0});
            for (std::size_t i = 0; i < stage.inputs.size(); ++i)
                consume_[p][i].second = i;
            return;
        }

        const bool finishes = part.channels() > 0;
        const bool waits = finishes && (completes_for_others(mapping_, p) || stage.inputs.size() > 1);
        Actor mvm = actor_of(p, ActorKind::mvm, "");
        mvm.inputs = {{stage.inputs[0].rows, stage.inputs[0].columns}};
        mvm.copies = part.copies;
        mvm.work = works_.of_arrays(part, finishes && !waits);
        const ActorId mvm_id = program_.actors.push_back(std::move(mvm));
        produce_[p] = mvm_id;
        consume_[p] = {{mvm_id, 0}};
        if (!waits)
            return;
        Actor post = actor_of(p, ActorKind::post, ".post");
        post.inputs = {point_by_point(stage)};
        post.work = works_.of_post(part);
        const ActorId post_id = program_.actors.push_back(std::move(post));
        produce_[p] = post_id;
        mvm_of_[p] = mvm_id;
        add_flow(mvm_id, post_id, 0, part.share, part.channels() * tiling_of(p).partial_sum_bits, partial_sum_granule,
                 partial_sum_capacity, MessageClass::partial_sum);
        // Operand ports follow the partners', which are not known yet: remembered, and numbered when they are.
        for (std::size_t i = 1; i < stage.inputs.size(); ++i)
            consume_[p].push_back({post_id, 0});
    }

    ActorId mvm_actor(std::size_t p) const
    {
        const auto it = mvm_of_.find(p);
        return it == mvm_of_.end() ? produce_[p] : it->second;
    }

    void add_flow(ActorId from, ActorId to, std::size_t port, const Region& region, std::int64_t bits,
                  std::int64_t granule, std::int64_t capacity, MessageClass message_class)
    {
        granule = std::min(granule, region.tokens());
        reserves_.push_back({FlowId(program_.flows.size()), {}, 1});
        program_.flows.push_back(
            {from, to, port, region, bits, granule, capacity, capacity * granule * bits, message_class});
    }

    Room room_on(TileId tile) const
    {
        if (const auto it = tight_.find(tile); it != tight_.end())
            return it->second;
        return options_.minimal_buffers ? Room::minimal : Room::overlap;
    }

    /// A flow into a line buffer. What runs too far ahead of another operand for the tile waits in the global buffer.
    void add_line_buffered(ActorId from, ActorId to, std::size_t port, const Region& region, std::int64_t bits,
                           std::int64_t first_channel, const std::vector<int>& ahead, bool folds)
    {
        const program::Input input = program_.actors[to].inputs[port];
        const std::vector<int> share = program_.actors[to].share.rows; // a copy: spill() adds actors
        const auto columns = static_cast<std::int64_t>(region.columns.size());
        const Room room = room_on(program_.actors[to].tile);
        const auto rows_for = [&](Room r) {
            return line_buffer_rows(input.rows, share, region.rows, ahead, r, options_.extra_rows);
        };
        std::int64_t rows = rows_for(room);
        if (room == Room::window) {
            const std::int64_t waiting = rows_for(Room::minimal) - rows;
            if (waiting > 0)
                from = spill(from, region, bits, waiting * columns);
        }
        add_flow(from, to, port, region, bits, columns, rows, MessageClass::activation);
        reserves_.back().least = rows_for(Room::window);
        line_buffers_.push_back({reserves_.back().flow, folds});
        program_.flows[reserves_.back().flow].first_channel = first_channel;
        set_reserved_bits(line_buffers_.back());
    }

    /// A place in the global buffer where tokens wait.
    ActorId spill(ActorId from, const Region& region, std::int64_t bits, std::int64_t tokens)
    {
        Actor actor;
        actor.name = fmt::format("{}.spill", program_.actors[from].name);
        actor.kind = ActorKind::spill;
        actor.tile = program_.memory_tile;
        actor.layer = program_.actors[from].layer;
        actor.share = region;
        actor.inputs = {
            {program::Reach::same(region.rows.back() + 1), program::Reach::same(region.columns.back() + 1)}};
        actor.work.memory_bits = bits;
        actor.output_slots = static_cast<int>(tokens + 1);
        const ActorId id = program_.actors.push_back(std::move(actor));
        reserves_.push_back({FlowId(), id, 1});
        add_flow(from, id, 0, region, bits, static_cast<std::int64_t>(region.columns.size()), 2,
                 MessageClass::activation);
        return id;
    }

    /// The tile that holds a block's last rows adds up what the tiles with its other rows send, in their order, or what
    /// they have added up on the way.
    void add_partial_sum_flows(StageId id)
    {
        const LayerMapping& layer = mapping_.layers[id.value()];
        if (layer.on_vector_unit())
            return;
        const Stage& stage = mapping_.pipeline.stages[id];
        for (const Reducer& reducer : reducers_of(mapping_, id)) {
            std::vector<ActorId> senders;
            for (const std::size_t q : reducer.partners)
                senders.push_back(mvm_actor(q));
            if (layer.reduce_on_path)
                senders = {hand_on(reducer, senders)};
            for (const ActorId sender : senders)
                add_sums(sender, produce_[reducer.part], reducer);
        }
        for (const std::size_t p : layer.parts)
            for (std::size_t i = 1; i < consume_[p].size(); ++i) {
                Actor& post = program_.actors[consume_[p][i].first];
                post.inputs.push_back({stage.inputs[i].rows, stage.inputs[i].columns});
                consume_[p][i].second = post.inputs.size() - 1;
            }
    }

    /// Partial sums that arrive at `to` are added to its own.
    void add_sums(ActorId from, ActorId to, const Reducer& reducer)
    {
        Actor& adder = program_.actors[to];
        const std::int64_t sums = tiling_of(reducer.part).blocks[reducer.block].channels();
        const std::int64_t bits = sums * tiling_of(reducer.part).partial_sum_bits;
        adder.inputs.push_back(point_by_point(stage_of(reducer.part)));
        adder.work.accumulations += sums;
        adder.work.fetch_bits += bits; // they arrived in the tile's buffer
        adder.work.fetch_bits_next = adder.work.fetch_bits;
        add_flow(from, to, adder.inputs.size() - 1, mapping_.parts[reducer.part].share, bits, partial_sum_granule,
                 partial_sum_capacity, MessageClass::partial_sum);
    }

    /// Each tile but the first adds what comes from the one before; returns the last, which sends to the reducer.
    ActorId hand_on(const Reducer& reducer, const std::vector<ActorId>& own)
    {
        const std::int64_t bits =
            tiling_of(reducer.part).blocks[reducer.block].channels() * tiling_of(reducer.part).partial_sum_bits;
        ActorId last = own.front();
        for (std::size_t i = 1; i < own.size(); ++i) {
            Actor adder = actor_of(reducer.partners[i], ActorKind::post, ".sum");
            adder.inputs = {point_by_point(stage_of(reducer.part))};
            adder.work.result_bits = bits;
            const ActorId id = program_.actors.push_back(std::move(adder));
            add_flow(own[i], id, 0, mapping_.parts[reducer.part].share, bits, partial_sum_granule, partial_sum_capacity,
                     MessageClass::partial_sum);
            add_sums(last, id, reducer);
            last = id;
        }
        return last;
    }

    /// Channels of an operand that a part reads.
    std::pair<std::int64_t, std::int64_t> channels_needed(std::size_t p, std::size_t input) const
    {
        const Part& part = mapping_.parts[p];
        const Stage& stage = stage_of(p);
        const std::int64_t all = stage.inputs[input].view.channels();
        if (input == 0 && !part.arrays.empty()) {
            std::int64_t begin = all, end = 0;
            for (const ArrayRange& range : part.arrays)
                for (std::size_t r = range.row_begin; r < range.row_end; ++r) {
                    const RowBlock& row = tiling_of(p).blocks[range.block].rows[r];
                    begin = std::min(begin, row.input_begin);
                    end = std::max(end, row.input_end);
                }
            return {begin, end};
        }
        if (stage.kind == StageKind::vector && input == 0 && !stage.mixes_channels && stage.channels % all == 0) {
            const std::int64_t each = stage.channels / all; // of a depthwise convolution with a multiplier
            return {part.channel_begin / each, part.channel_end / each};
        }
        if (stage.kind == StageKind::sink || stage.mixes_channels || all != stage.channels)
            return {0, all};
        return {part.channel_begin, part.channel_end};
    }

    void add_operand_flows(std::size_t p, std::size_t input)
    {
        if (consume_[p].size() <= input || !consume_[p][input].first.valid())
            return; // a tile that only adds partial sums takes no part in what happens to the result
        const auto [begin, end] = channels_needed(p, input);
        if (!add_operand_flows(p, input, begin, end, false)) // channels that are padding only: as with positions
            add_operand_flows(p, input, 0, stage_of(p).inputs[input].view.channels(), true);
    }

    /// Of channels [need_begin, need_end) of an operand; just `one` flow of one channel, or all. Whether there are any.
    bool add_operand_flows(std::size_t p, std::size_t input, std::int64_t need_begin, std::int64_t need_end, bool one)
    {
        const auto [to, port] = consume_[p][input];
        const Part& part = mapping_.parts[p];
        const StageInput& operand = stage_of(p).inputs[input];
        const Region needed{operand.rows.awaited(part.share.rows), operand.columns.awaited(part.share.columns)};
        const std::int64_t points = operand.view.points;
        std::int64_t at = 0;
        bool found = false;
        for (std::size_t i = 0; i < operand.view.pieces.size(); ++i) {
            const Piece& piece = operand.view.pieces[i];
            const std::int64_t begin = std::max(need_begin - at, std::int64_t{0}) / points + piece.begin;
            const std::int64_t end =
                std::min(piece.end, (std::max(need_end - at, std::int64_t{0}) + points - 1) / points + piece.begin);
            at += piece.channels() * points;
            if (begin >= end || !piece.stage.valid())
                continue;
            std::vector<int> ahead;
            for (const std::size_t q : mapping_.layers[piece.stage.value()].parts) {
                const Part& source = mapping_.parts[q];
                const std::int64_t first = std::max(begin, source.channel_begin);
                const std::int64_t channels = std::min(end, source.channel_end) - first;
                const Region region =
                    channels <= 0 || apart(source.share, needed) ? Region{} : intersection(source.share, needed);
                if (region.empty())
                    continue;
                if (ahead.empty())
                    ahead = rows_ahead(mapping_.pipeline, part.stage, input, i);
                add_line_buffered(produce_[q], to, port, region, (one ? 1 : channels) * precision_.activation_bits,
                                  first, ahead, stage_of(p).kind == StageKind::vector && stage_of(p).macs == 0);
                found = true;
                if (one)
                    return true;
            }
        }
        return found;
    }

    const Mapping& mapping_;
    const ChipConfig& chip_;
    const PrecisionOptions& precision_;
    const Options& options_;
    const std::map<TileId, Room>& tight_; ///< tiles whose buffer does not hold all that one would wish
    PartWork works_;
    Program program_;
    std::vector<Reserve> reserves_; ///< all that actors are given
    std::vector<LineBuffer> line_buffers_;
    std::vector<ActorId> produce_;                                      ///< of each part, whose tokens leave it
    std::vector<std::vector<std::pair<ActorId, std::size_t>>> consume_; ///< of each part and stage input
    std::map<std::size_t, ActorId> mvm_of_;                             ///< of parts with a post actor
};

} // namespace

Program build_program(const Mapping& mapping, const Graph& graph, const ChipConfig& chip,
                      const PrecisionOptions& precision, const Options& options)
{
    // Where a tile's buffer is too small, first the overlap of layers is given up, then what waits for joins
    // moves to the global buffer.
    std::map<TileId, Room> tight;
    for (;;) {
        Program program = ProgramBuilder(mapping, graph, chip, precision, options, tight).build();
        bool changed = false;
        for (const TileId tile : overfull_tiles(program, chip)) {
            const auto [it, fresh] = tight.emplace(tile, Room::minimal);
            if (!fresh && it->second != Room::window)
                it->second = Room::window;
            else if (!fresh)
                continue;
            changed = true;
        }
        if (changed)
            continue;
        check_buffers(program, chip);
        program::check(program);
        return program;
    }
}

} // namespace imc::mapping
