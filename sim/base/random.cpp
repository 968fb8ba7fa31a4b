#include "sim/base/random.h"

#include <bit>
#include <cmath>
#include <stdexcept>

namespace imc
{

namespace
{

std::uint64_t split_mix(std::uint64_t& x)
{
    std::uint64_t z = (x += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

std::uint64_t fnv1a(std::string_view text)
{
    std::uint64_t h = 0xcbf29ce484222325ull;
    for (const char c : text)
        h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
    return h;
}

} // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view name) : RandomStream(seed, name, 0) {}

RandomStream::RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t index)
{
    std::uint64_t x = seed;
    x = split_mix(x) ^ fnv1a(name);
    x = split_mix(x) ^ index;
    for (auto& word : state_)
        word = split_mix(x);
}

RandomStream::result_type RandomStream::operator()()
{
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

double RandomStream::uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

std::uint64_t RandomStream::below(std::uint64_t bound)
{
    if (bound == 0)
        throw std::invalid_argument("RandomStream::below: bound must be positive, got 0");
    const std::uint64_t limit = max() - max() % bound;
    std::uint64_t x = (*this)();
    while (x >= limit)
        x = (*this)();
    return x % bound;
}

double RandomStream::normal()
{
    if (has_spare_) {
        has_spare_ = false;
        return spare_;
    }
    double u, v, s;
    do {
        u = 2.0 * uniform() - 1.0;
        v = 2.0 * uniform() - 1.0;
        s = u * u + v * v;
    } while (s >= 1.0 || s == 0.0);
    const double factor = std::sqrt(-2.0 * std::log(s) / s);
    spare_ = v * factor;
    has_spare_ = true;
    return u * factor;
}

} // namespace imc
