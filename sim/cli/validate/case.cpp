#include "sim/cli/validate/case.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/base/config/suggest.h"
#include "sim/base/ledger.h"

namespace imc::cli
{

namespace
{

using config::Choice;

constexpr Choice<PointRole> roles[] = {{"fit", PointRole::fit, "free parameters are fitted to it"},
                                       {"predict", PointRole::predict, "judged, not seen by the fit"},
                                       {"compare", PointRole::compare, "shown, neither fitted nor judged"}};
constexpr Choice<Quantity> quantities[] = {
    {"energy_pj", Quantity::energy_pj, "energy of one operation"},
    {"energy_per_mac_fj", Quantity::energy_per_mac_fj, "energy per multiply-accumulate at the operand widths"},
    {"energy_per_operation_fj", Quantity::energy_per_operation_fj, "half of that: two operations per MAC"},
    {"component_energy_pj", Quantity::component_energy_pj, "energy of the named components"},
    {"component_energy_per_result_pj", Quantity::component_energy_per_result_pj, "the same per result column"},
    {"component_energy_per_operation_fj", Quantity::component_energy_per_operation_fj,
     "the same per operation, two per multiply-accumulate"},
    {"energy_share", Quantity::energy_share, "their share of the energy"},
    {"area_share", Quantity::area_share, "their share of the area"},
    {"tops_per_w", Quantity::tops_per_w, "10^12 operations per joule"},
    {"tops", Quantity::tops, "10^12 operations per second, operations back to back"},
    {"tops_per_mm2", Quantity::tops_per_mm2, "the same per area"},
    {"latency_ns", Quantity::latency_ns, "start to last result"},
    {"interval_ns", Quantity::interval_ns, "between starts, back to back"},
    {"area_mm2", Quantity::area_mm2, "area of the macro"},
    {"rating_mw", Quantity::rating_mw, "nameplate power"},
    {"power_mw", Quantity::power_mw, "energy over interval, back to back"}};

/// Of "adc" and of "adc.bits", the second is a part of the first.
bool is_part(const std::string& path, const std::string& whole)
{
    return path.starts_with(whole) &&
           (path.size() == whole.size() || path[whole.size()] == '.' || path[whole.size()] == '[');
}

/// Each parameter is free once, and no point gives it a value of its own: the fit would not see it change.
void check_free(const std::vector<FreeParameter>& free, const std::vector<CasePoint>& points,
                const config::Place& place)
{
    for (std::size_t f = 0; f < free.size(); ++f) {
        const std::string& path = free[f].path;
        for (std::size_t other = 0; other < f; ++other)
            if (free[other].path == path)
                place.fail(fmt::format("free[{}].path", f), fmt::format("'{}' is free[{}] already", path, other));
        for (std::size_t i = 0; i < points.size(); ++i)
            for (std::size_t j = 0; j < points[i].set.size(); ++j) {
                const std::string& assignment = points[i].set[j];
                if (is_part(path, assignment.substr(0, assignment.find('='))))
                    place.fail(fmt::format("points[{}].set[{}]", i, j),
                               fmt::format("'{}' sets '{}', which is free[{}]", assignment, path, f));
            }
    }
}

} // namespace

const char* name_of(Quantity quantity)
{
    for (const auto& q : quantities)
        if (q.value == quantity)
            return q.name;
    return "";
}

const char* name_of(PointRole role)
{
    for (const auto& r : roles)
        if (r.value == role)
            return r.name;
    return "";
}

bool is_share(Quantity quantity) { return quantity == Quantity::energy_share || quantity == Quantity::area_share; }

bool is_of_components(Quantity quantity)
{
    return is_share(quantity) || quantity == Quantity::component_energy_pj ||
           quantity == Quantity::component_energy_per_result_pj ||
           quantity == Quantity::component_energy_per_operation_fj;
}

void CaseOperation::fields(config::Visitor& v)
{
    v.integer("rows", rows, {0, 16384}, unit::none, "rows driven; 0: all");
    v.integer("columns", columns, {0, 16384}, unit::none, "columns of cells; 0: all");
    v.integer("arrays", arrays, {0, 4096}, unit::none, "arrays; 0: all");
    v.integer("input_bits", input_bits, {1, 32}, unit::bits, "input width");
    v.integer("weight_bits", weight_bits, {1, 32}, unit::bits, "weight width");
    v.boolean("signed_input", signed_input, "inputs are signed");
    v.integer("reads", reads, {1, 64}, unit::none, "operations of the macro that one measured operation takes");
    v.real("input_activity", input_activity, {0, 1}, unit::none, "mean input slice over its maximum");
    v.real("weight_activity", weight_activity, {0, 1}, unit::none, "mean cell state over its maximum");
}

void CasePoint::fields(config::Visitor& v)
{
    v.text("name", name, "what was measured", config::Presence::required);
    v.choice("role", role, roles, "fitted to, predicted or only shown");
    v.texts("set", set, "changes to the macro, PATH=VALUE");
    v.section("operation", operation, "what the macro did");
    v.choice("quantity", quantity, quantities, "which figure", config::Presence::required);
    v.texts("components", components, "components the figure is of");
    v.real("published", published, {0, 1e12}, unit::none, "the published figure", config::Presence::required);
    v.real("tolerance", tolerance, {0, 10}, unit::none, "relative error allowed; absolute for shares");
    v.text("source", source, "where the figure was read", config::Presence::required);
}

void CasePoint::check(const config::Place& place) const
{
    std::vector<std::string> known;
    for (std::size_t c = 0; c < component_count; ++c)
        known.emplace_back(name_of(static_cast<Component>(c)));
    for (std::size_t i = 0; i < components.size(); ++i)
        if (std::ranges::find(known, components[i]) == known.end())
            place.fail(fmt::format("components[{}]", i),
                       fmt::format("there is no component '{}'{}; the components are {}", components[i],
                                   config::suggestion(components[i], known), fmt::join(known, ", ")));
    if (components.empty() && is_of_components(quantity))
        place.fail("components", fmt::format("is missing: {} is of the components named here", name_of(quantity)));
    if (!(published > 0.0))
        place.fail("published", fmt::format("must be above 0, got {}", published));
}

void FreeParameter::fields(config::Visitor& v)
{
    v.text("path", path, "key of the macro's file", config::Presence::required);
    v.real("start", start, {1e-12, 1e12}, unit::none, "where the fit starts, in the key's unit");
}

void ValidationCase::fields(config::Visitor& v)
{
    v.text("schema", schema, "imcsim.validation/1", config::Presence::required);
    v.text("name", name, "the chip", config::Presence::required);
    v.integer("tiles", tiles, {1, 1 << 20}, unit::none, "tiles of the chip");
    v.list("free", free, "parameters fitted to the points of role 'fit'");
    v.integer("chosen", chosen, {0, 100}, unit::none,
              "discrete choices made in view of the fitted figures; count as free");
    v.list("points", points, "published figures", config::Presence::required);
    v.text("note", note, "what a reader should know");
    v.section("macro", macro, "the macro"); // last: their keys are many
    v.section("chip", chip, "a chip, instead of a macro");
}

void ValidationCase::check(const config::Place& place) const
{
    if (schema != "imcsim.validation/1")
        place.fail("schema", fmt::format("must be 'imcsim.validation/1', got '{}'", schema));
    if (macro.has_value() == chip.has_value())
        place.fail("macro", "either macro or chip is required, and not both");
    std::size_t fitted = 0;
    for (const CasePoint& point : points) {
        fitted += point.role == PointRole::fit ? 1 : 0;
        const bool of_chip = point.quantity == Quantity::tops || point.quantity == Quantity::tops_per_mm2 ||
                             point.quantity == Quantity::area_mm2 || point.quantity == Quantity::rating_mw;
        if (chip && !of_chip)
            place.fail("points", fmt::format("'{}': a chip has tops, tops_per_mm2, area_mm2 and rating_mw, not {}",
                                             point.name, name_of(point.quantity)));
    }
    if (fitted < free.size())
        place.fail("free", fmt::format("{} parameters cannot be fitted to {} points", free.size(), fitted));
    check_free(free, points, place);
}

} // namespace imc::cli
