#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/base/config/document.h"

namespace imc::cli
{

/// A file of schema imcsim.sweep/1: one experiment and how it is varied.
struct SweepConfig {
    struct Point {
        std::string name;
        std::vector<std::string> set;
        void fields(config::Visitor& v);
    };
    struct Plot {
        std::string x;
        std::vector<std::string> y;
        void fields(config::Visitor& v);
    };

    std::string schema;
    std::filesystem::path experiment;
    std::vector<std::string> set;
    std::vector<std::string> grid;
    std::vector<Point> points;
    std::vector<std::string> columns;
    Plot plot;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// One run of a sweep: the assignments that make it.
struct SweepPoint {
    std::string name;                ///< "000", or as the file names it
    std::vector<std::string> set;    ///< PATH=VALUE, as for --set
    std::vector<std::string> values; ///< the value (JSON text) on each axis; "" where the point leaves it alone
};

/// A sweep spelled out.
struct SweepPlan {
    SweepConfig config;
    std::vector<std::string> axes; ///< paths that vary, in the order of their appearance
    std::vector<SweepPoint> points;
};

/// The points of a sweep in a fixed order: the grid with its last axis fastest, or the list.
/// Throws ConfigError for an axis that is not PATH=[VALUE, …], names used twice, or more than a million points.
SweepPlan plan_sweep(const config::Document& document);

} // namespace imc::cli
