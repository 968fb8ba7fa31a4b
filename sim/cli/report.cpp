#include <filesystem>
#include <vector>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/commands.h"
#include "sim/cli/report/page.h"

namespace imc::cli
{

int run_report(std::span<const std::string> args)
{
    std::vector<std::string> directories;
    std::filesystem::path out, svg;
    Options options(
        "report", "RUN_DIR...",
        "Writes one HTML page, complete in itself, with the figures and pictures of the runs; several runs\n"
        "stand side by side. RUN_DIR is what imcsim run --out wrote.");
    options.arguments("RUN_DIR", directories);
    options.value("out", out, "FILE",
                  "the page; default: RUN_DIR/report.html of one run, ./report.html of several; - is "
                  "standard output");
    options.value("svg", svg, "DIR", "also write the pictures of a single run there, as SVG files");
    if (!options.parse(args))
        return 0;
    std::vector<ResultView> runs;
    for (const std::string& directory : directories)
        runs.push_back(read_result(directory));
    if (!svg.empty()) {
        if (runs.size() > 1)
            throw ConfigError("imcsim report --svg", "is for a single run");
        make_directory(svg);
        for (const auto& [name, picture] : report_pictures(runs[0]))
            write_file(svg / name, picture);
    }
    if (out.empty())
        out = directories.size() == 1 ? std::filesystem::path(directories[0]) / "report.html" : "report.html";
    print_to(out, report_page(runs));
    if (out != "-")
        note("report: " + out.string());
    return 0;
}

} // namespace imc::cli
