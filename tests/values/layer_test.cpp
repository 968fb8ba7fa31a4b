#include "sim/values/layer.h"
#include "sim/values/layer_activity.h"

#include <gtest/gtest.h>

#include "tests/values/values_support.h"

using namespace imc;
using namespace imc::values;

namespace
{

/// A quantised contraction with its operands: what execution hands to a kernel.
struct Layer {
    imc::Contraction c;
    Node node;
    std::vector<Value> inputs;
    std::vector<ResultType> results;

    kernel::Arguments arguments() const { return {node, inputs, results}; }
};

Value random_value(RandomStream& random, Shape shape, ElementType type, std::int64_t low, std::int64_t high)
{
    TensorData data(type, shape.elements());
    for (std::int64_t i = 0; i < data.elements(); ++i)
        data.set_integer(i, low + std::int64_t(random.below(std::uint64_t(high - low + 1))));
    return {shape, std::move(data)};
}

Layer finish(RandomStream& random, imc::Contraction c, Shape moving, Shape stationary, Shape result, ElementType x,
             ElementType w, bool zero_points)
{
    Layer layer;
    c.moving = TensorId(0);
    c.stationary = TensorId(1);
    c.quantised = QuantisedOperands{};
    const auto [x_low, x_high] = integer_range(x);
    const auto [w_low, w_high] = integer_range(w);
    layer.inputs = {random_value(random, moving, x, x_low, x_high), random_value(random, stationary, w, w_low, w_high)};
    layer.node.inputs = {c.moving, c.stationary};
    if (zero_points) {
        c.quantised->moving_zero_point = TensorId(2);
        c.quantised->stationary_zero_point = TensorId(3);
        layer.inputs.push_back(random_value(random, {}, x, x_low, x_high));
        layer.inputs.push_back(random_value(random, {c.groups * c.n}, w, w_low, w_high));
        layer.node.inputs.insert(layer.node.inputs.end(), {TensorId(2), TensorId(3)});
    }
    layer.c = c;
    layer.node.kind = c;
    layer.results = {{result, ElementType::int32}};
    return layer;
}

Layer convolution(RandomStream& random, ElementType x, ElementType w, bool zero_points)
{
    const auto between = [&](std::int64_t low, std::int64_t high) {
        return low + std::int64_t(random.below(std::uint64_t(high - low + 1)));
    };
    Window window;
    imc::Contraction c;
    c.groups = between(1, 3);
    const bool depthwise = random.below(3) == 0;
    const std::int64_t per_group = depthwise ? 1 : between(1, 3);
    window.in_channels = c.groups * per_group;
    c.batch = between(1, 2);
    c.n = between(1, 4);
    c.m = 1;
    for (int axis = 0; axis < 2; ++axis) {
        WindowAxis a;
        a.in = between(5, 8);
        a.kernel = between(1, 3);
        a.stride = between(1, 2);
        a.dilation = between(1, 2);
        a.pad_begin = between(0, 1);
        a.pad_end = between(0, 1);
        a.out = (a.in + a.pad_begin + a.pad_end - a.extent()) / a.stride + 1;
        c.m *= a.out;
        window.axes.push_back(a);
    }
    c.k = per_group * window.kernel_points();
    c.stationary_transposed = c.result_transposed = true;
    c.gather = window;
    const WindowAxis &r = window.axes[0], &q = window.axes[1];
    return finish(random, c, {c.batch, window.in_channels, r.in, q.in}, {c.groups * c.n, per_group, r.kernel, q.kernel},
                  {c.batch, c.groups * c.n, r.out, q.out}, x, w, zero_points);
}

Layer dense(RandomStream& random, ElementType x, ElementType w, bool zero_points)
{
    imc::Contraction c;
    c.m = 1 + std::int64_t(random.below(5));
    c.k = 1 + std::int64_t(random.below(70));
    c.n = 1 + std::int64_t(random.below(9));
    c.stationary_transposed = random.below(2) == 1;
    c.moving_transposed = random.below(2) == 1;
    return finish(random, c, c.moving_transposed ? Shape{c.k, c.m} : Shape{c.m, c.k},
                  c.stationary_transposed ? Shape{c.n, c.k} : Shape{c.k, c.n}, {c.m, c.n}, x, w, zero_points);
}

ArraySpec exact_spec(Encoding encoding)
{
    ArraySpec spec;
    spec.rows = 32;
    spec.columns = 64;
    spec.encoding = encoding;
    spec.cell_bits = encoding == Encoding::twos_complement || encoding == Encoding::xnor ? 1 : 2;
    spec.adc.bits = 0;
    return spec;
}

} // namespace

TEST(LayerArrays, RandomLayersOfEveryKindEqualTheGoldenExecutor)
{
    RandomStream random(21, "layers");
    for (const Encoding encoding :
         {Encoding::biased, Encoding::biased_flip, Encoding::offset_column, Encoding::differential_analog,
          Encoding::differential_digital, Encoding::twos_complement, Encoding::xnor})
        for (const ElementType x : {ElementType::uint8, ElementType::int8})
            for (const ElementType w : {ElementType::int8, ElementType::uint8})
                for (const bool zeros : {false, true})
                    for (int trial = 0; trial < 4; ++trial) {
                        const Layer layer = trial % 2 ? dense(random, x, w, zeros) : convolution(random, x, w, zeros);
                        ArraySpec spec = exact_spec(encoding);
                        spec.active_rows = trial < 2 ? 0 : 10;
                        spec.signed_input = static_cast<SignedInput>(random.below(3));
                        spec.slice_bits = 1 + int(random.below(2));
                        const bool paired = encoding == Encoding::differential_analog ||
                                            encoding == Encoding::differential_digital ||
                                            encoding == Encoding::offset_column;
                        spec.merged_columns = paired ? 1 : 1 + int(random.below(3));
                        const LayerArrays arrays(layer.arguments(), layer.c, spec);
                        const auto sums = arrays.sums(layer.arguments());
                        ASSERT_EQ(sums, kernel::integer_sums(layer.arguments(), layer.c))
                            << test::describe(arrays.spec()) << (trial % 2 ? " dense" : " convolution");
                        LayerError error;
                        arrays.compare(layer.arguments(), sums, error);
                        EXPECT_EQ(error.error, 0.0);
                    }
}

TEST(LayerArrays, SixteenBitOperandsAreExact)
{
    RandomStream random(22, "layers");
    for (int trial = 0; trial < 6; ++trial) {
        const Layer layer = trial % 2 ? dense(random, ElementType::uint16, ElementType::int16, false)
                                      : convolution(random, ElementType::int16, ElementType::int8, false);
        const LayerArrays arrays(layer.arguments(), layer.c, exact_spec(Encoding::biased));
        ASSERT_EQ(arrays.sums(layer.arguments()), kernel::integer_sums(layer.arguments(), layer.c)) << trial;
    }
}

TEST(LayerArrays, ACoarseConverterShowsInTheError)
{
    RandomStream random(23, "layers");
    const Layer layer = convolution(random, ElementType::uint8, ElementType::int8, false);
    ArraySpec spec = exact_spec(Encoding::differential_analog);
    double before = -6.0;
    for (const int bits : {3, 5, 7}) {
        spec.adc.bits = bits;
        const LayerArrays arrays(layer.arguments(), layer.c, spec);
        LayerError error;
        arrays.compare(layer.arguments(), arrays.sums(layer.arguments()), error);
        EXPECT_GT(error.snr_db(), before + 6) << bits;
        before = error.snr_db();
    }
}

TEST(LayerArrays, RejectsWhatIsNotOnArrays)
{
    RandomStream random(24, "layers");
    Layer layer = dense(random, ElementType::uint8, ElementType::int8, false);
    layer.c.residency = Residency::per_inference;
    EXPECT_THROW(LayerArrays(layer.arguments(), layer.c, exact_spec(Encoding::biased)), std::invalid_argument);
    const Layer wide = dense(random, ElementType::int32, ElementType::int8, false);
    EXPECT_THROW(LayerArrays(wide.arguments(), wide.c, exact_spec(Encoding::biased)), std::invalid_argument);
}

TEST(LayerActivity, TracesTellEveryOperationAndAddUpToTheMean)
{
    RandomStream random(9, "activity");
    for (int trial = 0; trial < 20; ++trial) {
        const Layer layer = convolution(random, ElementType::uint8, ElementType::int8, trial % 2 == 1);
        ArraySpec spec;
        spec.rows = 10;
        spec.columns = 32;
        spec.slice_bits = 4;
        const LayerMatrix matrix(layer.arguments(), layer.c, spec);
        MacroConfig macro;
        macro.rows = 10;
        macro.input.coding = InputCoding::pulse_count;
        macro.input.slice_bits = 4;
        TracedMacro all;
        for (std::size_t a = 0; a < matrix.arrays(); ++a)
            all.arrays.push_back(a);
        all.operation.rows = 10;
        std::vector<std::int64_t> positions;
        for (std::int64_t p = 0; p < layer.c.batch * layer.c.m; ++p)
            positions.push_back(p);
        const auto feed = matrix.feed(layer.arguments());
        const auto traces = trace_layer(matrix, feed, macro, {all}, positions, 100000);
        const LayerActivity whole(matrix, feed, 0, true);
        const MvmActivity mean = whole.mean(all.arrays);
        ASSERT_EQ(traces[0].operations(), whole.operations());
        std::int64_t rows = 0, inputs = 0, levels = 0, at = 0;
        for (const ActivityRun& run : traces[0].runs()) {
            rows += run.operations * run.activity.row_slices;
            inputs += run.operations * run.activity.input_sum;
            levels += run.operations * run.activity.level_sum;
            // The largest digit of what the first of these positions feeds to any array.
            std::vector<std::uint16_t> longest(2, 0);
            for (std::size_t cut = 0; cut < matrix.plan().cuts.size(); ++cut) {
                const std::int64_t m = at % layer.c.m;
                const Matrix<std::int32_t> fed = matrix.inputs(feed, at / layer.c.m, cut, m, m + 1);
                for (const std::int32_t x : fed.flat())
                    for (int slice = 0; slice < 2; ++slice) {
                        auto& most = longest[static_cast<std::size_t>(slice)];
                        most = std::max(most, static_cast<std::uint16_t>(x >> (4 * slice) & 15));
                    }
            }
            EXPECT_EQ(run.activity.longest, longest);
            at += run.operations;
        }
        const std::int64_t n = whole.operations();
        EXPECT_EQ(mean.row_slices, (rows + n / 2) / n);
        EXPECT_EQ(mean.input_sum, (inputs + n / 2) / n);
        EXPECT_EQ(mean.level_sum, (levels + n / 2) / n);
    }
}
