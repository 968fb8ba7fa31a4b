#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "devices/compensation.h"
#include "sim/base/energy.h"
#include "sim/values/error_powers.h"

/// What a run with values found out, beside time and energy.
namespace imc::run
{

/// Over the instances, at one time since programming.
struct AccuracyAt {
    double time_s = 0.0;
    double top1_mean = 0.0;
    double top1_std = 0.0; ///< over instances, of the sample; 0 for one instance
    double top1_worst = 0.0;
    double low95 = 0.0,
           high95 = 0.0;      ///< 95 % interval of top1_mean: other images and other chips might have been drawn
    double agreement = 0.0;   ///< share of images, over all instances, whose class is that of the golden execution
    std::vector<double> top1; ///< of each instance
};

/// What drift compensation asks of the hardware (sim/run/compensation.h).
struct CompensationCost {
    std::int64_t operations = 0; ///< of single arrays in one measurement: every row of every array alone
    Energy energy;               ///< of one measurement: of the counts in the phase `calibrate`
    double latency_s = 0.0;      ///< of one measurement
    std::int64_t multiplications_per_inference = 0;
    double energy_per_inference_j = 0.0; ///< of those: a part of the inference's energy
};

struct AccuracyResult {
    std::string dataset;
    std::string split;
    std::int64_t first = 0;
    std::int64_t images = 0;
    std::int64_t calibration_images = 0;
    std::int64_t instances = 0;
    std::string device; ///< empty: ideal cells
    devices::Compensation compensation = devices::Compensation::none;
    CompensationCost compensation_cost; ///< zero without compensation
    std::int64_t hold_images = 1;
    double golden_top1 = 0.0;      ///< of the exact integer execution
    double float_top1 = 0.0;       ///< of the network as the file has it
    std::vector<AccuracyAt> times; ///< as asked for
};

/// How much the activity trace of an image holds.
struct TraceSize {
    std::int64_t operations = 0; ///< of macros in one inference
    std::int64_t runs = 0;       ///< kept: operations in a row that meet the same data
    bool exact = true;           ///< false: neighbours were merged to bound memory
};

struct ValueResult {
    AccuracyResult accuracy;
    std::optional<TraceSize> trace;                         ///< none where time does not depend on data
    std::vector<std::optional<values::ErrorPowers>> layers; ///< by LayerId; empty: not on arrays, or not measured
    std::vector<std::string> warnings;
};

} // namespace imc::run
