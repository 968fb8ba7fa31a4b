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
    explicit Builder(RandomStream& random, bool wide = false) : random_(random), wide_(wide)
    {
        Result input{"image", pick(1, 6), pick(5, 12), pick(3, 8)};
        network_.name = "random";
        network_.input = {"image", {1, input.channels, input.height, input.width}};
        results_.push_back(input);
    }

    Graph build()
    {
        grow_all();
        for (const std::size_t i : unread())
            network_.outputs.push_back(results_[i].name);
        return build_graph(model_of(network_, "random")).graph;
    }

    Graph build_classifier()
    {
        grow_all();
        std::vector<std::size_t> flat;
        for (const std::size_t i : unread()) {
            LayerFile layer;
            layer.op = LayerOp::flatten;
            add(layer, {i}, {"", results_[i].channels * results_[i].height * results_[i].width, 1, 1});
            flat.push_back(results_.size() - 1);
        }
        if (flat.size() > 1) {
            LayerFile layer;
            layer.op = LayerOp::concat;
            add(layer, flat, {"", 0, 1, 1});
            flat = {results_.size() - 1};
        }
        LayerFile layer;
        layer.op = LayerOp::dense;
        layer.units = 5;
        add(layer, flat, {"", 5, 1, 1});
        network_.outputs.push_back(results_.back().name);
        return build_graph(model_of(network_, "random")).graph;
    }

private:
    std::int64_t pick(std::int64_t low, std::int64_t high)
    {
        return low + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(high - low + 1)));
    }
    void grow_all()
    {
        const std::int64_t layers = pick(3, 12);
        while (static_cast<std::int64_t>(network_.layers.size()) < layers)
            grow();
    }

    std::vector<std::size_t> unread() const
    {
        std::vector<std::size_t> all;
        for (std::size_t i = 0; i < results_.size(); ++i)
            if (results_[i].readers == 0)
                all.push_back(i);
        return all;
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
        const auto kind = random_.below(12);
        if (kind >= 10)
            residual(any(), 2);
        else if (kind < 5)
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
        const std::int64_t pad = chance(75) ? extent / 2 : pick(0, wide_ ? extent : extent / 2);
        const auto out = [&](std::int64_t size) { return (size + 2 * pad - extent) / stride + 1; };
        if (in.height + 2 * pad < extent || in.width + 2 * pad < extent)
            return;
        const bool depthwise = chance(10);
        layer.filters = depthwise ? in.channels * (chance(30) ? pick(2, 3) : 1) : pick(1, 8);
        layer.groups = depthwise ? in.channels : 1;
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
        const std::int64_t kernel = pick(0, 2) * 2 + 1;
        padded(from, results_[from].channels, kernel, 1);
    }

    /// A convolution that keeps the map's size but for its stride; returns its result.
    std::size_t padded(std::size_t from, std::int64_t filters, std::int64_t kernel, std::int64_t stride)
    {
        const Result in = results_[from];
        LayerFile layer;
        layer.op = LayerOp::conv;
        layer.filters = filters;
        layer.kernel = {kernel};
        layer.stride = {stride};
        layer.pad = {kernel / 2};
        layer.activation = chance(50) ? Activation::relu : Activation::none;
        add(layer, {from}, {"", filters, (in.height - 1) / stride + 1, (in.width - 1) / stride + 1});
        return results_.size() - 1;
    }

    /// A block whose shortcut is the map itself, pooled, projected by a stage of its own, or both; the other path may
    /// hold such blocks, too.
    std::size_t residual(std::size_t from, int nested)
    {
        const Result in = results_[from];
        const std::int64_t stride = in.height > 2 && in.width > 2 && chance(40) ? 2 : 1;
        const bool projected = chance(60);
        const std::int64_t channels = projected ? pick(1, 8) : in.channels;
        std::size_t path = from;
        const std::int64_t convolutions = pick(1, 3), strided = pick(0, convolutions - 1);
        for (std::int64_t i = 0; i < convolutions; ++i)
            path = padded(path, i + 1 == convolutions ? channels : pick(1, 8), pick(0, 2) * 2 + 1,
                          i == strided ? stride : 1);
        if (nested > 0 && chance(30))
            path = residual(path, nested - 1);
        const std::int64_t width = results_[path].channels;
        std::size_t shortcut = from;
        const auto strides = [&] { return (results_[shortcut].height - 1) / results_[path].height + 1; };
        if (strides() > 1 && chance(30)) {
            LayerFile layer;
            layer.op = chance(50) ? LayerOp::max_pool : LayerOp::average_pool;
            layer.kernel = {1};
            layer.stride = {strides()};
            add(layer, {from}, {"", in.channels, (in.height - 1) / strides() + 1, (in.width - 1) / strides() + 1});
            shortcut = results_.size() - 1;
        }
        if (strides() > 1 || width != in.channels || projected)
            shortcut = padded(shortcut, width, 1, strides());
        if (shortcut == path || results_[shortcut].height != results_[path].height ||
            results_[shortcut].width != results_[path].width)
            return path;
        LayerFile layer;
        layer.op = LayerOp::add;
        Result result = results_[path];
        result.readers = 0;
        add(layer, {path, shortcut}, result);
        return results_.size() - 1;
    }

    RandomStream& random_;
    bool wide_;
    NetworkFile network_;
    std::vector<Result> results_;
};

} // namespace

Graph random_network(RandomStream& random, bool wide) { return Builder(random, wide).build(); }

Graph random_classifier(RandomStream& random) { return Builder(random).build_classifier(); }

} // namespace imc::test
