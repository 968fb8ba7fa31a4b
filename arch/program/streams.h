#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "arch/program/cursor.h"
#include "arch/program/program.h"

/// The two ends of a flow: what a sender may send, what a receiver has.
namespace imc::program
{

inline constexpr std::int64_t unlimited = std::int64_t{1} << 60;

/// Where each token of a flow stands in its producer's order, and when credits allow it.
class Outgoing
{
public:
    Outgoing(const Flow& flow, const Region& share, bool infinite_buffers);

    /// The producer's sequence number of the next token to send, counted over inferences.
    std::int64_t next_sequence() const { return next_sequence_; }
    /// The receiver has reserved room for the next token.
    bool credited() const { return next_granule_ < granted_; }
    /// Tokens of the next packet, and the last one's sequence number: they leave together.
    std::int64_t packet() const { return std::min(per_packet_, static_cast<std::int64_t>(columns_.size() - column_)); }
    std::int64_t last_sequence() const
    {
        return next_sequence_ + columns_[column_ + static_cast<std::size_t>(packet()) - 1] - columns_[column_];
    }
    /// Index of the next token in the flow, counted over inferences.
    std::int64_t next_token() const { return sent_; }
    /// By a packet.
    void advance();
    /// `granules` were freed by the receiver since the start; older news than known is ignored.
    void grant(std::int64_t granules);

private:
    void settle();

    std::vector<std::int32_t> rows_;    ///< of the region, as indices into the share's rows
    std::vector<std::int32_t> columns_; ///< the same of columns
    std::int64_t share_columns_;
    std::int64_t share_tokens_;
    std::int64_t tokens_; ///< of the flow, per inference
    std::int64_t granule_;
    std::int64_t granules_; ///< per inference
    std::int64_t capacity_;
    std::int64_t per_packet_;

    std::int64_t inference_ = 0;
    std::size_t row_ = 0;
    std::size_t column_ = 0;
    std::int64_t sent_ = 0;
    std::int64_t sent_in_inference_ = 0;
    std::int64_t next_sequence_ = 0;
    std::int64_t next_granule_ = 0;
    std::int64_t granted_ = 0;
};

/// Tokens of a flow that have arrived, and those no longer needed.
class Incoming
{
public:
    Incoming(const Flow& flow, const Input& input);

    /// Token `index`, counted over inferences, is here. Virtual channels may reorder packets of a flow:
    /// what counts is the contiguous prefix.
    void arrive(std::int64_t index);
    std::int64_t arrived() const { return arrived_; }

    /// Tokens that must have arrived for output position (row, column) of an inference to be computed; the
    /// position is given as the last row and column of the producer's map in reach.
    std::int64_t needed(std::int64_t inference, int last_row, int last_column) const
    {
        const std::int32_t rows = last_row < 0 ? 0 : rows_up_to_[static_cast<std::size_t>(last_row)];
        if (rows == 0)
            return inference * tokens_;
        const std::int32_t columns = last_column < 0 ? 0 : columns_up_to_[static_cast<std::size_t>(last_column)];
        return inference * tokens_ + (rows - 1) * width_ + columns;
    }
    /// Tokens of the inferences before one.
    std::int64_t before(std::int64_t inference) const { return inference * tokens_; }
    /// Granules free once all rows of the producer's map before `row` are done with in an inference.
    std::int64_t granules_before_row(std::int64_t inference, int row) const
    {
        const std::int32_t rows = row <= 0 ? 0 : rows_up_to_[static_cast<std::size_t>(row - 1)];
        return inference * granules_ + rows * width_ / granule_;
    }
    /// Granules free once the first `tokens` tokens, counted over inferences, are done with.
    std::int64_t granules_of(std::int64_t inference, std::int64_t tokens) const
    {
        return inference * granules_ + (tokens - inference * tokens_) / granule_;
    }
    std::int64_t granules_after(std::int64_t inference) const { return (inference + 1) * granules_; }
    /// Granules free once the firing at `position` has read its inputs, counted over inferences.
    std::int64_t freed_by(const Cursor& position, const Input& input) const;
    /// Notes the granules freed; true if they are more than were told to the sender before.
    bool release(std::int64_t granules);

private:
    std::vector<std::int32_t> rows_up_to_; ///< [row of the producer's map] rows of the region up to it
    std::vector<std::int32_t> columns_up_to_;
    std::int64_t width_;
    std::int64_t tokens_;
    std::int64_t granule_;
    std::int64_t granules_;
    bool point_; ///< each token is read once: freed as it is read, not row by row
    std::int64_t arrived_ = 0;
    std::int64_t released_ = 0;
    std::vector<std::int64_t> early_; ///< arrived beyond the prefix; few
};

} // namespace imc::program
