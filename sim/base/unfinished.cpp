#include "sim/base/unfinished.h"

#include <array>
#include <atomic>

#include <unistd.h>

namespace imc
{

namespace
{

struct Slot {
    std::atomic<const char*> file = nullptr;
    std::atomic<pid_t> owner = 0; ///< a child's copy of the table must not remove its parent's files
};

std::array<Slot, 256> slots;

} // namespace

void note_unfinished(const char* file) noexcept
{
    for (Slot& slot : slots) {
        const char* empty = nullptr;
        if (slot.file.compare_exchange_strong(empty, file)) {
            slot.owner = ::getpid();
            return;
        }
    }
}

void forget_unfinished(const char* file) noexcept
{
    for (Slot& slot : slots) {
        const char* expected = file;
        if (slot.file.compare_exchange_strong(expected, nullptr))
            return;
    }
}

void remove_unfinished() noexcept
{
    for (Slot& slot : slots)
        if (const char* file = slot.file; file && slot.owner == ::getpid())
            ::unlink(file);
}

} // namespace imc
