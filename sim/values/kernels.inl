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

inline void slice_sums(const Tile& tile, std::size_t slice, float* out)
{
    const std::size_t panel = tile.depth * Tile::vectors;
    const float* inputs = tile.inputs + slice * tile.parts * panel;
    tile_sums(inputs, tile.cells, tile.depth, out);
    float scale = 1.0f;
    alignas(64) float more[Tile::vectors * Tile::columns];
    for (std::size_t p = 1; p < tile.parts; ++p) {
        scale *= tile.part_scale;
        tile_sums(inputs + p * panel, tile.cells, tile.depth, more);
        for (std::size_t i = 0; i < Tile::vectors * Tile::columns; i += lanes)
            store(out + i, load(out + i) + load(more + i) * scale);
    }
}

inline Floats at_least(Floats a, Floats b) { return a > b ? a : b; }
inline Floats at_most(Floats a, Floats b) { return a < b ? a : b; }

/// See step_threshold().
inline Floats thresholds(Words column, Ints code, float dnl)
{
    Words h = (Words)code * 0x9e3779b1u + column;
    h = (h ^ (h >> 15)) * 0x85ebca77u;
    h = (h ^ (h >> 13)) * 0xc2b2ae3du;
    h ^= h >> 16;
    const Floats u = __builtin_convertvector((Ints)(h >> 8), Floats) * 0x1p-23f - 1.0f;
    return __builtin_convertvector(code, Floats) - 0.5f + u * (dnl * 1.22474487f);
}

/// Codes of steps of unequal width; a neighbour's code at most.
inline Floats unequal_steps(Floats y, Floats code, Words column, float dnl)
{
    const Ints whole = __builtin_convertvector(code, Ints);
    const Floats up = __builtin_convertvector((Ints)(y >= thresholds(column, whole + 1, dnl)), Floats);
    const Floats down = __builtin_convertvector((Ints)(y < thresholds(column, whole, dnl)), Floats);
    return code - up + down;
}

/// Rounds half to even whatever the size: from 2^23 on there are no fractions.
inline Floats rounded_wide(Floats y)
{
    const Floats size = y < 0.0f ? -y : y;
    const Floats code = size < 0x1p23f ? (size + 0x1p23f) - 0x1p23f : size;
    return y < 0.0f ? -code : code;
}

/// What the converters of a register of columns do, loaded once.
struct Conversion {
    const ColumnTransfer& t;
    std::size_t j;
    Floats scale = load(t.scale + j), shift = load(t.shift + j), low = load(t.low + j), high = load(t.high + j);

    Floats code(Floats sum) const { return limited(distorted(sum)); }
    Floats distorted(Floats sum) const
    {
        Floats y = sum * scale + shift;
        if (t.bow != 0.0f) {
            const Floats z = y * (1.0f / t.range);
            y = y + (4.0f * t.bow) * z * (1.0f - z);
        }
        return y;
    }
    Floats limited(Floats y) const
    {
        // Adding and subtracting 1.5·2^23 rounds to the nearest integer below 2^22, ties to even.
        const float magic = 12582912.0f;
        y = at_most(at_least(y, low), high);
        if (!t.rounds)
            return y;
        const Floats code = t.wide ? rounded_wide(y) : (y + magic) - magic;
        return t.dnl == 0.0f ? code : at_most(at_least(unequal_steps(y, code, load(t.steps + j), t.dnl), low), high);
    }
};

/// One slice's sums become codes and are added, weighted, to the codes so far.
inline void convert(const float* sums, const float* noise, float weight, const ColumnTransfer& t, float* codes)
{
    for (std::size_t j = 0; j < Tile::columns; j += lanes) {
        const Conversion converter{t, j};
        const Floats counts = load(t.sign + j) * weight;
        for (std::size_t v = 0; v < Tile::vectors; ++v) {
            const std::size_t at = v * Tile::columns + j;
            Floats y = converter.distorted(load(sums + at));
            if (noise)
                y = y + load(noise + at);
            store(codes + at, load(codes + at) + counts * converter.limited(y));
        }
    }
}

/// Adds a register of codes to as many totals and clears it.
inline void flush_register(Floats& codes, double* total)
{
    alignas(64) float parts[lanes];
    store(parts, codes);
    for (std::size_t l = 0; l < lanes; l += lanes / 2) {
        const auto half = *reinterpret_cast<const HalfFloats*>(parts + l);
        *reinterpret_cast<Doubles*>(total + l) += __builtin_convertvector(half, Doubles);
    }
    codes = Floats{};
}

inline void flush_codes(float* codes, double* total, std::size_t stride)
{
    for (std::size_t v = 0; v < Tile::vectors; ++v)
        for (std::size_t j = 0; j < Tile::columns; j += lanes) {
            Floats part = load(codes + v * Tile::columns + j);
            flush_register(part, total + v * stride + j);
            store(codes + v * Tile::columns + j, part);
        }
}

void multiply(const Tile& tile, const ColumnTransfer& transfer)
{
    alignas(64) float sums[Tile::vectors * Tile::columns];
    alignas(64) float codes[Tile::vectors * Tile::columns] = {};
    for (std::size_t s = 0; s < tile.slices; ++s) {
        slice_sums(tile, s, sums);
        const float* noise = tile.noise ? tile.noise + s * Tile::vectors * Tile::columns : nullptr;
        convert(sums, noise, tile.weights[s], transfer, codes);
        if ((s + 1) % tile.flush == 0 || s + 1 == tile.slices)
            flush_codes(codes, tile.total, tile.total_stride);
    }
}

void sums(const Tile& tile, std::size_t slice, float* out) { slice_sums(tile, slice, out); }

/// Ones of the words of a register of columns, for four vectors; counts stay in `unit`s that hold 31 words and are
/// widened then.
inline void count_block(const BitTile& tile, const std::uint32_t* inputs, std::size_t j, Floats (&sums)[Tile::vectors])
{
    Words a{}, b{}, c{}, d{};
    for (std::size_t start = 0; start < tile.words; start += 31) {
        const std::size_t end = std::min(start + 31, tile.words);
        Words p{}, q{}, r{}, s{};
        for (std::size_t w = start; w < end; ++w) {
            const Words cells = load(tile.cells + w * Tile::columns + j);
            const std::uint32_t* x = inputs + w * Tile::vectors;
            p = add_ones(p, cells & x[0]);
            q = add_ones(q, cells & x[1]);
            r = add_ones(r, cells & x[2]);
            s = add_ones(s, cells & x[3]);
        }
        a += widened(p);
        b += widened(q);
        c += widened(r);
        d += widened(s);
    }
    sums[0] = __builtin_convertvector((Ints)a, Floats);
    sums[1] = __builtin_convertvector((Ints)b, Floats);
    sums[2] = __builtin_convertvector((Ints)c, Floats);
    sums[3] = __builtin_convertvector((Ints)d, Floats);
}

void count(const BitTile& tile, const ColumnTransfer& transfer)
{
    for (std::size_t j = 0; j < Tile::columns; j += lanes) {
        const Conversion converter{transfer, j};
        const Floats sign = load(transfer.sign + j);
        Floats codes[Tile::vectors] = {}, sums[Tile::vectors];
        for (std::size_t s = 0; s < tile.slices; ++s) {
            count_block(tile, tile.inputs + s * tile.words * Tile::vectors, j, sums);
            const Floats counts = sign * tile.weights[s];
            for (std::size_t v = 0; v < Tile::vectors; ++v)
                codes[v] = codes[v] + counts * converter.code(sums[v]);
            if ((s + 1) % tile.flush == 0 || s + 1 == tile.slices)
                for (std::size_t v = 0; v < Tile::vectors; ++v)
                    flush_register(codes[v], tile.total + v * tile.total_stride + j);
        }
    }
}

void gather_bits(const std::int32_t* x, std::size_t rows, std::size_t bits, std::uint32_t* words)
{
    for (std::size_t b = 0; b < bits; ++b)
        words[b] = 0;
    std::size_t k = 0;
    for (; k + lanes <= rows; k += lanes) {
        const Words values = *reinterpret_cast<const Words*>(x + k);
        for (std::size_t b = 0; b < bits; ++b)
            words[b] |= top_bits(values << static_cast<int>(31 - b)) << k;
    }
    for (; k < rows; ++k)
        for (std::size_t b = 0; b < bits; ++b)
            words[b] |= (static_cast<std::uint32_t>(x[k]) >> b & 1u) << k;
}

inline void store(std::uint32_t* p, Words v) { *reinterpret_cast<Words*>(p) = v; }
inline Words turned(Words x, int by) { return (x << by) | (x >> (32 - by)); }

/// Four words of generator state for one register of lanes.
struct Lanes {
    Words a, b, c, d;
    Words next()
    {
        const Words result = turned(a + d, 7) + a;
        const Words t = b << 9;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= t;
        d = turned(d, 11);
        return result;
    }
};

inline Floats square_root(Floats x)
{
    for (std::size_t l = 0; l < lanes; ++l)
        x[l] = __builtin_sqrtf(x[l]);
    return x;
}

inline Floats variance_of(const NoiseTile& tile, std::size_t slice, std::size_t v, std::size_t j)
{
    constexpr std::size_t size = Tile::vectors * Tile::columns;
    const std::size_t at = slice * size + v * Tile::columns + j;
    Floats variance = load(tile.floor + j);
    if (tile.sums)
        variance = variance + load(tile.sums + at) * load(tile.scale + j);
    if (tile.shared) {
        const float mean = tile.mean[slice * Tile::vectors + v];
        variance = variance +
                   mean * (mean * load(tile.shared_floor + j) - load(tile.shared + at) * load(tile.shared_scale + j));
    }
    return at_least(variance, Floats{});
}

void noise(const NoiseTile& tile)
{
    constexpr std::size_t size = Tile::vectors * Tile::columns;
    for (std::size_t v = 0; v < Tile::vectors; ++v)
        for (std::size_t j = 0; j < Tile::columns; j += lanes) {
            const std::size_t lane = v * Tile::columns + j;
            Lanes generator{load(tile.state + lane), load(tile.state + size + lane), load(tile.state + 2 * size + lane),
                            load(tile.state + 3 * size + lane)};
            Words spare{};
            for (std::size_t s = 0; s < tile.slices; ++s) {
                const Words first = generator.next();
                const Words ones = widened(add_ones(add_ones(Words{}, first), generator.next()));
                spare = s % 2 == 0 ? generator.next() : spare >> 16;
                const Floats whole = __builtin_convertvector((Ints)ones, Floats) - 32.0f;
                const Floats part = __builtin_convertvector((Ints)(spare & 0xffffu), Floats) - 32767.5f;
                const Floats normal = (whole + part * 0x1p-16f) * 0.249350649f;
                store(tile.out + s * size + lane, square_root(variance_of(tile, s, v, j)) * normal);
            }
            store(tile.state + lane, generator.a);
            store(tile.state + size + lane, generator.b);
            store(tile.state + 2 * size + lane, generator.c);
            store(tile.state + 3 * size + lane, generator.d);
        }
}

constexpr ValueKernels table_of(const char* name) { return {multiply, count, sums, noise, gather_bits, name}; }
