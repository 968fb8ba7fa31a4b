#include "sim/cli/validate/datasheet.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "arch/config/datasheet.h"
#include "arch/macro/macro.h"
#include "sim/base/config/document.h"

namespace imc::cli
{

nlohmann::ordered_json predict_datasheet(const std::filesystem::path& file)
{
    const auto sheet = config::Document::load(file).read<Datasheet>();
    const auto macro = make_macro(macro_of(sheet));
    const MacroConfig& config = macro->config();
    const int each = columns_per_weight(config, sheet.weight_bits);
    int weights = config.columns / each;
    // One access: every converter converts once per slice.
    if (config.family == MacroFamily::analog_current)
        weights = std::clamp(config.adcs * config.merged_columns / each, 1, weights);
    MvmOperation op;
    op.rows = config.active_rows > 0 ? config.active_rows : config.rows;
    op.columns = weights * each;
    op.input_bits = sheet.input_bits;
    op.signed_input = config.input.signed_input == SignedInput::signed_pulse;

    const Clock fine(1);
    const double cycle = fine.seconds(macro->schedule(op, fine).interval);
    nlohmann::ordered_json models = nlohmann::ordered_json::object();
    double energy = macro->leakage_w() * cycle;
    double low = energy;
    double high = energy;
    for (const MacroEvent& event : macro->counts(op)) {
        const double joules = (event.event.unit * event.count).joules();
        const CostRange range = energy_range(macro->costs(), event.event);
        energy += joules;
        low += joules * range.low;
        high += joules * range.high;
        const std::string component(name_of(event.event.component));
        const double before = models.contains(component) ? models[component]["energy_pj"].get<double>() : 0.0;
        models[component] = {
            {"model", event.event.model}, {"energy_pj", before + joules * 1e12}, {"citation", event.event.citation}};
    }
    const double operations = 2.0 * op.rows * weights;
    return {{"schema", "imcsim.datasheet-result/1"},
            {"family", config.family_name()},
            {"tops_per_w", operations / energy * 1e-12},
            {"tops_per_w_range", {{"low", operations / high * 1e-12}, {"high", operations / low * 1e-12}}},
            {"tops", operations / cycle * 1e-12},
            {"cycle_ns", cycle * 1e9},
            {"area_mm2", macro->area_m2() * 1e6},
            {"energy_pj", energy * 1e12},
            {"activity_source", "assumed"},
            {"cost_models", models},
            {"warnings", warnings_of(macro->costs())}};
}

} // namespace imc::cli
