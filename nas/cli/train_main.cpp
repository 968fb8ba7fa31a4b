#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <exception>

#include <unistd.h>

#include <fmt/format.h>

#include "nas/cli/train_options.h"
#include "nas/train/trainer.h"
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

std::string run(const imc::nas::TrainArguments& arguments)
{
    if (arguments.help)
        return imc::nas::train_usage;
    if (arguments.describe)
        return describe_training();
    const TrainConfig config = load_training(arguments.file, arguments.sets);
    TrainOptions options;
    options.out = arguments.out;
    options.resume = arguments.resume;
    if (!arguments.quiet)
        options.progress = Reporter(isatty(STDERR_FILENO));
    std::string text = fmt::format("{:<16} {:>7} {:>12} {:>9}  {}\n", "stage", "epochs", "validation", "test", "file");
    for (const StageResult& r : train(config, options))
        text += fmt::format("{:<16} {:>7} {:>12} {:>9}  {}\n", r.name, r.epochs, percent(r.validation), percent(r.test),
                            r.file.string());
    return text;
}

} // namespace

int main(int argc, char** argv)
{
    // A full disk or a limit on file sizes is an error to report, not a signal to die of.
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        const std::string text = run(imc::nas::TrainArguments::parse(std::vector<std::string>(argv + 1, argv + argc)));
        if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
            throw imc::RunError("standard output cannot be written");
        return 0;
    } catch (const imc::ConfigError& e) {
        fmt::print(stderr, "imcsim nas train: {}\n", e.what());
        return 2;
    } catch (const std::exception& e) {
        fmt::print(stderr, "imcsim nas train: {}\n", e.what());
        return 1;
    }
}
