#pragma once

#include <cstddef>
#include <cstdint>

namespace imc::values
{

/// How sums of one column become codes, in steps of the converter: y = sum·scale + shift (+ noise), clamped to
/// [low, high], rounded half to even unless the converter is ideal.
struct ColumnTransfer {
    const float* scale;
    const float* shift;
    const float* low;
    const float* high;
    const float* sign; ///< what a code counts: +1, or −1 for a column stored inverted
    float bow = 0.0f;  ///< integral nonlinearity: y += bow·4·z·(1 − z) for z = y/range
    float range = 1.0f;
    bool rounds = true;
    bool wide = false;                    ///< codes reach 2^22
    float dnl = 0.0f;                     ///< σ of a step's width
    const std::uint32_t* steps = nullptr; ///< names a column's own steps, if dnl is not 0
};

/// Where the code k − 1 of a column ends: k − ½ + dnl/√2·u, u uniform with variance 1, so that the widths of steps
/// have the deviation dnl. A hash of column and code; the kernels do the same in vectors.
float step_threshold(std::uint32_t column, std::int32_t code, float dnl);

/// One product of packed input digits with packed cells, converted and accumulated.
///
/// Inputs are packed in panels of 4 vectors: digit of vector v, row k at [k·4 + v]; one panel per slice. Cells are
/// packed in strips of 32 columns: row k, column j at [k·32 + j]. `total` is a 4 × 32 tile (row stride given) of
/// results in converter steps: total += Σ_slices weight·sign·code.
struct Tile {
    static constexpr std::size_t vectors = 4;
    static constexpr std::size_t columns = 32;
    std::size_t depth = 0; ///< rows
    std::size_t slices = 0;
    /// A slice whose digits are too wide for exact sums comes in parts, lowest first: sum = Σ part_scale^p · sum_p.
    std::size_t parts = 1;
    float part_scale = 1.0f;
    const float* inputs = nullptr;  ///< slices × parts × depth × 4
    const float* weights = nullptr; ///< per slice
    const float* cells = nullptr;   ///< depth × 32
    const float* noise = nullptr;   ///< slices × 4 × 32 in converter steps, or nullptr
    std::size_t flush = 1;          ///< slices whose codes add exactly in single precision
    double* total = nullptr;
    std::size_t total_stride = 0;
};

/// The same for cells of one bit and digits of one bit: words of 32 rows, word w of vector v at [w·4 + v], word
/// w of column j at [w·32 + j].
struct BitTile {
    std::size_t words = 0;
    std::size_t slices = 0;
    const std::uint32_t* inputs = nullptr;
    const float* weights = nullptr;
    const std::uint32_t* cells = nullptr;
    std::size_t flush = 1;
    double* total = nullptr;
    std::size_t total_stride = 0;
};

/// Noise of a tile's conversions in converter steps: √variance·normal, where
/// variance = sum·scale + floor + mean·(mean·shared_floor − shared·shared_scale).
///
/// Each lane (vector, column) has its own xoshiro128++ generator (Blackman & Vigna, ACM TOMS 47(4), 2021). A normal is
/// the number of ones among 64 of its bits, smoothed by a uniform of one step: no library function, so the bits
/// are the same on every host; variance exact, excess kurtosis −0.03, range ±8 σ.
struct NoiseTile {
    std::size_t slices = 0;
    const float* sums = nullptr;   ///< slices × 4 × 32, column sums of variances; nullptr: 0
    const float* shared = nullptr; ///< the same, nullptr without wires
    const float* mean = nullptr;   ///< slices × 4, mean input of the phase
    const float* scale = nullptr;  ///< per column, as the three below
    const float* floor = nullptr;
    const float* shared_scale = nullptr;
    const float* shared_floor = nullptr;
    std::uint32_t* state = nullptr; ///< 4 × (4 × 32) words, not all 0 in any lane
    float* out = nullptr;           ///< slices × 4 × 32
};

/// Inner loops for the widest vectors the host has. Column sums are exact (integers below 2^24), so fused and
/// separate multiply-adds agree, and all that follows is one operation after the other: the same bits on
/// every host.
struct ValueKernels {
    void (*multiply)(const Tile& tile, const ColumnTransfer& transfer);
    void (*count)(const BitTile& tile, const ColumnTransfer& transfer);
    /// Column sums alone, 4 × 32, for calibration and for the bare product.
    void (*sums)(const Tile& tile, std::size_t slice, float* sums);
    void (*noise)(const NoiseTile& tile);
    /// The lowest bits of up to 32 rows as one word per bit, row k in bit k.
    void (*gather_bits)(const std::int32_t* x, std::size_t rows, std::size_t bits, std::uint32_t* words);
    const char* name;
};

/// Chosen once from the host's instruction set and IMCSIM_KERNELS.
const ValueKernels& value_kernels();
/// A particular set, nullptr if the host lacks it: "baseline", "avx2", "avx512", "avx512_vpopcnt".
const ValueKernels* value_kernels(const char* name);

} // namespace imc::values
