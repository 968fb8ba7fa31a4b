#include "sim/values/kernels.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sim/base/instruction_set.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define IMC_WIDE_KERNELS 1
#include <immintrin.h>
#endif

namespace imc::values
{

namespace baseline
{
constexpr std::size_t lanes = 4;
template <class V> inline V fused(float a, V b, V c) { return a * b + c; }
/// Ones per byte by halving sums (Warren, Hacker's Delight, 5-1).
template <class W> inline W add_ones(W sum, W x)
{
    x = x - ((x >> 1) & 0x55555555u);
    x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
    return sum + ((x + (x >> 4)) & 0x0f0f0f0fu);
}
template <class W> inline W widened(W bytes)
{
    const W pairs = (bytes & 0x00ff00ffu) + ((bytes >> 8) & 0x00ff00ffu);
    return (pairs & 0xffffu) + (pairs >> 16);
}
/// The top bits of the lanes, the first lane's lowest.
template <class W> inline std::uint32_t top_bits(W x)
{
    std::uint32_t bits = 0;
    for (std::size_t l = 0; l < lanes; ++l)
        bits |= x[l] >> 31 << l;
    return bits;
}
#include "sim/values/kernels.inl"
constexpr ValueKernels table = table_of("baseline");
} // namespace baseline

#ifdef IMC_WIDE_KERNELS
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2
{
constexpr std::size_t lanes = 8;
template <class V> inline V fused(float a, V b, V c)
{
    return (V)_mm256_fmadd_ps(_mm256_set1_ps(a), (__m256)b, (__m256)c);
}
/// Ones per nibble by a table look-up (Muła, Kurz, Lemire, The Computer Journal 61(1), 2018), kept as bytes.
template <class W> inline W add_ones(W sum, W x)
{
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2,
                                           2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(0x0f);
    const auto v = (__m256i)x;
    const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(v, nibble));
    const __m256i high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble));
    return (W)_mm256_add_epi8((__m256i)sum, _mm256_add_epi8(low, high));
}
template <class W> inline W widened(W bytes)
{
    const __m256i pairs = _mm256_maddubs_epi16((__m256i)bytes, _mm256_set1_epi8(1));
    return (W)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}
template <class W> inline std::uint32_t top_bits(W x)
{
    return static_cast<std::uint32_t>(_mm256_movemask_ps((__m256)x));
}
#include "sim/values/kernels.inl"
constexpr ValueKernels table = table_of("avx2");
} // namespace avx2
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
namespace avx512
{
constexpr std::size_t lanes = 16;
template <class V> inline V fused(float a, V b, V c)
{
    return (V)_mm512_fmadd_ps(_mm512_set1_ps(a), (__m512)b, (__m512)c);
}
template <class W> inline W add_ones(W sum, W x)
{
    const __m512i table = _mm512_set4_epi32(0x04030302, 0x03020201, 0x03020201, 0x02010100);
    const __m512i nibble = _mm512_set1_epi8(0x0f);
    const auto v = (__m512i)x;
    const __m512i low = _mm512_shuffle_epi8(table, _mm512_and_si512(v, nibble));
    const __m512i high = _mm512_shuffle_epi8(table, _mm512_and_si512(_mm512_srli_epi16(v, 4), nibble));
    return (W)_mm512_add_epi8((__m512i)sum, _mm512_add_epi8(low, high));
}
template <class W> inline W widened(W bytes)
{
    const __m512i pairs = _mm512_maddubs_epi16((__m512i)bytes, _mm512_set1_epi8(1));
    return (W)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
}
template <class W> inline std::uint32_t top_bits(W x)
{
    return static_cast<std::uint32_t>(_mm512_movepi32_mask((__m512i)x));
}
#include "sim/values/kernels.inl"
constexpr ValueKernels table = table_of("avx512");
} // namespace avx512
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,avx2,fma")
namespace avx512_vpopcnt
{
constexpr std::size_t lanes = 16;
template <class V> inline V fused(float a, V b, V c)
{
    return (V)_mm512_fmadd_ps(_mm512_set1_ps(a), (__m512)b, (__m512)c);
}
template <class W> inline W add_ones(W sum, W x) { return sum + (W)_mm512_popcnt_epi32((__m512i)x); }
template <class W> inline W widened(W counts) { return counts; }
template <class W> inline std::uint32_t top_bits(W x)
{
    return static_cast<std::uint32_t>(_mm512_movepi32_mask((__m512i)x));
}
#include "sim/values/kernels.inl"
constexpr ValueKernels table = table_of("avx512_vpopcnt");
} // namespace avx512_vpopcnt
#pragma GCC pop_options
#endif

const ValueKernels* value_kernels(const char* name)
{
    const std::string_view wanted = name;
#ifdef IMC_WIDE_KERNELS
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (wanted == "avx512_vpopcnt" && wide && __builtin_cpu_supports("avx512vpopcntdq"))
        return &avx512_vpopcnt::table;
    if (wanted == "avx512" && wide)
        return &avx512::table;
    if (wanted == "avx2" && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &avx2::table;
#endif
    return wanted == "baseline" ? &baseline::table : nullptr;
}

const ValueKernels& value_kernels()
{
    static const ValueKernels& chosen = []() -> const ValueKernels& {
        const InstructionSet widest = widest_instruction_set();
        constexpr std::pair<const char*, InstructionSet> variants[] = {{"avx512_vpopcnt", InstructionSet::avx512},
                                                                       {"avx512", InstructionSet::avx512},
                                                                       {"avx2", InstructionSet::avx2}};
        for (const auto& [name, needed] : variants)
            if (const ValueKernels* kernels = needed <= widest ? value_kernels(name) : nullptr)
                return *kernels;
        return baseline::table;
    }();
    return chosen;
}

float step_threshold(std::uint32_t column, std::int32_t code, float dnl)
{
    std::uint32_t h = static_cast<std::uint32_t>(code) * 0x9e3779b1u + column;
    h = (h ^ (h >> 15)) * 0x85ebca77u;
    h = (h ^ (h >> 13)) * 0xc2b2ae3du;
    h ^= h >> 16;
    const float u = static_cast<float>(static_cast<std::int32_t>(h >> 8)) * 0x1p-23f - 1.0f;
    return static_cast<float>(code) - 0.5f + u * (dnl * 1.22474487f);
}

} // namespace imc::values
