#include <algorithm>

#include <fmt/format.h>

#include "sim/values/mapped_array_state.h"

namespace imc::values
{

namespace
{

constexpr std::size_t tile_size = Tile::vectors * Tile::columns;

/// SplitMix64, as RandomStream uses it to fill its state.
std::uint64_t split_mix(std::uint64_t& x)
{
    std::uint64_t z = (x += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

/// Every lane's generator from the tile's key, the vector's number and the column.
void seed_lanes(std::uint64_t key, std::uint64_t first_vector, std::uint32_t* state)
{
    for (std::size_t v = 0; v < Tile::vectors; ++v) {
        std::uint64_t x = key + (first_vector + v) * 0xd1342543de82ef95ull;
        x = split_mix(x);
        for (std::size_t j = 0; j < Tile::columns; ++j) {
            const std::uint64_t low = split_mix(x), high = split_mix(x);
            std::uint32_t* lane = state + v * Tile::columns + j;
            lane[0] = static_cast<std::uint32_t>(low) | 1u; // never all zero
            lane[tile_size] = static_cast<std::uint32_t>(low >> 32);
            lane[2 * tile_size] = static_cast<std::uint32_t>(high);
            lane[3 * tile_size] = static_cast<std::uint32_t>(high >> 32);
        }
    }
}

} // namespace

bool MappedArray::State::noisy() const
{
    return !packed_variance.empty() || !fast_s2.empty() || converters.noise_steps > 0.0 ||
           std::ranges::any_of(floor_units, [](const auto& group) { return group[0] > 0.0; });
}

void MappedArray::State::prepare_noise()
{
    const std::size_t width = padded(), strips = width / Tile::columns;
    noise_columns.clear();
    if (!noisy())
        return;
    const double own = converters.noise_steps * converters.noise_steps;
    for (std::size_t g = 0; g < encoded.groups.size(); ++g) {
        NoiseColumns n;
        for (std::size_t q = 0; q < width; ++q) {
            const auto step = static_cast<double>(converters.step[q]);
            const double per_step = 1.0 / (step * step);
            n.scale.push_back(static_cast<float>(variance_units * per_step));
            n.shared_scale.push_back(static_cast<float>(shared_units * per_step));
            n.floor.push_back(static_cast<float>((floor_units.empty() ? 0.0 : floor_units[g][q]) * per_step + own));
            n.shared_floor.push_back(static_cast<float>((shared_floor.empty() ? 0.0 : shared_floor[g][q]) * per_step));
        }
        for (std::size_t strip = 0; strip < strips; ++strip)
            n.keys.push_back(RandomStream(physics ? physics->read_seed.value_or(physics->seed) : 1,
                                          fmt::format("fast noise of array {}", index), (g << 32) + strip)());
        noise_columns.push_back(std::move(n));
    }
}

void MappedArray::State::hold_slow_noise(std::uint64_t hold)
{
    thread_local std::vector<float> deviation;
    thread_local std::vector<std::uint32_t> state;
    const std::vector<float> ones(Tile::columns, 1.0f), zeros(Tile::columns, 0.0f);
    deviation.resize(slow_variance.size());
    state.resize(4 * tile_size);
    seed_lanes(
        RandomStream(physics->read_seed.value_or(physics->seed), fmt::format("slow noise of array {}", index), hold)(),
        0, state.data());
    NoiseTile tile;
    tile.slices = slow_variance.size() / tile_size;
    tile.sums = slow_variance.data();
    tile.scale = ones.data();
    tile.floor = tile.shared_scale = tile.shared_floor = zeros.data();
    tile.state = state.data();
    tile.out = deviation.data();
    value_kernels().noise(tile);
    if (!slow_shared.empty()) {
        const std::size_t rows = base.rows(), width = base.cols();
        std::vector<float> spread(width, 0.0f);
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t c = 0; c < width; ++c)
                spread[c] += deviation[i * width + c] * slow_shared(i, c);
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t c = 0; c < width; ++c)
                deviation[i * width + c] += spread[c] - deviation[i * width + c] * slow_shared(i, c);
    }
    fill_cells(std::span(deviation).first(base.size()));
}

void MappedArray::State::draw_noise(const std::vector<float>& panels, const std::vector<float>& variances,
                                    std::uint64_t first_vector, std::size_t g, std::size_t strip,
                                    std::vector<float>& noise) const
{
    const ValueKernels& kernels = value_kernels();
    const std::size_t depth = encoded.groups[g].count, count = slices.size(), j = strip * Tile::columns;
    const NoiseColumns& columns = noise_columns[g];
    thread_local std::vector<float> squares, sums, shared, mean;
    thread_local std::vector<std::uint32_t> state;
    noise.resize(count * tile_size);
    state.resize(4 * tile_size);
    seed_lanes(columns.keys[strip], first_vector, state.data());
    NoiseTile tile;
    tile.slices = count;
    tile.scale = columns.scale.data() + j;
    tile.floor = columns.floor.data() + j;
    tile.shared_scale = columns.shared_scale.data() + j;
    tile.shared_floor = columns.shared_floor.data() + j;
    tile.state = state.data();
    tile.out = noise.data();

    if (!variances.empty())
        tile.sums = variances.data();
    Tile variance;
    variance.depth = depth;
    variance.parts = parts;
    variance.inputs = panels.data();
    if (!packed_variance.empty()) {
        // Single bits are their own squares.
        if (config.slice_bits > 1 || config.signed_input == SignedInput::signed_pulse) {
            pack_squares(panels, depth * Tile::vectors, parts, squares);
            variance.inputs = squares.data();
            variance.part_scale = 1 << square_part_bits;
        }
        variance.cells = packed_variance[g].data() + strip * depth * Tile::columns;
        sums.resize(count * tile_size);
        for (std::size_t s = 0; s < count; ++s)
            kernels.sums(variance, s, sums.data() + s * tile_size);
        tile.sums = sums.data();
    }
    if (!packed_shared.empty()) {
        variance.inputs = panels.data();
        variance.part_scale = 1 << digit_part_bits;
        variance.cells = packed_shared[g].data() + strip * depth * Tile::columns;
        shared.resize(count * tile_size);
        mean.assign(count * Tile::vectors, 0.0f);
        for (std::size_t s = 0; s < count; ++s) {
            kernels.sums(variance, s, shared.data() + s * tile_size);
            float scale = 1.0f;
            for (std::size_t p = 0; p < parts; ++p, scale *= static_cast<float>(1 << digit_part_bits)) {
                const float* digits = panels.data() + (s * parts + p) * depth * Tile::vectors;
                for (std::size_t n = 0; n < depth * Tile::vectors; ++n)
                    mean[s * Tile::vectors + n % Tile::vectors] += scale * digits[n];
            }
        }
        for (float& m : mean)
            m /= static_cast<float>(depth);
        tile.shared = shared.data();
        tile.mean = mean.data();
    }
    kernels.noise(tile);
}

} // namespace imc::values
