// Included by kernels.cpp once per instruction set, inside a namespace, with `lanes` (floats per vector), `fused`
// and `ones` defined.

using Floats __attribute__((vector_size(4 * lanes), aligned(4), may_alias)) = float;
using Words __attribute__((vector_size(4 * lanes), aligned(4), may_alias)) = std::uint32_t;
using Ints __attribute__((vector_size(4 * lanes))) = std::int32_t;
using HalfFloats __attribute__((vector_size(2 * lanes), aligned(4), may_alias)) = float;
using Doubles __attribute__((vector_size(4 * lanes), aligned(8), may_alias)) = double;

inline Floats load(const float* p) { return *reinterpret_cast<const Floats*>(p); }
inline void store(float* p, Floats v) { *reinterpret_cast<Floats*>(p) = v; }
inline Words load(const std::uint32_t* p) { return *reinterpret_cast<const Words*>(p); }

/// Sums of four vectors by two registers of columns.
inline void block_sums(const float* inputs, const float* cells, std::size_t depth, float* out)
{
    Floats a0{}, a1{}, b0{}, b1{}, c0{}, c1{}, d0{}, d1{};
    for (std::size_t k = 0; k < depth; ++k) {
        const Floats x = load(cells), y = load(cells + lanes);
        a0 = fused(inputs[0], x, a0);
        a1 = fused(inputs[0], y, a1);
        b0 = fused(inputs[1], x, b0);
        b1 = fused(inputs[1], y, b1);
        c0 = fused(inputs[2], x, c0);
        c1 = fused(inputs[2], y, c1);
        d0 = fused(inputs[3], x, d0);
        d1 = fused(inputs[3], y, d1);
        inputs += Tile::vectors;
        cells += Tile::columns;
    }
    store(out, a0);
    store(out + lanes, a1);
    store(out + Tile::columns, b0);
    store(out + Tile::columns + lanes, b1);
    store(out + 2 * Tile::columns, c0);
    store(out + 2 * Tile::columns + lanes, c1);
    store(out + 3 * Tile::columns, d0);
    store(out + 3 * Tile::columns + lanes, d1);
}

inline void tile_sums(const float* inputs, const float* cells, std::size_t depth, float* out)
{
    for (std::size_t j = 0; j < Tile::columns; j += 2 * lanes)
        block_sums(inputs, cells + j, depth, out + j);
}

inline Floats at_least(Floats a, Floats b) { return a > b ? a : b; }
inline Floats at_most(Floats a, Floats b) { return a < b ? a : b; }

/// One slice's sums become codes and are added, weighted, to the codes so far.
inline void convert(const float* sums, const float* noise, float weight, const ColumnTransfer& t, float* codes)
{
    // Adding and subtracting 1.5·2^23 rounds to the nearest integer, ties to even.
    const float magic = 12582912.0f;
    for (std::size_t j = 0; j < Tile::columns; j += lanes) {
        const Floats scale = load(t.scale + j), shift = load(t.shift + j), low = load(t.low + j),
                     high = load(t.high + j), counts = load(t.sign + j) * weight;
        for (std::size_t v = 0; v < Tile::vectors; ++v) {
            const std::size_t at = v * Tile::columns + j;
            Floats y = load(sums + at) * scale + shift;
            if (t.bow != 0.0f) {
                const Floats z = y * (1.0f / t.range);
                y = y + (4.0f * t.bow) * z * (1.0f - z);
            }
            if (noise)
                y = y + load(noise + at);
            y = at_most(at_least(y, low), high);
            if (t.rounds)
                y = (y + magic) - magic;
            store(codes + at, load(codes + at) + counts * y);
        }
    }
}

inline void flush_codes(float* codes, double* total, std::size_t stride)
{
    for (std::size_t v = 0; v < Tile::vectors; ++v)
        for (std::size_t j = 0; j < Tile::columns; j += lanes / 2) {
            float* from = codes + v * Tile::columns + j;
            double* to = total + v * stride + j;
            const auto part = *reinterpret_cast<const HalfFloats*>(from);
            *reinterpret_cast<Doubles*>(to) += __builtin_convertvector(part, Doubles);
            *reinterpret_cast<HalfFloats*>(from) = HalfFloats{};
        }
}

void multiply(const Tile& tile, const ColumnTransfer& transfer)
{
    alignas(64) float sums[Tile::vectors * Tile::columns];
    alignas(64) float codes[Tile::vectors * Tile::columns] = {};
    for (std::size_t s = 0; s < tile.slices; ++s) {
        tile_sums(tile.inputs + s * tile.depth * Tile::vectors, tile.cells, tile.depth, sums);
        const float* noise = tile.noise ? tile.noise + s * Tile::vectors * Tile::columns : nullptr;
        convert(sums, noise, tile.weights[s], transfer, codes);
        if ((s + 1) % tile.flush == 0 || s + 1 == tile.slices)
            flush_codes(codes, tile.total, tile.total_stride);
    }
}

void sums(const Tile& tile, std::size_t slice, float* out)
{
    tile_sums(tile.inputs + slice * tile.depth * Tile::vectors, tile.cells, tile.depth, out);
}

void count(const BitTile& tile, const ColumnTransfer& transfer)
{
    alignas(64) float sums[Tile::vectors * Tile::columns];
    alignas(64) float codes[Tile::vectors * Tile::columns] = {};
    for (std::size_t s = 0; s < tile.slices; ++s) {
        const std::uint32_t* inputs = tile.inputs + s * tile.words * Tile::vectors;
        for (std::size_t j = 0; j < Tile::columns; j += lanes) {
            Words a{}, b{}, c{}, d{};
            for (std::size_t w = 0; w < tile.words; ++w) {
                const Words cells = load(tile.cells + w * Tile::columns + j);
                const std::uint32_t* x = inputs + w * Tile::vectors;
                a += ones(cells & x[0]);
                b += ones(cells & x[1]);
                c += ones(cells & x[2]);
                d += ones(cells & x[3]);
            }
            store(sums + j, __builtin_convertvector((Ints)a, Floats));
            store(sums + Tile::columns + j, __builtin_convertvector((Ints)b, Floats));
            store(sums + 2 * Tile::columns + j, __builtin_convertvector((Ints)c, Floats));
            store(sums + 3 * Tile::columns + j, __builtin_convertvector((Ints)d, Floats));
        }
        convert(sums, nullptr, tile.weights[s], transfer, codes);
        if ((s + 1) % tile.flush == 0 || s + 1 == tile.slices)
            flush_codes(codes, tile.total, tile.total_stride);
    }
}

constexpr ValueKernels table_of(const char* name) { return {multiply, count, sums, name}; }
