#include "tests/chip/random_network.h"

#include <algorithm>
#include <string>
#include <vector>

#include "workloads/lower/build.h"
#include "workloads/read/json_reader.h"

namespace imc::test
{

namespace
{

struct Result {
    std::string name;
    std::int64_t channels;
    std::int64_t height;
    std::int64_t width;
    int readers = 0;
};

class Builder
{
public:
    explicit Builder(RandomStream& random) : random_(random)
    {
        Result input{"image", pick(1, 6), pick(5, 12), pick(3, 8)};
        network_.name = "random";
        network_.input = {"image", {1, input.channels, input.height, input.width}};
        results_.push_back(input);
    }

    Graph build()
    {
        const std::int64_t layers = pick(3, 12);
        while (static_cast<std::int64_t>(network_.layers.size()) < layers)
            grow();
        for (const Result& r : results_)
            if (r.readers == 0)
                network_.outputs.push_back(r.name);
        return build_graph(model_of(network_, "random")).graph;
    }

private:
    std::int64_t pick(std::int64_t low, std::int64_t high)
    {
        return low + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(high - low + 1)));
    }
    bool chance(int percent) { return static_cast<int>(random_.below(100)) < percent; }

    /// The latest result more often than an older one.
    std::size_t any() { return chance(60) ? results_.size() - 1 : random_.below(results_.size()); }

    void add(LayerFile layer, std::vector<std::size_t> inputs, Result result)
    {
        layer.name = result.name = "l" + std::to_string(network_.layers.size());
        for (const std::size_t i : inputs) {
            layer.inputs.push_back(results_[i].name);
            ++results_[i].readers;
        }
        network_.layers.push_back(std::move(layer));
        results_.push_back(std::move(result));
    }

    void grow()
    {
        const auto kind = random_.below(10);
        if (kind < 5)
            convolution(any());
        else if (kind < 6)
            pool(any());
        else
            join(kind < 9);
    }

    void convolution(std::size_t from)
    {
        const Result in = results_[from];
        LayerFile layer;
        layer.op = LayerOp::conv;
        const std::int64_t kernel = pick(0, 2) * 2 + 1, dilation = kernel > 1 && chance(15) ? 2 : 1;
        const std::int64_t stride = chance(15) ? 2 : 1;
        const std::int64_t extent = (kernel - 1) * dilation + 1;
        // Mostly the padding that keeps the map's size, so that branches can be joined.
        const std::int64_t pad = chance(75) ? extent / 2 : pick(0, extent / 2);
        const auto out = [&](std::int64_t size) { return (size + 2 * pad - extent) / stride + 1; };
        if (in.height + 2 * pad < extent || in.width + 2 * pad < extent)
            return;
        const bool depthwise = chance(10);
        layer.filters = depthwise ? in.channels : pick(1, 8);
        layer.depthwise = depthwise;
        layer.kernel = {kernel};
        layer.stride = {stride};
        layer.pad = {pad};
        layer.dilation = {dilation};
        layer.activation = chance(50) ? Activation::relu : Activation::none;
        add(layer, {from}, {"", layer.filters, out(in.height), out(in.width)});
    }

    void pool(std::size_t from)
    {
        const Result in = results_[from];
        const std::int64_t kernel = pick(1, 3), stride = pick(1, 2);
        if (in.height < kernel || in.width < kernel)
            return;
        LayerFile layer;
        layer.op = chance(50) ? LayerOp::max_pool : LayerOp::average_pool;
        layer.kernel = {kernel};
        layer.stride = {stride};
        layer.pad = {stride == 1 && kernel == 3 ? 1 : 0};
        const auto out = [&](std::int64_t size) { return (size + 2 * layer.pad[0] - kernel) / stride + 1; };
        add(layer, {from}, {"", in.channels, out(in.height), out(in.width)});
    }

    void join(bool sum)
    {
        const std::size_t first = any();
        std::vector<std::size_t> others;
        for (std::size_t i = 0; i < results_.size(); ++i)
            if (i != first && results_[i].height == results_[first].height &&
                results_[i].width == results_[first].width &&
                (!sum || results_[i].channels == results_[first].channels))
                others.push_back(i);
        if (others.empty()) {
            if (sum) // a branch with the right number of channels, to be joined the next time
                branch(first);
            return;
        }
        const std::size_t other = others[random_.below(others.size())];
        LayerFile layer;
        layer.op = sum ? LayerOp::add : LayerOp::concat;
        Result result = results_[first];
        result.readers = 0;
        if (!sum)
            result.channels += results_[other].channels;
        if (result.channels <= 24)
            add(layer, {first, other}, result);
    }

    void branch(std::size_t from)
    {
        const Result in = results_[from];
        LayerFile layer;
        layer.op = LayerOp::conv;
        const std::int64_t kernel = pick(0, 2) * 2 + 1;
        layer.filters = in.channels;
        layer.kernel = {kernel};
        layer.pad = {kernel / 2};
        add(layer, {from}, {"", in.channels, in.height, in.width});
    }

    RandomStream& random_;
    NetworkFile network_;
    std::vector<Result> results_;
};

} // namespace

Graph random_network(RandomStream& random) { return Builder(random).build(); }

} // namespace imc::test
