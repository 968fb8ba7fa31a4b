#pragma once

#include <string>
#include <vector>

#include "nas/report/results.h"

namespace imc::nas
{

struct Picture {
    std::string file; ///< name.svg
    std::string svg;
    std::string caption;
    bool wide = false; ///< needs a page's whole width
};

/// Every chart of a study's report.
std::vector<Picture> pictures(const Results& results);

/// What a search did not get to see: values of discrete variables, or quarters of a number's range, with how
/// many trials tried them and how many of those gave a usable result.
struct Region {
    std::string what;
    std::size_t tried;
    std::size_t usable;
};
/// Those never tried, or whose trials all failed; then those where at least half failed.
std::vector<Region> unexplored(const Results& results);

} // namespace imc::nas
