// An image of VGG-8 through the arrays of the RRAM chip (2-bit cells, 8-bit weights and inputs) as a share of the bare
// single-precision products of the same shapes, measured in the same run. Aims: programming error and IR drop ≥ 40 %,
// with read noise ≥ 20 %; a chip with IR drop is ready within 5 CPU-minutes, or at once from the cache.
//
//   network_bench [--wires [CACHE]]
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "devices/device_model.h"
#include "sim/base/config/document.h"
#include "sim/base/random.h"
#include "sim/values/mapped_network.h"
#include "workloads/network.h"
#include "workloads/transform/quantise.h"
#include "workloads/transform/randomise.h"

extern "C" void cblas_sgemm(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*,
                            int);
extern "C" void openblas_set_num_threads(int) __attribute__((weak));

using namespace imc;
using namespace imc::values;
namespace fs = std::filesystem;

namespace
{

double cpu_seconds()
{
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double seconds(int repeats, const std::function<void()>& work)
{
    double best = 1e9;
    for (int n = 0; n < repeats; ++n) {
        const double start = cpu_seconds();
        work();
        best = std::min(best, cpu_seconds() - start);
    }
    return best;
}

/// What the products of all layers take: output positions × input slices, rows, columns × weight slices.
double bare_products(const MappedNetwork& network)
{
    double total = 0.0;
    for (const MappedLayer& layer : network.layers()) {
        const auto& c = layer.matrix->contraction();
        const ArraySpec& spec = layer.matrix->spec();
        const auto m = static_cast<int>(c.m) * static_cast<int>(input_slices(spec).size());
        const auto k = static_cast<int>(c.k), n = static_cast<int>(c.n) * spec.weight_slices();
        std::vector<float> a(static_cast<std::size_t>(m) * static_cast<std::size_t>(k), 1.0f),
            b(static_cast<std::size_t>(k) * static_cast<std::size_t>(n), 3.0f),
            y(static_cast<std::size_t>(m) * static_cast<std::size_t>(n));
        total +=
            seconds(3, [&] { cblas_sgemm(101, 111, 111, m, n, k, 1.0f, a.data(), k, b.data(), n, 0.0f, y.data(), n); });
    }
    return total;
}

std::shared_ptr<const devices::DeviceModel> device(const char* name)
{
    return std::make_shared<const devices::DeviceModel>(
        config::Document::load(fs::path(IMC_SOURCE_DIR) / "configs/devices" / (std::string(name) + ".json"))
            .read<devices::DeviceConfig>());
}

} // namespace

int main(int argc, char** argv)
{
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
    const fs::path configs = fs::path(IMC_SOURCE_DIR) / "configs";
    auto chip = config::Document::load(configs / "chips/isaac_rram.json").read<ChipConfig>();
    MacroConfig& macro = chip.tiles[0].core.macro;
    const bool wires = argc > 1 && std::string(argv[1]) == "--wires";
    if (wires)
        macro.wires.emplace();
    const Graph graph = with_random_weights(load_network(configs / "networks/vgg8_cifar10.json"), 1);
    RandomStream random(1, "image");
    TensorData pixels(ElementType::float32, 3 * 32 * 32);
    for (float& p : pixels.as<float>())
        p = static_cast<float>(random.uniform());
    const std::vector<Value> image = {Value(graph.tensor(graph.inputs[0]).shape, std::move(pixels))};
    const Graph quantised = quantise(graph, calibrate(graph, std::vector<std::vector<Value>>{image}));
    const mapping::Mapping mapping = mapping::map_network(graph, chip, {}, {});
    const MappedNetwork network(quantised, graph, mapping, macro, {}, {}, {});
    const double bare = bare_products(network);
    const double golden = seconds(2, [&] { execute(quantised, image); });
    std::printf("bare products %.3f s, exact integer execution %.3f s (CPU, one thread)\n", bare, golden);
    for (const auto& [name, file] : {std::pair("ideal cells", ""),
                                     {"programming error", "rram_wan_crosssim"},
                                     {"and read noise", "rram_cmo_2percent"}}) {
        std::optional<Physics> physics;
        if (*file) {
            const auto model = device(file);
            macro.cell.on_conductance_s = model->max_s();
            macro.cell.on_off_ratio = 10.0;
            physics = physics_of(macro, model, {}, "macro");
            physics->moment.time_s = 10.0;
            if (wires && argc > 2)
                physics->transfer_cache = argv[2];
        }
        const double start = cpu_seconds();
        ChipInstance instance(network, physics ? &*physics : nullptr);
        const double ready = cpu_seconds() - start;
        std::uint64_t hold = 0; // read noise is drawn anew for every image
        const double time = seconds(2, [&] { instance.run(image, 0, hold++); });
        std::printf("%-18s %s ready in %7.2f s, an image in %6.3f s: %5.1f %% of the bare products\n", name,
                    wires ? "with IR drop," : "ideal wires, ", ready, time, 100.0 * bare / time);
    }
    return 0;
}
