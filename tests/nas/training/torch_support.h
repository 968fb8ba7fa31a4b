#pragma once

#include <vector>

#include "nas/train/tensors.h"
#include "sim/base/random.h"
#include "workloads/execute/execute.h"

namespace imc::training::test
{

inline Value random_value(const Shape& shape, std::uint64_t seed, double low = 0.0, double high = 1.0)
{
    TensorData data(ElementType::float32, shape.elements());
    RandomStream random(seed, "test values");
    for (float& v : data.as<float>())
        v = static_cast<float>(low + (high - low) * random.uniform());
    return {shape, std::move(data)};
}

/// Largest difference over the largest magnitude of what is expected.
inline double relative_error(const Value& got, const Value& expected)
{
    double error = 0, largest = 1e-30;
    for (std::int64_t i = 0; i < expected.elements(); ++i) {
        error = std::max(error, std::abs(got.data->real(i) - expected.data->real(i)));
        largest = std::max(largest, std::abs(expected.data->real(i)));
    }
    return error / largest;
}

} // namespace imc::training::test
