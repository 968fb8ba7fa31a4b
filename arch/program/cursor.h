#pragma once

#include <cstddef>
#include <cstdint>

#include "arch/program/program.h"

namespace imc::program
{

/// Walks the positions of a share in raster order, inference after inference.
class Cursor
{
public:
    explicit Cursor(const Region& share) : share_(&share) {}

    std::int64_t inference() const { return inference_; }
    std::int64_t sequence() const { return sequence_; }
    int row() const { return share_->rows[row_]; }
    int column() const { return share_->columns[column_]; }
    bool first_column() const { return column_ == 0; }
    bool last_column() const { return column_ + 1 == share_->columns.size(); }
    bool last_row() const { return row_ + 1 == share_->rows.size(); }
    int next_row() const { return share_->rows[row_ + 1]; }
    void advance()
    {
        ++sequence_;
        if (++column_ == share_->columns.size()) {
            column_ = 0;
            if (++row_ == share_->rows.size()) {
                row_ = 0;
                ++inference_;
            }
        }
    }

private:
    const Region* share_;
    std::size_t row_ = 0;
    std::size_t column_ = 0;
    std::int64_t inference_ = 0;
    std::int64_t sequence_ = 0;
};

} // namespace imc::program
