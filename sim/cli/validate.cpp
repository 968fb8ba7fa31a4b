#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/commands.h"
#include "sim/cli/validate/datasheet.h"
#include "sim/cli/validate/evaluate.h"
#include "sim/cli/validate/present.h"

namespace imc::cli
{

namespace
{

namespace fs = std::filesystem;

/// What comes with the program: beside it in a build, under share in an installation, or below the working directory.
fs::path shipped(const std::string& folder)
{
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    std::vector<fs::path> places;
    if (!error) {
        places.push_back(program.parent_path() / "../share/imcsim/configs" / folder);
        places.push_back(program.parent_path() / "../../configs" / folder);
    }
    places.push_back("configs" / fs::path(folder));
    for (const fs::path& place : places)
        if (fs::is_directory(place, error))
            return place.lexically_normal();
    throw ConfigError("imcsim validate", "no configs/" + folder + " beside the program; name the cases");
}

std::vector<fs::path> files_of(const std::vector<std::string>& words)
{
    std::vector<fs::path> files(words.begin(), words.end());
    if (files.empty())
        files.push_back(shipped("validation"));
    std::vector<fs::path> all;
    for (const fs::path& file : files) {
        if (!fs::is_directory(file)) {
            all.push_back(file);
            continue;
        }
        std::vector<fs::path> inside;
        for (const auto& entry : fs::directory_iterator(file))
            if (entry.path().extension() == ".json")
                inside.push_back(entry.path());
        std::ranges::sort(inside);
        if (inside.empty())
            throw ConfigError(file.string(), "holds no case (*.json)");
        all.insert(all.end(), inside.begin(), inside.end());
    }
    return all;
}

} // namespace

int run_validate(std::span<const std::string> args)
{
    std::vector<std::string> words;
    bool json = false;
    fs::path out;
    fs::path svg;
    fs::path datasheet;
    Options options(
        "validate", "[CASE.json | DIRECTORY]...",
        "Compares simulated macros with published chips: fits the free parameters of each case to the figures\n"
        "it names, predicts the others, and keeps the two apart. Without CASE, the cases that come with the\n"
        "program. Exit status 1 if a figure lies outside its tolerance.");
    options.arguments("CASE.json", words, 0);
    options.flag("json", json, "print JSON");
    options.value("out", out, "FILE", "write there instead of standard output");
    options.value("svg", svg, "FILE", "also draw the error of every figure; of data sheets, predicted over published");
    options.value("datasheet", datasheet, "FILE", "instead: predict a macro from its data sheet alone");
    if (!options.parse(args))
        return 0;
    if (!datasheet.empty()) {
        if (!words.empty())
            throw ConfigError("imcsim validate --datasheet", "takes no cases");
        const nlohmann::ordered_json predictions = predict_datasheets(datasheet);
        const std::string picture = svg.empty() ? "" : datasheets_svg(predictions, datasheet);
        print_to(out, predictions.dump(2) + "\n");
        if (!svg.empty())
            write_file(svg, picture);
        return 0;
    }

    std::vector<CaseResult> results;
    for (const fs::path& file : files_of(words))
        results.push_back(evaluate(config::Document::load(file)));
    nlohmann::ordered_json report = validation_json(results);
    std::string text = validation_text(results);
    if (words.empty()) { // the shipped sheets are no cases: nothing of them is fitted or allowed here
        report["datasheets"] = compare_blind(shipped("datasheets"));
        text += blind_text(report["datasheets"]);
    }
    print_to(out, json ? report.dump(2) + "\n" : text);
    if (!svg.empty())
        write_file(svg, validation_svg(results));
    for (const CaseResult& result : results)
        for (const PointResult& point : result.points)
            if (!point.pass)
                return 1;
    return 0;
}

} // namespace imc::cli
