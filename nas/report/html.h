#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nas/report/results.h"

namespace imc::nas
{

/// The files of a study's report, name and content: report.html, which holds everything and refers to
/// nothing outside itself, and each of its pictures as SVG.
std::vector<std::pair<std::string, std::string>> report_files(const Results& results);

} // namespace imc::nas
