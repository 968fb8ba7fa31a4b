#include "sim/values/chip_arrays.h"

#include <algorithm>

#include <fmt/format.h>

#include "arch/macro/macro.h"
#include "sim/base/errors.h"
#include "sim/base/time.h"

namespace imc::values
{

ArraySpec array_spec(const MacroConfig& macro, const Imperfections& imperfections)
{
    ArraySpec spec;
    spec.rows = macro.rows;
    // A unit column stands beside the columns that the configuration counts.
    spec.columns = macro.columns + extra_columns(macro) - reserved_columns(macro);
    spec.active_rows = macro.active_rows;
    spec.cell_bits = macro.cell.bits;
    spec.merged_columns = is_analog(macro.family) ? macro.merged_columns : 1;
    spec.encoding = macro.encoding;
    spec.offset = macro.offset;
    spec.slice_bits = macro.input.slice_bits;
    spec.signed_input = macro.input.signed_input;
    if (!is_analog(macro.family) || !imperfections.converters) {
        spec.adc.range = AdcRange::ideal;
        return spec;
    }
    const AdcConfig& adc = macro.adc;
    spec.adc.range = adc.range;
    spec.adc.bits = adc.bits;
    spec.adc.percentile = adc.percentile;
    spec.adc.per_column = adc.range_per_column;
    spec.adc.offset_lsb = adc.offset_lsb;
    spec.adc.gain_error = adc.gain_error;
    spec.adc.inl_lsb = adc.inl_lsb;
    spec.adc.dnl_lsb = adc.dnl_lsb;
    spec.adc.enob = adc.enob;
    return spec;
}

namespace
{

/// How long the arrays are driven in one operation over all rows: what parts slow from fast read noise.
double operation_seconds(const MacroConfig& macro)
{
    MvmOperation operation;
    operation.rows = macro.rows;
    operation.columns = columns_per_weight(macro, 8);
    const Clock fine(1000); // picoseconds
    return fine.seconds(make_macro(macro)->schedule(operation, fine).reads_end);
}

} // namespace

std::optional<Physics> physics_of(const MacroConfig& macro, std::shared_ptr<const devices::DeviceModel> device,
                                  const Imperfections& imperfections, const std::string& place)
{
    if (!is_analog(macro.family) || !device)
        return std::nullopt;
    Physics p;
    p.effects = imperfections.cells;
    // An SRAM cell's conductance is a scale only; others have the states that the chip says.
    if (macro.cell.technology != CellTechnology::sram) {
        p.on_s = macro.cell.on_conductance_s;
        p.off_s = p.on_s / macro.cell.on_off_ratio;
        if (p.on_s > device->max_s() * (1.0 + 1e-9))
            throw ConfigError(place + ".cell.on_conductance_us",
                              fmt::format("must not exceed the {:g} that its device reaches ({}), got {:g}",
                                          device->max_s() * 1e6, device->config().name, p.on_s * 1e6));
        p.off_s = std::max(p.off_s, device->min_s());
        if (!(p.off_s < p.on_s))
            throw ConfigError(place + ".cell.on_conductance_us",
                              fmt::format("must exceed the least conductance of its device, {:g}, got {:g}",
                                          device->min_s() * 1e6, p.on_s * 1e6));
    }
    p.device = std::move(device);
    p.moment.temperature_k = macro.temperature_k;
    p.operation_s = operation_seconds(macro);
    p.read_voltage_v = macro.cell.read_voltage_v;
    if (macro.wires && imperfections.wires) {
        p.wires =
            devices::Wires{wire_ohm(macro), macro.wires->source_ohm, macro.wires->sense_ohm, macro.wires->access_ohm};
        p.drive = macro.wires->drive;
    }
    return p;
}

namespace
{

/// Row i of a matrix in kernel order holds this k: window points outermost, channels innermost.
std::vector<std::int64_t> kernel_order(std::int64_t k, std::int64_t points)
{
    const std::int64_t channels = k / points;
    std::vector<std::int64_t> order;
    for (std::int64_t p = 0; p < points; ++p)
        for (std::int64_t c = 0; c < channels; ++c)
            order.push_back(c * points + p);
    return order;
}

/// The copy that computes each output position of an inference; those on one tile take turns, and start with the first.
std::vector<std::uint16_t> copies_of(const mapping::Copies& copies, int height, int width)
{
    std::vector<std::uint16_t> of(static_cast<std::size_t>(height) * static_cast<std::size_t>(width), 0);
    int first = 0;
    for (const mapping::CopyGroup& group : copies.groups) {
        int turn = 0;
        for (const int row : group.share.rows)
            for (const int column : group.share.columns) {
                of[static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(column)] =
                    static_cast<std::uint16_t>(first + turn);
                turn = (turn + 1) % group.count;
            }
        first += group.count;
    }
    return of;
}

} // namespace

LayerPlan plan_of(const mapping::LayerMapping& mapping, const imc::Contraction& c, const mapping::Options& options,
                  int width)
{
    LayerPlan plan;
    const Window* window = c.window();
    if (window && options.row_order == mapping::RowOrder::kernel)
        plan.row_order = kernel_order(c.k, window->kernel_points());
    if (mapping.copies.count() > 1)
        plan.copy_of = copies_of(mapping.copies, static_cast<int>(c.m / width), width);
    for (const mapping::ColumnBlock& columns : mapping.tiling.blocks) {
        const std::int64_t first = columns.channel_begin / c.n, last = (columns.channel_end - 1) / c.n + 1;
        if (plan.cuts.empty() || plan.cuts.back().first_group != first)
            plan.cuts.push_back({first, last - first, {}});
        for (const mapping::RowBlock& rows : columns.rows)
            plan.cuts.back().blocks.push_back({static_cast<std::size_t>(rows.k_begin),
                                               static_cast<std::size_t>(rows.rows),
                                               static_cast<std::size_t>(columns.channel_begin - first * c.n),
                                               static_cast<std::size_t>(columns.channels())});
    }
    return plan;
}

} // namespace imc::values
