#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <queue>
#include <type_traits>
#include <vector>

#include "sim/base/errors.h"

namespace imc::trace
{

/// Sorts any number of records in bounded memory: full chunks are sorted and put into an unnamed
/// temporary file, and all chunks are merged when the records are read. A record is trivially copyable
/// and has operator<; records that compare equal keep no order.
template <class Record> class Spill
{
    static_assert(std::is_trivially_copyable_v<Record>);

public:
    /// Keeps at most `chunk` records in memory.
    explicit Spill(std::size_t chunk = std::size_t{1} << 18) : chunk_(chunk) {}

    /// Throws RunError if the disk is full.
    void add(const Record& record)
    {
        pending_.push_back(record);
        if (pending_.size() >= chunk_)
            spill();
    }

    /// Calls visit(record) for each record in order; may be called again.
    template <class Visit> void for_each(Visit visit)
    {
        if (sizes_.empty()) { // all still in memory
            std::ranges::sort(pending_, std::less<>());
            for (const Record& record : pending_)
                visit(record);
            return;
        }
        if (!pending_.empty())
            spill();
        std::vector<Run> runs;
        std::size_t offset = 0;
        const std::size_t window = std::max<std::size_t>(1, chunk_ / (2 * sizes_.size()));
        for (const std::size_t size : sizes_) {
            runs.push_back({offset, offset + size, window, {}, 0});
            offset += size;
        }
        const auto later = [&](std::size_t a, std::size_t b) { return runs[b].front() < runs[a].front(); };
        std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> heads(later);
        for (std::size_t i = 0; i < runs.size(); ++i)
            if (runs[i].fill(*this))
                heads.push(i);
        while (!heads.empty()) {
            const std::size_t i = heads.top();
            heads.pop();
            visit(runs[i].front());
            ++runs[i].position;
            if (runs[i].fill(*this))
                heads.push(i);
        }
    }

private:
    /// A sorted chunk in the file, read through a window.
    struct Run {
        std::size_t next;
        std::size_t end;
        std::size_t window;
        std::vector<Record> records;
        std::size_t position;

        const Record& front() const { return records[position]; }
        /// False at the end of the chunk.
        bool fill(Spill& spill)
        {
            if (position < records.size())
                return true;
            if (next == end)
                return false;
            records.resize(std::min(window, end - next));
            position = 0;
            if (std::fseek(spill.file_.get(), static_cast<long>(next * sizeof(Record)), SEEK_SET) != 0 ||
                std::fread(records.data(), sizeof(Record), records.size(), spill.file_.get()) != records.size())
                throw RunError("a temporary file of the trace cannot be read back");
            next += records.size();
            return true;
        }
    };

    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    void spill()
    {
        std::ranges::sort(pending_, std::less<>());
        if (!file_)
            file_.reset(std::tmpfile());
        if (!file_ || std::fseek(file_.get(), 0, SEEK_END) != 0 ||
            std::fwrite(pending_.data(), sizeof(Record), pending_.size(), file_.get()) != pending_.size() ||
            std::fflush(file_.get()) != 0)
            throw RunError("a temporary file of the trace cannot be written below " +
                           std::filesystem::temp_directory_path().string());
        sizes_.push_back(pending_.size());
        pending_.clear();
    }

    std::size_t chunk_;
    std::vector<Record> pending_;
    std::vector<std::size_t> sizes_;
    std::unique_ptr<std::FILE, Close> file_;
};

} // namespace imc::trace
