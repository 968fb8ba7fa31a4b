#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/cli/report/result_view.h"

namespace imc::cli
{

/// One HTML page that needs nothing but itself: the runs' figures side by side, energy by component and
/// layer, area, the layers' timeline, power over time, cost models and warnings.
std::string report_page(const std::vector<ResultView>& runs);

/// The pictures of one run as files of their own: (name, SVG with a white background).
std::vector<std::pair<std::string, std::string>> report_pictures(const ResultView& run);

} // namespace imc::cli
