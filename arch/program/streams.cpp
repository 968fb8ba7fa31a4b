#include "arch/program/streams.h"

#include <algorithm>

namespace imc::program
{

namespace
{

std::vector<std::int32_t> positions_in(const std::vector<int>& share, const std::vector<int>& part)
{
    std::vector<std::int32_t> result;
    result.reserve(part.size());
    for (const int value : part)
        result.push_back(
            static_cast<std::int32_t>(std::lower_bound(share.begin(), share.end(), value) - share.begin()));
    return result;
}

std::vector<std::int32_t> counts_up_to(const std::vector<int>& part, int size)
{
    std::vector<std::int32_t> counts(static_cast<std::size_t>(size), 0);
    for (const int value : part)
        counts[static_cast<std::size_t>(value)] = 1;
    for (std::size_t i = 1; i < counts.size(); ++i)
        counts[i] += counts[i - 1];
    return counts;
}

} // namespace

Outgoing::Outgoing(const Flow& flow, const Region& share, bool infinite_buffers)
    : rows_(positions_in(share.rows, flow.region.rows)), columns_(positions_in(share.columns, flow.region.columns)),
      share_columns_(static_cast<std::int64_t>(share.columns.size())), share_tokens_(share.tokens()),
      tokens_(flow.region.tokens()), granule_(flow.granule), granules_((tokens_ + granule_ - 1) / granule_),
      capacity_(infinite_buffers ? unlimited : flow.capacity), per_packet_(flow.per_packet), granted_(capacity_)
{
    settle();
}

void Outgoing::settle()
{
    next_sequence_ = inference_ * share_tokens_ + rows_[row_] * share_columns_ + columns_[column_];
    next_granule_ = inference_ * granules_ + sent_in_inference_ / granule_;
}

void Outgoing::advance()
{
    const std::int64_t tokens = packet();
    sent_ += tokens;
    sent_in_inference_ += tokens;
    column_ += static_cast<std::size_t>(tokens);
    if (column_ == columns_.size()) {
        column_ = 0;
        if (++row_ == rows_.size()) {
            row_ = 0;
            ++inference_;
            sent_in_inference_ = 0;
        }
    }
    settle();
}

void Outgoing::grant(std::int64_t granules) { granted_ = std::max(granted_, granules + capacity_); }

Incoming::Incoming(const Flow& flow, const Input& input)
    : rows_up_to_(counts_up_to(flow.region.rows, input.rows.in)),
      columns_up_to_(counts_up_to(flow.region.columns, input.columns.in)),
      width_(static_cast<std::int64_t>(flow.region.columns.size())), tokens_(flow.region.tokens()),
      granule_(flow.granule), granules_((tokens_ + granule_ - 1) / granule_)
{
    const auto once = [](const Reach& r) { return r.kernel == 1 && r.stride >= 1 && r.enlarge == 1; };
    point_ = once(input.rows) && once(input.columns);
}

void Incoming::arrive(std::int64_t index)
{
    if (index != arrived_) {
        early_.push_back(index);
        return;
    }
    ++arrived_;
    while (!early_.empty()) {
        const auto it = std::find(early_.begin(), early_.end(), arrived_);
        if (it == early_.end())
            break;
        *it = early_.back();
        early_.pop_back();
        ++arrived_;
    }
}

std::int64_t Incoming::freed_by(const Cursor& position, const Input& input) const
{
    const std::int64_t inference = position.inference();
    if (position.last_column() && position.last_row())
        return granules_after(inference);
    if (point_)
        return granules_of(inference,
                           needed(inference, input.rows.last(position.row()), input.columns.last(position.column())));
    return position.last_column() ? granules_before_row(inference, input.rows.first(position.next_row())) : 0;
}

bool Incoming::release(std::int64_t granules)
{
    if (granules <= released_)
        return false;
    released_ = granules;
    return true;
}

} // namespace imc::program
