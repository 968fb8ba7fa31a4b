#include "devices/crossbar/kernels.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sim/base/instruction_set.h"

namespace imc::devices
{

namespace baseline
{
constexpr std::size_t lanes = 2;
#include "devices/crossbar/kernels.inl"
constexpr DenseKernels table{update, invert, "baseline"};
} // namespace baseline

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define IMC_WIDE_KERNELS 1
#pragma GCC push_options
#pragma GCC target("avx2")
namespace avx2
{
constexpr std::size_t lanes = 4;
#include "devices/crossbar/kernels.inl"
constexpr DenseKernels table{update, invert, "avx2"};
} // namespace avx2
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f")
namespace avx512
{
constexpr std::size_t lanes = 8;
#include "devices/crossbar/kernels.inl"
constexpr DenseKernels table{update, invert, "avx512"};
} // namespace avx512
#pragma GCC pop_options
#endif

const DenseKernels* dense_kernels(const char* name)
{
    const std::string_view wanted = name;
#ifdef IMC_WIDE_KERNELS
    if (wanted == "avx512" && __builtin_cpu_supports("avx512f"))
        return &avx512::table;
    if (wanted == "avx2" && __builtin_cpu_supports("avx2"))
        return &avx2::table;
#endif
    return wanted == "baseline" ? &baseline::table : nullptr;
}

const DenseKernels& dense_kernels()
{
    static const DenseKernels& chosen = []() -> const DenseKernels& {
        const InstructionSet widest = widest_instruction_set();
        constexpr std::pair<const char*, InstructionSet> variants[] = {{"avx512", InstructionSet::avx512},
                                                                       {"avx2", InstructionSet::avx2}};
        for (const auto& [name, needed] : variants)
            if (const DenseKernels* kernels = needed <= widest ? dense_kernels(name) : nullptr)
                return *kernels;
        return baseline::table;
    }();
    return chosen;
}

} // namespace imc::devices
