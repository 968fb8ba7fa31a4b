#include "sim/cli/report/result_view.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::cli
{

namespace
{

using Json = nlohmann::ordered_json;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Null where the key, or the object itself, is absent.
const Json& member(const Json& object, const char* key)
{
    static const Json none;
    if (!object.is_object() && !object.is_null())
        (void)object.at(key); // throws, saying what it is instead
    const auto it = object.find(key);
    return it == object.end() ? none : *it;
}

double number(const Json& object, const char* key)
{
    const Json& value = member(object, key);
    return value.is_null() ? nan : value.get<double>();
}

std::string text(const Json& object, const char* key)
{
    const Json& value = member(object, key);
    return value.is_null() ? "" : value.get<std::string>();
}

double or_zero(double value) { return std::isnan(value) ? 0 : value; }

ResultView::Figure ranged(ResultView::Figure figure, const Json& range)
{
    if (range.is_object()) {
        figure.low = number(range, "low");
        figure.high = number(range, "high");
    }
    return figure;
}

std::vector<ResultView::Figure> figures(const Json& r)
{
    const Json& chip = member(r, "chip");
    const Json& network = member(r, "network");
    const Json& accuracy = member(r, "accuracy");
    return {
        {"MACs", number(network, "macs"), ""},
        {"Parameters", number(network, "parameters"), ""},
        {"Tiles", number(chip, "tiles"), ""},
        {"Arrays used", number(chip, "arrays_used"), ""},
        {"Array utilization", number(chip, "array_utilization"), "", true},
        ranged({"Area", number(chip, "area_mm2"), "mm²"}, member(chip, "area_range_mm2")),
        {"Cycles", number(r, "cycles"), ""},
        {"Latency", number(r, "latency_s"), "s"},
        {"Throughput", number(r, "throughput_inferences_per_s"), "inferences/s"},
        ranged({"Energy per inference, alone", number(r, "energy_j"), "J"}, member(r, "energy_range_j")),
        ranged({"Energy per inference, steady", number(r, "energy_per_inference_steady_j"), "J"},
               member(r, "energy_per_inference_steady_range_j")),
        {"Average power", number(r, "average_power_w"), "W"},
        {"Peak power", number(r, "peak_power_w"), "W"},
        {"Throughput in operations", number(r, "tops") * 1e12, "OPS"},
        {"Peak throughput", number(r, "peak_tops") * 1e12, "OPS"},
        {"Efficiency", number(r, "tops_per_w") * 1e12, "OPS/W"},
        {"Density", number(r, "tops_per_mm2") * 1e12, "OPS/mm²"},
        {"Energy × delay", number(r, "edp_js"), "J·s"},
        {"Top-1 accuracy", accuracy.is_object() ? number(accuracy, "top1_mean") : nan, "", true},
    };
}

ResultView view(const Json& r)
{
    ResultView v;
    v.network = text(member(r, "network"), "name");
    v.chip = text(member(r, "chip"), "name");
    v.fidelity = text(r, "fidelity") + (member(r, "detail").is_null() ? "" : ", " + text(r, "detail"));
    v.version = text(member(r, "simulator"), "version");
    v.activity_source = text(r, "activity_source");
    v.figures = figures(r);
    for (const auto& [component, parts] : member(r, "energy_by_component_j").items())
        v.energy.push_back(
            {component,
             {or_zero(number(parts, "dynamic")), or_zero(number(parts, "write")), or_zero(number(parts, "leakage"))}});
    v.energy_unattributed_j = or_zero(number(r, "energy_unattributed_j"));
    for (const auto& [component, area] : member(r, "area_by_component_mm2").items())
        v.area_mm2.emplace_back(component, area.get<double>());
    const double period = 1 / number(r, "clock_hz");
    for (const Json& l : member(r, "layers"))
        v.layers.push_back({text(l, "name"), text(l, "op"), number(l, "macs"), number(l, "arrays"),
                            number(l, "replication"), number(l, "start_cycle") * period,
                            number(l, "end_cycle") * period, number(l, "stall_cycles") * period, number(l, "energy_j"),
                            number(l, "utilization")});
    for (const Json& model : member(r, "cost_models"))
        v.cost_models.push_back({text(model, "component"), text(model, "event"), text(model, "model"),
                                 text(model, "citation"), number(model, "unit_energy_j")});
    for (const Json& warning : member(r, "warnings"))
        v.warnings.push_back(warning.get<std::string>());
    return v;
}

} // namespace

ResultView read_result(const std::filesystem::path& directory)
{
    const std::filesystem::path file = directory / "result.json";
    const std::string content = read_file(file);
    ResultView v;
    try {
        const Json json = Json::parse(content);
        if (!json.is_object() || member(json, "schema") != "imcsim.result/1")
            throw ConfigError(file.string(), "is not a result: its \"schema\" is not \"imcsim.result/1\"");
        v = view(json);
    } catch (const nlohmann::json::exception& e) {
        throw ConfigError(file.string(), fmt::format("is not a result: {}", e.what()));
    }
    std::filesystem::path folder = std::filesystem::absolute(directory).lexically_normal();
    v.name = folder.has_filename() ? folder.filename() : folder.parent_path().filename();
    if (std::filesystem::exists(directory / "trace.csv"))
        v.power = read_power(directory / "trace.csv", 600);
    return v;
}

} // namespace imc::cli
