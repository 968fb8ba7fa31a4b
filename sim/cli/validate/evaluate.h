#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arch/config/costs/models.h"
#include "sim/base/config/document.h"
#include "sim/cli/validate/case.h"

namespace imc::cli
{

struct PointResult {
    CasePoint point;
    double simulated = 0.0;
    std::optional<CostRange> range;      ///< of `simulated`, where sources of unit energies differ
    double error = 0.0;                  ///< relative; absolute for shares
    std::optional<double> leave_one_out; ///< a fitted point predicted from the others, where they suffice
    bool pass = false;
};

struct CaseResult {
    std::string name;
    std::string file;
    std::string family;
    std::string note;
    std::vector<FreeParameter> parameters; ///< `start` holds the fitted value
    std::vector<PointResult> points;
    std::size_t free = 0;      ///< p
    std::size_t fitted = 0;    ///< n
    std::size_t predicted = 0; ///< v
    double fit_error = 0.0;    ///< largest, over fitted points
    std::optional<double> leave_one_out_error;
    double prediction_error = 0.0; ///< largest, over predicted points

    /// With more than half as many parameters as points, agreement with them proves nothing.
    bool overfitted() const { return free > 0 && 2 * free > fitted; }
    /// Every figure that is judged, fitted or predicted.
    bool within_tolerances() const;
    bool validated() const { return !overfitted() && within_tolerances(); }
    /// In the words of the ledger.
    const char* status() const;
};

/// Reads a case, fits the free parameters (least squares of logarithms, Gauss–Newton with damping) and predicts the
/// rest. Throws ConfigError naming file and key.
CaseResult evaluate(const config::Document& document);

} // namespace imc::cli
