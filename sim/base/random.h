#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace imc
{

/// A random stream with a seed from the configuration and a name: streams of different names are
/// independent, and a stream's numbers do not depend on which others were used before it.
///
/// Generator: xoshiro256** (Blackman & Vigna, ACM TOMS 47(4), 2021), seeded by SplitMix64 from
/// (seed, FNV-1a of the name). Distributions are our own, so that the bits do not depend on the
/// standard library. Satisfies UniformRandomBitGenerator.
class RandomStream
{
public:
    using result_type = std::uint64_t;

    RandomStream(std::uint64_t seed, std::string_view name);
    /// A sub-stream, e.g. one per array or per instance.
    RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t index);

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~result_type{0}; }
    result_type operator()();

    /// Uniform in [0, 1), 53 bits.
    double uniform();
    /// Uniform integer in [0, bound), unbiased. Throws std::invalid_argument if bound is 0.
    std::uint64_t below(std::uint64_t bound);
    /// Standard normal, by the polar method (Marsaglia & Bray 1964).
    double normal();

private:
    std::array<std::uint64_t, 4> state_;
    double spare_ = 0.0;
    bool has_spare_ = false;
};

} // namespace imc
