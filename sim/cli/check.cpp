#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/cli/commands.h"
#include "sim/cli/types.h"

namespace imc::cli
{

namespace
{

/// What was found out about one file.
struct Finding {
    std::string file;
    std::string type; ///< "" if the file does not say
    std::string error;
    int status = 0; ///< as the program's exit status
};

Finding check_file(const std::string& file)
{
    Finding finding{file, "", "", 0};
    try {
        if (std::filesystem::path(file).extension() == ".onnx") {
            finding.type = "network";
            check_network(file);
            return finding;
        }
        const config::Document document = config::Document::load(file);
        const Type& type = type_of(document);
        finding.type = type.name;
        type.check(document);
    } catch (const ConfigError& e) {
        finding.error = e.what();
        finding.status = 2;
    } catch (const RunError& e) {
        finding.error = e.what();
        finding.status = 1;
    }
    return finding;
}

std::string as_json(const std::vector<Finding>& findings)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Finding& f : findings) {
        nlohmann::ordered_json item = {{"file", f.file}, {"type", f.type}, {"good", f.status == 0}};
        if (f.status != 0)
            item["error"] = f.error;
        list.push_back(std::move(item));
    }
    const nlohmann::ordered_json report = {{"schema", "imcsim.check/1"}, {"files", std::move(list)}};
    return report.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace

int run_check(std::span<const std::string> args)
{
    std::vector<std::string> files;
    bool json = false;
    Options options(
        "check", "FILE...",
        "Reads experiments, chips, networks and sweeps with everything they name, and runs nothing. A file's\n"
        "\"schema\" says what it is. Exit status 2 if a file cannot be used, 1 if a network has operators that\n"
        "are not supported.");
    options.arguments("FILE", files);
    options.flag("json", json, "print JSON");
    if (!options.parse(args))
        return 0;
    std::vector<Finding> findings;
    int status = 0;
    for (const std::string& file : files) {
        findings.push_back(check_file(file));
        status = std::max(status, findings.back().status);
    }
    if (json) {
        print(as_json(findings));
        return status;
    }
    for (const Finding& f : findings) {
        if (f.status == 0)
            print(fmt::format("{}: {}, good\n", f.file, f.type));
        else
            note("imcsim check: " + f.error);
    }
    return status;
}

} // namespace imc::cli
