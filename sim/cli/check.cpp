#include <algorithm>
#include <filesystem>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/cli/commands.h"
#include "sim/cli/types.h"
#include "sim/cli/workers.h"
#include "workloads/read/graph_reader.h"

namespace imc::cli
{

namespace
{

/// Files that belong to another program, and the words that make it check one.
struct Foreign {
    const char* schema;
    const char* type;
    std::vector<std::string> words;
    std::string_view prefix; ///< of its messages
};

const Foreign foreign[] = {
    {"imcsim.study/1", "study", {"check"}, "imcsim nas: "},
    {"imcsim.training/1", "training", {"train", "--check"}, "imcsim nas train: "},
};

const Foreign* foreign_of(const config::Document& document)
{
    const nlohmann::json& root = document.root();
    if (!root.is_object() || !root.contains("schema"))
        return nullptr;
    const auto* found = std::ranges::find_if(foreign, [&](const Foreign& f) { return root["schema"] == f.schema; });
    return found == std::end(foreign) ? nullptr : found;
}

/// A network operator by operator: it has no list of keys to describe, so it is none of types().
bool is_graph(const config::Document& document)
{
    const nlohmann::json& root = document.root();
    return root.is_object() && root.contains("schema") && root["schema"] == graph_schema;
}

/// What was found out about one file.
struct Finding {
    std::string file;
    std::string type; ///< "" if the file does not say
    std::string error;
    int status = 0; ///< as the program's exit status
};

void check_elsewhere(const Foreign& other, Finding& finding)
{
    std::vector<std::string> words = other.words;
    words.push_back(finding.file);
    const auto job = [&](std::size_t) { return run_command("nas", words); };
    run_jobs(1, 1, job, [&](const JobEnd& end) {
        finding.status = end.status;
        finding.error = end.message.substr(end.message.starts_with(other.prefix) ? other.prefix.size() : 0);
    });
}

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
        if (is_graph(document)) {
            finding.type = "network";
            check_network(file);
            return finding;
        }
        if (const Foreign* other = foreign_of(document)) {
            finding.type = other->type;
            check_elsewhere(*other, finding);
            return finding;
        }
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
        "Reads experiments, chips, networks, sweeps, studies and trainings with everything they name, and runs "
        "nothing. A file's\n"
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
