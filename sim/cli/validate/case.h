#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arch/config/chip.h"
#include "arch/config/macro.h"
#include "sim/base/config/visitor.h"

/// A validation case: one parameter set of one macro, or of a chip, against published figures of one chip. The case
/// names the free parameters and which figures they are fitted to; every other figure is a prediction. The figures are
/// in the case, never in the macro's file.
namespace imc::cli
{

enum class PointRole {
    fit,     ///< the free parameters are chosen by it
    predict, ///< judged, and not seen by the fit
    compare, ///< neither: shown beside the published figure where sources contradict each other or no law claims it
};

enum class Quantity {
    energy_pj,
    energy_per_mac_fj,
    energy_per_operation_fj,
    component_energy_pj,
    component_energy_per_result_pj,
    component_energy_per_operation_fj,
    energy_share,
    area_share,
    tops_per_w,
    tops,
    tops_per_mm2,
    latency_ns,
    interval_ns,
    area_mm2,
    rating_mw,
    power_mw,
};

/// The operation measured; 0 rows, columns or arrays: all of the macro's.
struct CaseOperation {
    int rows = 0;
    int columns = 0;
    int arrays = 0;
    int input_bits = 8;
    int weight_bits = 8;
    bool signed_input = false;
    int reads = 1;                ///< operations of the macro that one measured operation takes (four-phase reads: 4)
    double input_activity = 0.5;  ///< share of non-zero slices, mean value over its maximum
    double weight_activity = 0.5; ///< mean cell state over its maximum
    void fields(config::Visitor& v);
};

struct CasePoint {
    std::string name;
    PointRole role = PointRole::predict;
    std::vector<std::string> set; ///< "path=value" on the macro's file
    CaseOperation operation;
    Quantity quantity = Quantity::energy_pj;
    std::vector<std::string> components; ///< for energies and shares of components
    double published = 0.0;              ///< in the quantity's unit; shares of 1
    double tolerance = 0.1;              ///< relative; absolute for shares
    std::string source;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

struct FreeParameter {
    std::string path;
    double start = 1.0;
    void fields(config::Visitor& v);
};

struct ValidationCase {
    std::string schema;
    std::string name;
    std::optional<MacroConfig> macro;
    std::optional<ChipConfig> chip; ///< instead of a macro: a chip of so many tiles, for its area, rating, throughput
    int tiles = 1;
    std::vector<FreeParameter> free;
    int chosen = 0; ///< discrete choices in the macro's file that were made with the fitted figures in view
    std::vector<CasePoint> points;
    std::string note;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

const char* name_of(Quantity quantity);
const char* name_of(PointRole role);
bool is_share(Quantity quantity);
/// Is of the components that a point names.
bool is_of_components(Quantity quantity);

} // namespace imc::cli
