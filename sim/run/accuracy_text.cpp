#include "sim/run/accuracy_text.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imc::run
{

namespace
{

using Json = nlohmann::ordered_json;

/// Beyond this there is nothing but the rounding of single precision where nothing else rounds.
constexpr double no_error_db = 130.0;

/// Signal to error in dB; null where there is no error.
Json decibels(const values::ErrorPowers& e, double error)
{
    const double db = e.snr_db(error);
    return db < no_error_db ? Json(db) : Json(nullptr);
}

std::string decibel_text(const values::ErrorPowers& e, double error)
{
    const double db = e.snr_db(error);
    return db < no_error_db ? fmt::format("{:.1f}", db) : "-";
}

struct Part {
    const char* name;
    double values::ErrorPowers::*power;
};

constexpr Part parts[] = {{"quantisation", &values::ErrorPowers::quantisation},
                          {"clipping", &values::ErrorPowers::clipping},
                          {"adc", &values::ErrorPowers::converter},
                          {"programming", &values::ErrorPowers::programming},
                          {"drift", &values::ErrorPowers::drift},
                          {"read", &values::ErrorPowers::read},
                          {"ir_drop", &values::ErrorPowers::wires}};

double relative_error(const values::ErrorPowers& e) { return e.signal > 0.0 ? std::sqrt(e.total / e.signal) : 0.0; }

} // namespace

Json compensation_json(const AccuracyResult& a)
{
    if (a.compensation == devices::Compensation::none)
        return nullptr;
    const CompensationCost& c = a.compensation_cost;
    return {{"kind", devices::name(a.compensation)},
            {"operations", c.operations},
            {"energy_j", c.energy.joules()},
            {"latency_s", c.latency_s},
            {"multiplications_per_inference", c.multiplications_per_inference},
            {"energy_per_inference_j", c.energy_per_inference_j}};
}

Json accuracy_json(const AccuracyResult& a)
{
    const AccuracyAt& first = a.times.front();
    Json times = Json::array();
    for (const AccuracyAt& t : a.times)
        times.push_back({{"time_s", t.time_s},
                         {"top1_mean", t.top1_mean},
                         {"top1_std", t.top1_std},
                         {"top1_worst", t.top1_worst},
                         {"top1_interval95", {t.low95, t.high95}},
                         {"agreement", t.agreement},
                         {"top1", t.top1}});
    return {{"dataset", a.dataset},
            {"split", a.split},
            {"first", a.first},
            {"images", a.images},
            {"calibration_images", a.calibration_images},
            {"instances", a.instances},
            {"device", a.device.empty() ? Json(nullptr) : Json(a.device)},
            {"compensation", compensation_json(a)},
            {"hold_images", a.hold_images},
            {"top1_mean", first.top1_mean},
            {"top1_std", first.top1_std},
            {"top1_worst", first.top1_worst},
            {"golden_top1", a.golden_top1},
            {"float_top1", a.float_top1},
            {"agreement", first.agreement},
            {"times", times}};
}

Json errors_json(const values::ErrorPowers& e)
{
    Json snr = Json::object();
    for (const Part& part : parts)
        snr[part.name] = decibels(e, e.*part.power);
    return {{"output_error", relative_error(e)},
            {"clipping_rate", e.clipped_share},
            {"compute_snr_db", decibels(e, e.total)},
            {"snr_parts_db", snr}};
}

std::string accuracy_report(const Result& r)
{
    if (!r.accuracy)
        return "";
    const AccuracyResult& a = *r.accuracy;
    std::string text = fmt::format("\n  accuracy on {} {} images of {} (top 1): float {:.2f} %, integers {:.2f} %\n",
                                   a.images, a.split, a.dataset, a.float_top1 * 100, a.golden_top1 * 100);
    text += fmt::format("  {:>12} {:>9} {:>9} {:>9} {:>11}   {} of {}\n", "after/s", "chip/%", "std/%", "worst/%",
                        "agreement/%", a.instances == 1 ? "1 chip" : fmt::format("{} chips", a.instances),
                        a.device.empty() ? "ideal cells" : a.device);
    for (const AccuracyAt& t : a.times)
        text += fmt::format("  {:>12g} {:>9.2f} {:>9.2f} {:>9.2f} {:>11.2f}\n", t.time_s, t.top1_mean * 100,
                            t.top1_std * 100, t.top1_worst * 100, t.agreement * 100);
    if (a.compensation != devices::Compensation::none) {
        const CompensationCost& c = a.compensation_cost;
        text += fmt::format("  {} compensation: {:.6g} uJ and {:.6g} us to measure it once; of an inference {:.6g} nJ, "
                            "{} multiplications\n",
                            devices::name(a.compensation), c.energy.joules() * 1e6, c.latency_s * 1e6,
                            c.energy_per_inference_j * 1e9, c.multiplications_per_inference);
    }
    bool any = false;
    for (const LayerResult& l : r.layers) {
        if (!l.errors)
            continue;
        if (!any) {
            text += fmt::format("\n  {:<28} {:>8} {:>8} {:>8}", "compute SNR/dB", "error/%", "clip/%", "all");
            for (const Part& part : parts)
                text += fmt::format(" {:>12}", part.name);
            text += "\n";
            any = true;
        }
        text += fmt::format("  {:<28.28} {:>8.3f} {:>8.3f} {:>8}", l.name, relative_error(*l.errors) * 100,
                            l.errors->clipped_share * 100, decibel_text(*l.errors, l.errors->total));
        for (const Part& part : parts)
            text += fmt::format(" {:>12}", decibel_text(*l.errors, (*l.errors).*part.power));
        text += "\n";
    }
    return text;
}

} // namespace imc::run
