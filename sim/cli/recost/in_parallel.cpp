#include "sim/cli/recost/in_parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace imc::cli
{

void in_parallel(std::size_t count, const std::function<void(std::size_t)>& job)
{
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::size_t failed = count;
    std::exception_ptr failure;
    const auto work = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            try {
                job(i);
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (i < failed) {
                    failed = i;
                    failure = std::current_exception();
                }
                return; // jobs after this one need not be done; those before it are taken
            }
        }
    };
    constexpr std::size_t worth_a_thread = 8;
    const std::size_t threads =
        std::min<std::size_t>(std::max(1u, std::thread::hardware_concurrency()), count / worth_a_thread);
    {
        std::vector<std::jthread> others;
        for (std::size_t t = 1; t < threads; ++t)
            others.emplace_back(work);
        work();
    }
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace imc::cli
