#include "nas/cli/train_options.h"

#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"

namespace imc::nas
{

const char* const train_usage =
    R"(imcsim nas train TRAINING.json [--resume] [--set PATH=VALUE]... [--out DIR] [--quiet]

Trains a network file on a data set, stage after stage (float, quantised, noise_aware), and writes each
stage's network as ONNX, history.csv and training.json to DIR (TRAINING.train). Kill it at any time and go
on with --resume: the weights are those of a training that was never stopped.

  --describe      every key of the file: default, range, unit, meaning; nothing is run
  --set PATH=VALUE  change the file before it is read, like --set stages[0].epochs=3

Exit code: 0 done, 1 a well-formed request failed, 2 the input cannot be used.
)";

TrainArguments TrainArguments::parse(std::span<const std::string> arguments)
{
    const std::vector<std::string> known = {"--resume", "--out", "--quiet", "--set", "--help", "--describe"};
    TrainArguments o;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& a = arguments[i];
        const auto value = [&]() -> const std::string& {
            if (i + 1 >= arguments.size())
                throw ConfigError(a, "needs a value");
            return arguments[++i];
        };
        if (a == "--help" || a == "-h")
            o.help = true;
        else if (a == "--describe")
            o.describe = true;
        else if (a == "--resume")
            o.resume = true;
        else if (a == "--quiet")
            o.quiet = true;
        else if (a == "--out")
            o.out = value();
        else if (a == "--set")
            o.sets.push_back(value());
        else if (a.starts_with("-"))
            throw ConfigError(a, "unknown option" + config::suggestion(a, known));
        else if (o.file.empty())
            o.file = a;
        else
            throw ConfigError(a, "one training at a time");
    }
    if (o.file.empty() && !o.help && !o.describe)
        throw ConfigError("train", "needs the training's file");
    if (o.out.empty())
        o.out = o.file.stem().string() + ".train";
    return o;
}

} // namespace imc::nas
