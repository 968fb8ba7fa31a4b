#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace imc::cli
{

/// What a report shows of a run, read back from its directory. Figures a run does not have are NaN.
struct ResultView {
    struct Layer {
        std::string name;
        std::string op;
        double macs, arrays, replication, start_s, end_s, stall_s, energy_j, utilization;
    };
    struct ComponentEnergy {
        std::string name;
        std::array<double, 3> joules; ///< dynamic, write, leakage
        double sum() const { return joules[0] + joules[1] + joules[2]; }
    };
    struct CostModel {
        std::string component, event, model, citation;
        double unit_energy_j;
    };
    struct Figure {
        std::string name; ///< as the table shows it
        double value;
        std::string unit;
        bool percent = false;
        double low = 0.0, high = 0.0; ///< where the sources of unit costs differ, low < high
    };

    std::string name; ///< of the directory
    std::string network;
    std::string chip;
    std::string fidelity; ///< with the detail: "flit, schedule"
    std::string version;
    std::string activity_source;
    std::vector<Figure> figures; ///< the summary; the same names in the same order for every run
    std::vector<ComponentEnergy> energy;
    double energy_unattributed_j;
    std::vector<std::pair<std::string, double>> area_mm2;
    std::vector<Layer> layers;
    std::vector<std::pair<double, double>> power; ///< (time in s, W), from trace.csv; empty without one
    std::vector<CostModel> cost_models;
    std::vector<std::string> warnings;
};

/// Reads DIR/result.json and, if it is there, DIR/trace.csv. Throws ConfigError if DIR holds no result that
/// can be used.
ResultView read_result(const std::filesystem::path& directory);

/// Power over time from the rows of an energy trace: the mean of each of at most `points` equal intervals.
/// Throws ConfigError if the file is not such a trace.
std::vector<std::pair<double, double>> read_power(const std::filesystem::path& csv, std::size_t points);

} // namespace imc::cli
