#pragma once

/// Files that this process has begun and not yet completed, so that a signal that ends it leaves none behind.
namespace imc
{

/// `file` stays valid until it is forgotten. Beyond 256 files at a time nothing is noted.
void note_unfinished(const char* file) noexcept;
void forget_unfinished(const char* file) noexcept;

/// Removes them; for signal handlers, as it calls nothing that these may not. A forked process has begun none.
void remove_unfinished() noexcept;

} // namespace imc
