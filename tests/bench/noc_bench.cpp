#include <benchmark/benchmark.h>

#include "arch/noc/mesh.h"
#include "arch/noc/traffic.h"

/// Speed of the mesh on the fixed case: 8 x 8 routers, packets of 4 flits, baseline pipeline, one virtual
/// channel of 8 flits, uniform traffic. The argument is the load in 1/10000 flits per tile and cycle.
/// Counters are per CPU-second; building the traffic is part of the time, building the mesh is not.
namespace
{

using namespace imc;

void run(benchmark::State& state, const RouterConfig& router, Cycle cycles)
{
    const MeshShape shape{8, 8, 1, {}};
    TrafficConfig traffic;
    traffic.rate_flits = static_cast<double>(state.range(0)) / 10000;
    traffic.warmup_cycles = 0;
    traffic.measure_cycles = cycles;
    Cycle simulated = 0;
    InterconnectStatistics total;
    for (auto _ : state) {
        Mesh mesh(shape, router);
        simulated += measure_traffic(mesh, traffic, shape).cycles;
        const InterconnectStatistics s = mesh.statistics();
        total.flit_hops += s.flit_hops;
        total.buffer_reads += s.buffer_reads;
        total.packets_delivered += s.packets_delivered;
        ++traffic.seed;
    }
    const auto rate = [](auto count) {
        return benchmark::Counter(static_cast<double>(count), benchmark::Counter::kIsRate);
    };
    state.counters["cycles/s"] = rate(simulated);
    state.counters["flit_hops/s"] = rate(total.flit_hops);
    state.counters["router_traversals/s"] = rate(total.buffer_reads);
    state.counters["packets/s"] = rate(total.packets_delivered);
}

void FixedCase(benchmark::State& state) { run(state, RouterConfig(), state.range(0) > 100 ? 50'000 : 2'000'000); }
BENCHMARK(FixedCase)->Arg(5)->Arg(500)->Arg(1000)->Arg(2000)->Unit(benchmark::kMillisecond);

void TwoChannels(benchmark::State& state)
{
    RouterConfig router;
    router.virtual_channels = 2;
    run(state, router, 50'000);
}
BENCHMARK(TwoChannels)->Arg(1000)->Arg(3000)->Unit(benchmark::kMillisecond);

void Speculative(benchmark::State& state)
{
    RouterConfig router;
    router.pipeline = RouterPipeline::minimal;
    router.virtual_channels = 2;
    run(state, router, 50'000);
}
BENCHMARK(Speculative)->Arg(1000)->Arg(3000)->Unit(benchmark::kMillisecond);

} // namespace
