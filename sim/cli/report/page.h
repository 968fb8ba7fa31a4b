#pragma once

#include <string>
#include <vector>

#include "sim/cli/report/result_view.h"

namespace imc::cli
{

/// One HTML page that needs nothing but itself: the runs' figures side by side, energy by component and
/// layer, area, the layers' timeline, power over time, cost models and warnings.
std::string report_page(const std::vector<ResultView>& runs);

} // namespace imc::cli
