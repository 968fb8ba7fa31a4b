#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "nas/train/trainer.h"
#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/cli/program.h"
#include "sim/base/errors.h"

namespace
{

using namespace imc::training;

std::string duration(double seconds)
{
    const auto s = static_cast<long>(std::lround(std::max(0.0, seconds)));
    return s < 60     ? fmt::format("{} s", s)
           : s < 3600 ? fmt::format("{} min {} s", s / 60, s % 60)
                      : fmt::format("{} h {} min", s / 3600, s / 60 % 60);
}

/// A line per epoch; on a terminal also one that is rewritten, twice a second.
class Reporter
{
public:
    explicit Reporter(bool terminal) : terminal_(terminal) {}

    void operator()(const Progress& p)
    {
        const auto now = std::chrono::steady_clock::now();
        if (!p.end_of_epoch && (!terminal_ || now - shown_ < std::chrono::milliseconds(500)))
            return;
        shown_ = now;
        std::string line = fmt::format("{}: epoch {} of {}, {:.0f} % done, {} left, loss {:.4f}", p.stage, p.epoch,
                                       p.epochs, 100 * p.share, duration(p.left_s), p.loss);
        if (std::isfinite(p.validation))
            line += fmt::format(", validation {:.2f} %", 100 * p.validation);
        fmt::print(stderr, "{}{}{}", terminal_ ? "\r" : "", line, p.end_of_epoch ? "\n" : "   ");
    }

private:
    bool terminal_;
    std::chrono::steady_clock::time_point shown_{};
};

std::string percent(double share) { return std::isfinite(share) ? fmt::format("{:.2f} %", 100 * share) : "-"; }

int run(std::span<const std::string> args)
{
    std::filesystem::path file, out;
    std::vector<std::string> sets;
    bool resume = false, quiet = false, describe = false, only_check = false;
    imc::cli::Options options(
        "nas train", "TRAINING.json",
        "Trains a network file on a data set, stage after stage (float, quantised, noise_aware), and writes each\n"
        "stage's network as ONNX, history.csv and training.json. Kill it at any time and go on with --resume: the\n"
        "weights are those of a training that was never stopped.");
    options.optional_argument("TRAINING.json", file);
    options.value("out", out, "DIR", "where to; default: TRAINING.train here");
    options.flag("resume", resume, "go on where a training was stopped");
    options.values("set", sets, "PATH=VALUE", "change the file before it is read, like --set stages[0].epochs=3");
    options.flag("describe", describe, "every key of the file: default, range, unit, meaning; nothing is run");
    options.flag("check", only_check, "read the file and all that it names; nothing is trained");
    options.flag("quiet", quiet, "no messages");
    if (!options.parse(args))
        return 0;
    if (describe) {
        imc::cli::print(describe_training());
        return 0;
    }
    if (file.empty())
        throw imc::ConfigError("", "TRAINING.json is missing (imcsim nas train --help explains)");
    const TrainConfig config = load_training(file, sets);
    if (only_check) {
        check(config);
        imc::cli::print(fmt::format("{}: {} stages\n", file.string(), config.stages.size()));
        return 0;
    }
    TrainOptions training;
    training.out = out.empty() ? std::filesystem::path(file.stem().string() + ".train") : out;
    training.resume = resume;
    if (!quiet)
        training.progress = Reporter(imc::cli::shows_progress());
    std::string text = fmt::format("{:<16} {:>7} {:>12} {:>9}  {}\n", "stage", "epochs", "validation", "test", "file");
    for (const StageResult& r : train(config, training))
        text += fmt::format("{:<16} {:>7} {:>12} {:>9}  {}\n", r.name, r.epochs, percent(r.validation), percent(r.test),
                            r.file.string());
    imc::cli::print(text);
    return 0;
}

} // namespace

int main(int argc, char** argv) { return imc::cli::run_program("imcsim nas train", argc, argv, run); }
