#include "arch/config/costs/memory.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <stdexcept>

#include <fmt/format.h>

namespace imc
{

namespace
{

/// A buffer as tabulated, for one port width.
struct Row {
    double bytes;
    double read_pj, write_pj;
    double leakage_mw;
    double area_mm2;
    double access_ns;
};

enum class Cells { sram, edram, gain };

struct Source {
    MemoryModel model;
    const char* name;
    const char* citation;
    ProcessPoint process;
    int port_bits;
    ScalingClass scaling;
    std::span<const Row> rows;
    double fixed_share; ///< of energy and area that does not go with the port's width
    Cells cells;
};

// ISAAC Table I: 20.7 mW at one 256-bit access per 0.988 ns (accelergy-library isaac_eDRAM.csv: 20.45 pJ).
constexpr std::array<Row, 1> isaac_rows = {{{65536, 20.45, 20.45, 0.0, 0.083, 0.988}}};
// PUMA include/constants.py at 1 GHz and two cycles per access.
constexpr std::array<Row, 2> puma_edram_rows = {
    {{65536, 17.2, 17.2, .46, .086, 2}, {131072, 25.35, 25.35, .77, .121, 2}}};
constexpr std::array<Row, 4> puma_sram_rows = {{{256, .16, .16, .044, .00056, 1},
                                                {512, .24, .24, .078, .00108, 1},
                                                {1024, .33, .33, .147, .00192, 1},
                                                {2048, .57, .57, .33, .00392, 1}}};
// MNSIM 2.0 Buffer.py, block below 65 nm, 256-bit port.
constexpr std::array<Row, 9> mnsim_rows = {{{2048, 17.4977, 18.2943, 4.1977, .099338763, .214715},
                                            {4096, 19.5678, 22.1228, 6.90244, .119224229, .217178},
                                            {8192, 27.2345, 29.8331, 11.4876, .177026169, .398597},
                                            {16384, 32.1178, 37.5312, 21.0248, .234897385, .419332},
                                            {32768, 41.6899, 52.7328, 40.1206, .350283787, .459782},
                                            {65536, 61.8288, 67.1110, 72.5732, .571793236, 1.08402},
                                            {131072, 86.8665, 97.7918, 142.0298, .945248378, 1.17245},
                                            {262144, 138.328, 126.5, 269.828, 1.680181012, 3.45785},
                                            {524288, 210.481, 198.653, 539.688, 3.763339813, 3.45784}}};
// CACTI points kept in ZigZag-IMC: 64-bit port (48 at 256 B, scaled to 64); 16 KB by area and delay of its 256-bit
// port.
constexpr std::array<Row, 3> cacti_rows = {{{256, .3732, .3732, 0.0, .00065545, .0669},
                                            {1024, .5083, .5083, 0.0, .00193147, .0915},
                                            {2048, .7142, .7142, 0.0, .00396, .0945}}};
// hwcomponents-library: 1 Mb, 1024-bit port, 300 MHz; 381 µW of leakage and refresh.
constexpr std::array<Row, 1> gain_cell_rows = {{{131072, 2642, 2519, .381, .13157, 3.33}}};

const Source sources[] = {
    {MemoryModel::isaac_edram,
     "isaac_edram",
     "Shafiee et al., ISCA 2016, Table I; accelergy-library isaac_eDRAM.csv",
     {32e-9, 0.9},
     256,
     ScalingClass::digital,
     isaac_rows,
     0.2,
     Cells::edram},
    {MemoryModel::puma_edram,
     "puma_edram",
     "Ankit et al., ASPLOS 2019, puma-simulator include/constants.py",
     {32e-9, 0.9},
     256,
     ScalingClass::digital,
     puma_edram_rows,
     0.2,
     Cells::edram},
    {MemoryModel::puma_sram,
     "puma_sram",
     "Ankit et al., ASPLOS 2019, puma-simulator include/constants.py",
     {32e-9, 0.9},
     64,
     ScalingClass::digital,
     puma_sram_rows,
     0.2,
     Cells::sram},
    {MemoryModel::mnsim_sram,
     "mnsim_sram",
     "MNSIM 2.0 Hardware_Model/Buffer.py",
     {45e-9, 1.0},
     256,
     ScalingClass::digital,
     mnsim_rows,
     0.2,
     Cells::sram},
    {MemoryModel::cacti_sram,
     "cacti_sram",
     "CACTI points in ZigZag-IMC (Sun et al., ICCAD 2023)",
     {28e-9, 0.9},
     64,
     ScalingClass::digital,
     cacti_rows,
     0.2,
     Cells::sram},
    {MemoryModel::gain_cell,
     "gain_cell",
     "hwcomponents-library gain-cell eDRAM",
     {16e-9, 0.8},
     1024,
     ScalingClass::digital,
     gain_cell_rows,
     0.2,
     Cells::gain},
};

double value_at(std::span<const Row> rows, double bytes, double Row::*column, double exponent_outside)
{
    const auto beyond = [&](const Row& row) { return row.*column * std::pow(bytes / row.bytes, exponent_outside); };
    if (bytes <= rows.front().bytes)
        return beyond(rows.front());
    if (bytes >= rows.back().bytes)
        return beyond(rows.back());
    std::size_t upper = 1;
    while (rows[upper].bytes < bytes)
        ++upper;
    const Row& a = rows[upper - 1];
    const Row& b = rows[upper];
    if (a.*column == 0.0 || b.*column == 0.0)
        return 0.0;
    const double share = std::log(bytes / a.bytes) / std::log(b.bytes / a.bytes);
    return std::exp(std::log(a.*column) + share * std::log(b.*column / (a.*column)));
}

const Source& source_of(MemoryModel model)
{
    for (const Source& s : sources)
        if (s.model == model)
            return s;
    throw std::invalid_argument("memory_cost: unknown model");
}

bool states(const Source& s, double bytes)
{
    return bytes >= 0.5 * s.rows.front().bytes && bytes <= 2.0 * s.rows.back().bytes;
}

MemoryCost nominal_cost(const Source& s, const MemoryQuery& q)
{
    const auto bytes = static_cast<double>(q.bytes);
    // Decoder and bank selection stay, bit lines and sense amplifiers go with the width of the port. At 64 KB the
    // MNSIM table has 27, 38, 62 and 119 pJ for 64, 128, 256 and 512 bits: a fifth stays.
    const double width = s.fixed_share + (1.0 - s.fixed_share) * q.port_bits / s.port_bits;
    const double energy = width * energy_factor(s.scaling, s.process, q.process);
    const double shrink = area_factor(s.scaling, s.process, q.process);

    MemoryCost cost;
    ComponentCost& read = cost.read;
    read.model = s.name;
    read.citation = s.citation;
    read.scaling = s.scaling;
    read.energy_j = 1e-12 * value_at(s.rows, bytes, &Row::read_pj, 0.5) * energy;
    read.latency_s =
        1e-9 * value_at(s.rows, bytes, &Row::access_ns, 0.5) * delay_factor(s.scaling, s.process, q.process);
    read.leakage_w = 1e-3 * value_at(s.rows, bytes, &Row::leakage_mw, 1.0) * shrink;
    read.area_m2 =
        1e-6 * value_at(s.rows, bytes, &Row::area_mm2, 1.0) * shrink * (0.55 + 0.45 * q.port_bits / s.port_bits);
    read.rating_w = read.energy_j / read.latency_s + read.leakage_w;
    if (!states(s, bytes))
        read.warnings.push_back(fmt::format("{} buffer model: {} B is beyond half or twice the stated {:g} … {:g} B",
                                            s.name, q.bytes, s.rows.front().bytes, s.rows.back().bytes));
    warn_of_node(read, q.process.node_m);
    cost.write = read;
    cost.write.energy_j = 1e-12 * value_at(s.rows, bytes, &Row::write_pj, 0.5) * energy;
    return cost;
}

/// The logarithms of two costs, and their leakage, of which one may be none, mixed.
MemoryCost mixed(const MemoryCost& a, const MemoryCost& b, double share)
{
    const auto mix = [share](double x, double y) { return std::exp(std::lerp(std::log(x), std::log(y), share)); };
    const auto mix_ranges = [&](const CostRange& x, const CostRange& y) {
        return CostRange{mix(x.low, y.low), mix(x.high, y.high)};
    };
    MemoryCost cost = b;
    cost.read.model = "sram";
    cost.read.citation = a.read.citation + "; " + b.read.citation;
    cost.read.energy_j = mix(a.read.energy_j, b.read.energy_j);
    cost.read.latency_s = mix(a.read.latency_s, b.read.latency_s);
    cost.read.area_m2 = mix(a.read.area_m2, b.read.area_m2);
    cost.read.leakage_w = std::lerp(a.read.leakage_w, b.read.leakage_w, share);
    cost.read.energy_range = mix_ranges(a.read.energy_range, b.read.energy_range);
    cost.read.area_range = mix_ranges(a.read.area_range, b.read.area_range);
    cost.read.rating_w = cost.read.energy_j / cost.read.latency_s + cost.read.leakage_w;
    const double write = mix(a.write.energy_j, b.write.energy_j);
    cost.write = cost.read;
    cost.write.energy_j = write;
    return cost;
}

} // namespace

MemoryCost memory_cost(const MemoryQuery& q)
{
    if (q.bytes < 1 || q.port_bits < 1)
        throw std::invalid_argument(
            fmt::format("memory_cost: bytes and port must be positive, got {} and {}", q.bytes, q.port_bits));
    if (q.model == MemoryModel::sram) {
        MemoryQuery small = q, large = q;
        small.model = MemoryModel::cacti_sram;
        large.model = MemoryModel::mnsim_sram;
        constexpr double first = 2048.0, last = 16384.0;
        const double share = std::log(static_cast<double>(q.bytes) / first) / std::log(last / first);
        return share <= 0.0   ? memory_cost(small)
               : share >= 1.0 ? memory_cost(large)
                              : mixed(memory_cost(small), memory_cost(large), share);
    }
    const Source& own = source_of(q.model);
    MemoryCost cost = nominal_cost(own, q);
    for (const Source& other : sources) { // what other sources of such a memory have for this size
        if (other.cells != own.cells || !states(other, static_cast<double>(q.bytes)))
            continue;
        const ComponentCost read = nominal_cost(other, q).read;
        const auto widen = [](CostRange& range, double ratio) {
            range = {std::min(range.low, ratio), std::max(range.high, ratio)};
        };
        widen(cost.read.energy_range, read.energy_j / cost.read.energy_j);
        widen(cost.read.area_range, read.area_m2 / cost.read.area_m2);
    }
    cost.write.energy_range = cost.read.energy_range;
    return cost;
}

ComponentCost register_bit_cost(ProcessPoint process)
{
    constexpr ProcessPoint source{40e-9, 0.9};
    ComponentCost c;
    c.model = "aladdin";
    c.citation = "Aladdin 40 nm register, accelergy-library aladdin/*.csv";
    c.energy_j = 9e-15 * energy_factor(c.scaling, source, process);
    c.area_m2 = 5.98e-12 * area_factor(c.scaling, source, process);
    c.latency_s = 50e-12 * delay_factor(c.scaling, source, process);
    c.leakage_w = c.area_m2 * (2.4e-6 / 278e-12);
    c.rating_w = c.energy_j * 1e9 + c.leakage_w;
    return c;
}

DramCost dram_cost(DramKind kind)
{
    constexpr const char* cacti = "accelergy-cacti cacti_wrapper.py class CactiDRAM";
    constexpr const char* neurosim = "DNN+NeuroSim 2.1 DRAM.cpp";
    switch (kind) {
    case DramKind::lpddr4:
        return {"LPDDR4", 8e-12, 0.0, cacti, {1.0, 700.0 / 64.0 / 8.0}};
    case DramKind::lpddr:
        return {"LPDDR", 40e-12, 0.0, cacti};
    case DramKind::ddr3:
        return {"DDR3", 70e-12, 0.0, cacti};
    case DramKind::gddr5:
        return {"GDDR5", 14e-12, 4.288e12, neurosim};
    case DramKind::hbm2:
        return {"HBM2", 3.9e-12, 15.2e12, neurosim};
    case DramKind::hmc:
        return {"HMC", 4.2e-12, 0.0, cacti};
    }
    throw std::invalid_argument("dram_cost: unknown kind");
}

} // namespace imc
