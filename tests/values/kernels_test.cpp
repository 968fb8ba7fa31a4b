#include "sim/values/kernels.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/values/values_support.h"

using namespace imc;
using namespace imc::values;

namespace
{

struct TileData {
    std::vector<float> inputs, cells, noise, weights, scale, shift, low, high, sign;
    std::vector<std::uint32_t> input_bits, cell_bits;
    Tile tile;
    BitTile bit_tile;
    ColumnTransfer transfer;

    TileData(std::size_t depth, std::size_t slices, float step)
    {
        RandomStream random(11, "tile", depth);
        inputs.resize(depth * 4 * slices);
        cells.resize(depth * 32);
        for (float& x : inputs)
            x = static_cast<float>(random.below(2));
        for (float& g : cells)
            g = static_cast<float>(random.below(40000));
        noise.resize(slices * 128);
        for (float& n : noise)
            n = static_cast<float>(random.normal());
        for (std::size_t s = 0; s < slices; ++s)
            weights.push_back(static_cast<float>(1 << s));
        scale.assign(32, 1.0f / step);
        shift.assign(32, 0.25f);
        low.assign(32, 0.0f);
        high.assign(32, 255.0f);
        sign.assign(32, 1.0f);
        sign[5] = -1.0f;
        transfer = {scale.data(), shift.data(), low.data(), high.data(), sign.data(), 0.7f, 255.0f, true};
        tile.depth = depth;
        tile.slices = slices;
        tile.inputs = inputs.data();
        tile.weights = weights.data();
        tile.cells = cells.data();
        tile.noise = noise.data();
        tile.flush = 3;
        tile.total_stride = 32;
        const std::size_t words = (depth + 31) / 32;
        input_bits.resize(words * 4 * slices);
        cell_bits.resize(words * 32);
        for (auto& w : input_bits)
            w = static_cast<std::uint32_t>(random());
        for (auto& w : cell_bits)
            w = static_cast<std::uint32_t>(random());
        bit_tile = {words, slices, input_bits.data(), weights.data(), cell_bits.data(), slices, nullptr, 32};
    }
};

} // namespace

TEST(ValueKernels, EveryInstructionSetGivesTheSameBits)
{
    for (const std::size_t depth : {1u, 33u, 256u}) {
        TileData data(depth, 8, 40000.0f);
        std::vector<std::vector<double>> products, counts;
        for (const char* name : {"baseline", "avx2", "avx512", "avx512_vpopcnt"}) {
            const ValueKernels* kernels = value_kernels(name);
            if (!kernels)
                continue;
            std::vector<double> product(128), count(128);
            data.tile.total = product.data();
            kernels->multiply(data.tile, data.transfer);
            data.bit_tile.total = count.data();
            kernels->count(data.bit_tile, data.transfer);
            products.push_back(product);
            counts.push_back(count);
        }
        for (const auto& p : products)
            EXPECT_EQ(p, products[0]);
        for (const auto& c : counts)
            EXPECT_EQ(c, counts[0]);
        EXPECT_NE(products[0][0], 0.0);
    }
}

TEST(ValueKernels, NoiseIsNormalWithTheVarianceAskedForAndTheSameBitsEverywhere)
{
    constexpr std::size_t slices = 4000, size = 128;
    std::vector<float> sums(slices * size), scale(32, 0.5f), floor(32, 1.0f), zero(32, 0.0f), first;
    for (std::size_t n = 0; n < sums.size(); ++n)
        sums[n] = 16.0f;
    for (const char* name : {"baseline", "avx2", "avx512", "avx512_vpopcnt"}) {
        const ValueKernels* kernels = value_kernels(name);
        if (!kernels)
            continue;
        RandomStream random(1, "lanes");
        std::vector<std::uint32_t> state(4 * size);
        for (auto& word : state)
            word = static_cast<std::uint32_t>(random()) | 1u;
        std::vector<float> out(slices * size);
        NoiseTile tile;
        tile.slices = slices;
        tile.sums = sums.data();
        tile.scale = scale.data();
        tile.floor = floor.data();
        tile.shared_scale = tile.shared_floor = zero.data();
        tile.state = state.data();
        tile.out = out.data();
        kernels->noise(tile);
        if (first.empty())
            first = out;
        ASSERT_EQ(out, first) << name;
    }
    const double n = double(first.size());
    double mean = 0.0, square = 0.0, fourth = 0.0, neighbours = 0.0, within[4] = {};
    for (std::size_t k = 0; k < first.size(); ++k) {
        const double x = first[k] / 3.0; // variance 16·0.5 + 1
        mean += x / n;
        square += x * x / n;
        fourth += x * x * x * x / n;
        if (k + 1 < first.size())
            neighbours += x * first[k + 1] / 3.0 / n;
        for (int s = 0; s < 4; ++s)
            within[s] += std::abs(x) < s + 1 ? 1.0 / n : 0.0;
    }
    EXPECT_NEAR(mean, 0.0, 4 / std::sqrt(n));
    EXPECT_NEAR(square, 1.0, 4 * std::sqrt(2 / n));
    EXPECT_NEAR(fourth, 3.0, 0.06);
    EXPECT_NEAR(neighbours, 0.0, 4 / std::sqrt(n));
    const double normal[] = {0.682689, 0.954500, 0.997300, 0.999937};
    for (int s = 0; s < 4; ++s)
        EXPECT_NEAR(within[s], normal[s], 0.003);
}

TEST(ValueKernels, CountsMoreThan31WordsAndGathersBits)
{
    TileData data(32 * 70, 2, 1.0f);
    std::vector<std::uint32_t> inputs(70 * 4 * 2, ~0u), cells(70 * 32, ~0u);
    data.bit_tile.inputs = inputs.data();
    data.bit_tile.cells = cells.data();
    std::fill(data.high.begin(), data.high.end(), 1e6f);
    std::fill(data.shift.begin(), data.shift.end(), 0.0f);
    data.transfer.bow = 0.0f;
    RandomStream random(3, "bits");
    std::vector<std::int32_t> x(32);
    for (auto& v : x)
        v = static_cast<std::int32_t>(random.below(1 << 16));
    for (const char* name : {"baseline", "avx2", "avx512", "avx512_vpopcnt"}) {
        const ValueKernels* kernels = value_kernels(name);
        if (!kernels)
            continue;
        std::vector<double> total(128);
        data.bit_tile.total = total.data();
        kernels->count(data.bit_tile, data.transfer);
        EXPECT_EQ(total[0], 70 * 32 * 3.0) << name;
        EXPECT_EQ(total[5], -70 * 32 * 3.0) << name;
        std::uint32_t words[16];
        kernels->gather_bits(x.data() + 1, 29, 16, words);
        for (unsigned bit = 0; bit < 16; ++bit)
            for (unsigned k = 0; k < 32; ++k)
                EXPECT_EQ(words[bit] >> k & 1u, k < 29 ? static_cast<unsigned>(x[k + 1]) >> bit & 1u : 0u);
    }
}

TEST(ValueKernels, RoundsHalfToEvenAndSaturates)
{
    TileData data(1, 1, 1.0f);
    data.tile.noise = nullptr;
    data.transfer.bow = 0.0f;
    data.inputs = {1, 1, 1, 1};
    data.tile.inputs = data.inputs.data();
    std::fill(data.shift.begin(), data.shift.end(), 0.0f);
    std::fill(data.sign.begin(), data.sign.end(), 1.0f);
    for (std::size_t j = 0; j < 32; ++j)
        data.cells[j] = static_cast<float>(j) * 0.5f - 2.0f;
    data.cells[31] = 300.0f;
    std::vector<double> total(128);
    data.tile.total = total.data();
    value_kernels().multiply(data.tile, data.transfer);
    const double expected[] = {0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 3, 4, 4};
    for (std::size_t j = 0; j < std::size(expected); ++j)
        EXPECT_EQ(total[j], expected[j]) << j;
    EXPECT_EQ(total[31], 255.0);
}

TEST(Counting, EqualsTheFloatPathBitForBit)
{
    RandomStream random(5, "counting");
    for (const auto encoding :
         {Encoding::twos_complement, Encoding::biased, Encoding::biased_flip, Encoding::differential_digital})
        for (const int adc : {3, 5, 9})
            for (const bool is_signed : {false, true}) {
                ArraySpec c;
                c.rows = 100;
                c.columns = 96;
                c.cell_bits = 1;
                c.active_rows = 50;
                c.encoding = encoding;
                c.input_signed = is_signed;
                c.adc.bits = adc;
                const auto w = test::random_weights(random, 130, 9, 8);
                const auto x = test::random_inputs(random, 7, 130, c);
                Contraction counting(c, w);
                for (MappedArray& array : counting.arrays())
                    EXPECT_TRUE(array.counts_bits());
                const Matrix<double> counted = counting.run(x);
                for (MappedArray& array : counting.arrays())
                    array.use_counting(false);
                EXPECT_EQ(counting.run(x), counted) << test::describe(c);
            }
}

TEST(Contraction, DoesNotDependOnHowVectorsAreBatched)
{
    RandomStream random(6, "batch");
    ArraySpec c;
    c.adc.bits = 6;
    c.adc.enob = 5.0;
    const auto w = test::random_weights(random, 200, 40, 8);
    const auto x = test::random_inputs(random, 13, 200, c);
    const Contraction contraction(c, w);
    const Matrix<double> all = contraction.run(x);
    for (std::size_t first = 0; first < 13; first += 5) {
        Matrix<std::int32_t> part(std::min<std::size_t>(5, 13 - first), 200);
        for (std::size_t v = 0; v < part.rows(); ++v)
            std::copy_n(x.row(first + v).data(), 200, part.row(v).data());
        const Matrix<double> some = contraction.run(part, first);
        for (std::size_t v = 0; v < part.rows(); ++v)
            for (std::size_t n = 0; n < 40; ++n)
                EXPECT_EQ(some(v, n), all(first + v, n));
    }
}
