// Included by kernels.cpp once per instruction set, inside a namespace, with `lanes` (doubles per vector) defined.

using Vector __attribute__((vector_size(8 * lanes), aligned(8), may_alias)) = double;

inline Vector load(const double* p) { return *reinterpret_cast<const Vector*>(p); }
inline void store(double* p, Vector v) { *reinterpret_cast<Vector*>(p) = v; }

/// Four rows by two vectors of c, all in registers.
inline void tile(double* c, std::size_t stride, const double* e, const double* f, std::size_t depth)
{
    Vector a0{}, a1{}, b0{}, b1{}, c0{}, c1{}, d0{}, d1{};
    for (std::size_t k = 0; k < depth; ++k) {
        const Vector x = load(f), y = load(f + lanes);
        a0 += e[0] * x;
        a1 += e[0] * y;
        b0 += e[1] * x;
        b1 += e[1] * y;
        c0 += e[2] * x;
        c1 += e[2] * y;
        d0 += e[3] * x;
        d1 += e[3] * y;
        e += DenseKernels::group;
        f += DenseKernels::strip;
    }
    store(c, load(c) - a0);
    store(c + lanes, load(c + lanes) - a1);
    c += stride;
    store(c, load(c) - b0);
    store(c + lanes, load(c + lanes) - b1);
    c += stride;
    store(c, load(c) - c0);
    store(c + lanes, load(c + lanes) - c1);
    c += stride;
    store(c, load(c) - d0);
    store(c + lanes, load(c + lanes) - d1);
}

void update(double* c, std::size_t row_stride, const double* e, const double* f, std::size_t groups, std::size_t strips,
            std::size_t depth, bool full)
{
    constexpr std::size_t group = DenseKernels::group, strip = DenseKernels::strip;
    for (std::size_t s = 0; s < strips; ++s) {
        const std::size_t reach = full ? groups : std::min(groups, (s + 1) * (strip / group));
        for (std::size_t half = 0; half < strip; half += 2 * lanes)
            for (std::size_t g = 0; g < reach; ++g)
                tile(c + g * group * row_stride + s * strip + half, row_stride, e + g * group * depth,
                     f + s * strip * depth + half, depth);
    }
}

void invert(double* a, std::size_t n)
{
    constexpr std::size_t stride = DenseKernels::block;
    // Gauss-Jordan without pivoting: safe for positive definite matrices.
    for (std::size_t k = 0; k < n; ++k) {
        double* pivot = a + k * stride;
        const double inverse = 1.0 / pivot[k];
        for (std::size_t j = 0; j < n; j += lanes)
            store(pivot + j, load(pivot + j) * inverse);
        pivot[k] = inverse;
        for (std::size_t i = 0; i < n; ++i) {
            if (i == k)
                continue;
            double* row = a + i * stride;
            const double factor = row[k];
            row[k] = 0.0;
            for (std::size_t j = 0; j < n; j += lanes)
                store(row + j, load(row + j) - factor * load(pivot + j));
        }
    }
}
