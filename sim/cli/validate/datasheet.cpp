#include "sim/cli/validate/datasheet.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "arch/macro/macro.h"
#include "sim/base/files.h"

namespace imc::cli
{

namespace
{

/// "8T1C SRAM" -> "sram"; unchanged where no known word is in it.
std::string plain_cell(const std::string& text)
{
    struct Word {
        const char* in_text;
        const char* cell;
    };
    constexpr std::array<Word, 11> words = {{{"edram", "edram"},
                                             {"gain", "edram"},
                                             {"sram", "sram"},
                                             {"mram", "mram"},
                                             {"reram", "rram"},
                                             {"rram", "rram"},
                                             {"memristor", "rram"},
                                             {"pcm", "pcm"},
                                             {"phase", "pcm"},
                                             {"flash", "flash"},
                                             {"nor", "flash"}}};
    for (const Word& word : words)
        if (text.find(word.in_text) != std::string::npos)
            return word.cell;
    return text;
}

nlohmann::json plain_row(nlohmann::json row)
{
    if (!row.is_object())
        return row;
    std::erase_if(row.get_ref<nlohmann::json::object_t&>(), [](const auto& item) { return item.second.is_null(); });
    for (const char* key : {"cell", "adc_kind"})
        if (row.contains(key) && row[key].is_string()) {
            auto& text = row[key].get_ref<std::string&>();
            std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
            if (key == std::string("cell"))
                text = plain_cell(text);
        }
    return row;
}

nlohmann::ordered_json predict(const Datasheet& sheet)
{
    const auto macro = make_macro(macro_of(sheet));
    const MacroConfig& config = macro->config();
    const MvmOperation op = access_of(sheet, config);
    const int weights = op.columns / columns_per_weight(config, sheet.stored_bits());
    const DatasheetFigures figures = figures_of(sheet);

    const Clock fine(1);
    const double cycle = fine.seconds(macro->schedule(op, fine).interval);
    nlohmann::ordered_json models = nlohmann::ordered_json::object();
    double energy = macro->leakage_w() * cycle;
    for (const MacroEvent& event : macro->counts(op)) {
        const double joules = (event.event.unit * event.count).joules();
        energy += joules;
        const std::string component(name_of(event.event.component));
        const double before = models.contains(component) ? models[component]["energy_pj"].get<double>() : 0.0;
        models[component] = {
            {"model", event.event.model}, {"energy_pj", before + joules * 1e12}, {"citation", event.event.citation}};
    }
    const double efficiency = 2.0 * op.rows * weights / energy * 1e-12;
    const auto range = [](double value, double factor) {
        return nlohmann::ordered_json{{"low", value / factor}, {"high", value * factor}};
    };
    return {{"schema", "imcsim.datasheet-result/1"},
            {"name", sheet.name},
            {"family", config.family_name()},
            {"tops_per_w", efficiency},
            {"tops_per_w_range", range(efficiency, figures.energy_factor)},
            {"tops", efficiency * energy / cycle},
            {"cycle_ns", cycle * 1e9},
            {"cycle_ns_range", range(cycle * 1e9, figures.time_factor)},
            {"area_mm2", macro->area_m2() * 1e6},
            {"energy_pj", energy * 1e12},
            {"activity_source", "assumed"},
            {"cost_models", models},
            {"warnings", warnings_of(macro->costs())}};
}

/// Predicted over published, in logarithms.
using Ratios = std::vector<double>;

double geometric_mean(const Ratios& distances)
{
    double sum = 0.0;
    for (const double distance : distances)
        sum += std::abs(distance);
    return distances.empty() ? 0.0 : std::exp(sum / static_cast<double>(distances.size()));
}

double share_within_3(const Ratios& ratios)
{
    const auto within = std::ranges::count_if(ratios, [](double r) { return std::abs(r) <= std::log(3.0); });
    return ratios.empty() ? 0.0 : static_cast<double>(within) / static_cast<double>(ratios.size());
}

double share_within(const Ratios& ratios, const Ratios& factors)
{
    std::size_t within = 0;
    for (std::size_t i = 0; i < ratios.size(); ++i)
        within += std::abs(ratios[i]) <= factors[i] + 1e-3 ? 1 : 0; // stored with four digits
    return ratios.empty() ? 0.0 : static_cast<double>(within) / static_cast<double>(ratios.size());
}

/// How far one predicted figure is off over the rows of a file.
struct Comparison {
    Ratios fitted;   ///< with the row in the fit, if it is a shipped one
    Ratios left_out; ///< with its publication left out
    Ratios factors;  ///< of the printed range of those

    /// Adds a row's figure to the comparison and to its result, if it was published.
    void add(nlohmann::ordered_json& result, const char* key, double published, double without)
    {
        if (!(published > 0.0))
            return;
        const double ratio = result[key].get<double>() / published;
        result["published"][key] = published;
        result["ratio"][key] = ratio;
        fitted.push_back(std::log(ratio));
        if (!(without > 0.0))
            return;
        result["left_out_ratio"][key] = without / published;
        left_out.push_back(std::log(without / published));
        const double high = result[key + std::string("_range")]["high"].get<double>();
        factors.push_back(std::log(high / result[key].get<double>()));
    }

    nlohmann::ordered_json summary() const
    {
        nlohmann::ordered_json s = {{"figures", fitted.size()},
                                    {"geometric_mean_ratio", geometric_mean(fitted)},
                                    {"share_within_3", share_within_3(fitted)}};
        if (!left_out.empty())
            s["left_out"] = {{"figures", left_out.size()},
                             {"geometric_mean_ratio", geometric_mean(left_out)},
                             {"share_within_3", share_within_3(left_out)},
                             {"share_in_range", share_within(left_out, factors)}};
        return s;
    }
};

struct Comparisons {
    Comparison energy;
    Comparison cycle;
    Comparison area;

    nlohmann::ordered_json add(const DatasheetRow& row)
    {
        nlohmann::ordered_json result = predict(row.sheet);
        energy.add(result, "tops_per_w", row.published.tops_per_w, row.left_out.tops_per_w);
        cycle.add(result, "cycle_ns", row.published.cycle_s * 1e9, row.left_out.cycle_s * 1e9);
        area.add(result, "area_mm2", row.published.area_m2 * 1e6, 0.0);
        return result;
    }
};

} // namespace

void PublishedFigures::fields(config::Visitor& v)
{
    v.real("tops_per_w", tops_per_w, {0, 1e9}, unit::none, "10^12 operations per joule; 0: none");
    v.real("cycle_ns", cycle_s, {0, 1e9}, unit::nanoseconds, "of one access; 0: none");
    v.real("area_mm2", area_m2, {0, 1e6}, unit::square_millimetres, "of the macro; 0: none");
}

void DatasheetRow::fields(config::Visitor& v)
{
    sheet.fields(v);
    v.section("published", published, "measured figures, to compare with");
    v.section("left_out", left_out, "predicted figures with the publication left out of the fit");
    v.text("publication", publication, "rows of one are left out together");
    v.text("source", source, "where sheet and figures were read");
}

void DatasheetRow::check(const config::Place& place) const { sheet.check(place); }

void DatasheetFile::fields(config::Visitor& v)
{
    v.text("schema", schema, "imcsim.datasheets/1");
    v.text("note", note, "what a reader should know");
    v.list("sheets", sheets, "one macro each", config::Presence::required);
}

void DatasheetFile::check(const config::Place& place) const
{
    if (!schema.empty() && schema != "imcsim.datasheets/1")
        place.fail("schema", fmt::format("must be 'imcsim.datasheets/1', got '{}'", schema));
    if (sheets.empty())
        place.fail("sheets", "holds no sheet, at least one is needed");
}

nlohmann::ordered_json predict_datasheets(const std::filesystem::path& file)
{
    nlohmann::json root = config::parse_json(read_file(file), file.string());
    const bool list = root.is_array();
    if (list)
        root = {{"sheets", std::move(root)}};
    Comparisons all;
    if (!root.contains("sheets"))
        return all.add(config::Document::parse(plain_row(root).dump(), file).read<DatasheetRow>());
    if (root["sheets"].is_array())
        for (auto& row : root["sheets"])
            row = plain_row(row);
    const auto read = config::Document::parse(root.dump(), file).read<DatasheetFile>();

    nlohmann::ordered_json results = nlohmann::ordered_json::array();
    for (const DatasheetRow& row : read.sheets)
        results.push_back(all.add(row));
    if (list)
        return results;
    return {
        {"schema", "imcsim.datasheet-results/1"},
        {"comparison",
         {{"tops_per_w", all.energy.summary()}, {"cycle_ns", all.cycle.summary()}, {"area_mm2", all.area.summary()}}},
        {"results", results}};
}

nlohmann::ordered_json compare_blind(const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".json")
            files.push_back(entry.path());
    std::ranges::sort(files);
    nlohmann::ordered_json blind = nlohmann::ordered_json::object();
    for (const auto& file : files)
        blind[file.stem()] = predict_datasheets(file).at("comparison");
    return blind;
}

std::string blind_text(const nlohmann::ordered_json& comparison)
{
    std::string text = fmt::format(
        "\nfrom data sheets alone (imcsim validate --datasheet): geometric mean of the ratio to the published figure "
        "and\n"
        "share within a factor of 3, of the fit, and of fits without the row's publication; share within their range\n"
        "{:<14} {:>10} {:>6} {:>7} {:>9} {:>7} {:>9}\n",
        "sheets", "", "ratio", "in 3", "left out", "in 3", "in range");
    constexpr std::pair<const char*, const char*> rows[] = {
        {"tops_per_w", "TOPS/W"}, {"cycle_ns", "cycles"}, {"area_mm2", "areas"}};
    for (const auto& [sheets, figures] : comparison.items())
        for (const auto& [key, label] : rows) {
            const auto& figure = figures.at(key);
            if (figure["figures"] == 0)
                continue;
            text += fmt::format("{:<14} {:>6} {:>3} {:>6.2f} {:>5.0f} %", label == rows[0].second ? sheets : "", label,
                                figure["figures"].get<int>(), figure["geometric_mean_ratio"].get<double>(),
                                100.0 * figure["share_within_3"].get<double>());
            if (figure.contains("left_out")) {
                const auto& left = figure["left_out"];
                text += fmt::format(" {:>9.2f} {:>5.0f} % {:>7.0f} %", left["geometric_mean_ratio"].get<double>(),
                                    100.0 * left["share_within_3"].get<double>(),
                                    100.0 * left["share_in_range"].get<double>());
            }
            text += "\n";
        }
    return text;
}

} // namespace imc::cli
