#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "arch/config/datasheet.h"
#include "sim/base/config/document.h"

namespace imc::cli
{

/// Measured figures beside a sheet; the prediction does not see them. 0: not published, or contradictory.
struct PublishedFigures {
    double tops_per_w = 0.0;
    double cycle_s = 0.0;
    double area_m2 = 0.0;
    void fields(config::Visitor& v);
};

struct DatasheetRow {
    Datasheet sheet;
    PublishedFigures published;
    PublishedFigures left_out; ///< what scripts/studies/datasheet_fit.py predicts with the row's publication left out
    std::string publication;
    std::string source;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// Several sheets in one file.
struct DatasheetFile {
    std::string schema;
    std::string note;
    std::vector<DatasheetRow> sheets;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// What `imcsim validate --datasheet FILE` prints. The file holds
/// * one data sheet: efficiency, cycle time and area of the macro it describes, predicted from it alone, beside what it
///   says was published. The cycle is one access with all input bits;
/// * a list of them: a list of such results in the same order;
/// * or a DatasheetFile: "results", and for rows that carry published figures "comparison": the geometric mean of the
///   ratios, either way round, and the share within a factor of 3; of rows that are in the fit also of the fits without
///   their publications, which is what to expect of an unknown macro.
/// The ranges of a result hold 80 % of the published macros that the fit did not see.
/// Names of cells and converters are read without regard to case, and as the literature has them ("8T1C SRAM",
/// "ReRAM"); null is as absent. Throws ConfigError naming file, row, key, value and what was expected.
nlohmann::ordered_json predict_datasheets(const std::filesystem::path& file);

/// Predicted over published efficiency and cycle time of what predict_datasheets() said of `file`, side by side, on
/// logarithmic axes. Throws ConfigError if neither was published of any sheet.
std::string datasheets_svg(const nlohmann::ordered_json& predictions, const std::filesystem::path& file);

/// How far predictions from data sheets alone are off, for every file of a folder.
nlohmann::ordered_json compare_blind(const std::filesystem::path& folder);
std::string blind_text(const nlohmann::ordered_json& comparison);

} // namespace imc::cli
