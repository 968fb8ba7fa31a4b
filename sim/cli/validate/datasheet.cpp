#include "sim/cli/validate/datasheet.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <numeric>
#include <string>
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
    const int each = columns_per_weight(config, sheet.stored_bits());
    int weights = config.columns / each;
    // One access: every converter converts once per slice and per bit that is converted apart.
    if (config.family == MacroFamily::analog_current && sheet.adc_count > 0)
        weights = std::clamp(config.adcs * config.merged_columns / each, 1, weights);
    MvmOperation op;
    op.rows = config.active_rows > 0 ? config.active_rows : config.rows;
    op.columns = weights * each;
    op.input_bits = sheet.input_bits;
    op.signed_input = config.input.signed_input == SignedInput::signed_pulse;

    const Clock fine(1);
    const double cycle = fine.seconds(macro->schedule(op, fine).interval);
    nlohmann::ordered_json models = nlohmann::ordered_json::object();
    double energy = macro->leakage_w() * cycle;
    double low = energy;
    double high = energy;
    for (const MacroEvent& event : macro->counts(op)) {
        const double joules = (event.event.unit * event.count).joules();
        const CostRange range = energy_range(macro->costs(), event.event);
        energy += joules;
        low += joules * range.low;
        high += joules * range.high;
        const std::string component(name_of(event.event.component));
        const double before = models.contains(component) ? models[component]["energy_pj"].get<double>() : 0.0;
        models[component] = {
            {"model", event.event.model}, {"energy_pj", before + joules * 1e12}, {"citation", event.event.citation}};
    }
    const double operations = 2.0 * op.rows * weights;
    return {{"schema", "imcsim.datasheet-result/1"},
            {"name", sheet.name},
            {"family", config.family_name()},
            {"tops_per_w", operations / energy * 1e-12},
            {"tops_per_w_range", {{"low", operations / high * 1e-12}, {"high", operations / low * 1e-12}}},
            {"tops", operations / cycle * 1e-12},
            {"cycle_ns", cycle * 1e9},
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

/// Each macro's ratio after all predictions were multiplied by the factor that fits the others best.
Ratios leave_one_out(const Ratios& ratios)
{
    Ratios left;
    const double sum = std::accumulate(ratios.begin(), ratios.end(), 0.0);
    if (ratios.size() > 1)
        for (const double ratio : ratios)
            left.push_back(ratio - (sum - ratio) / static_cast<double>(ratios.size() - 1));
    return left;
}

nlohmann::ordered_json summary(const Ratios& ratios)
{
    const auto within = std::ranges::count_if(ratios, [](double r) { return std::abs(r) <= std::log(3.0); });
    return {
        {"figures", ratios.size()},
        {"geometric_mean_ratio", geometric_mean(ratios)},
        {"leave_one_out_ratio", geometric_mean(leave_one_out(ratios))},
        {"share_within_3", ratios.empty() ? 0.0 : static_cast<double>(within) / static_cast<double>(ratios.size())}};
}

} // namespace

void PublishedFigures::fields(config::Visitor& v)
{
    v.real("tops_per_w", tops_per_w, {0, 1e9}, unit::none, "10^12 operations per joule; 0: none");
    v.real("cycle_ns", cycle_s, {0, 1e9}, unit::nanoseconds, "of one access; 0: none");
}

void DatasheetRow::fields(config::Visitor& v)
{
    sheet.fields(v);
    v.section("published", published, "measured figures, to compare with");
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
}

nlohmann::ordered_json predict_datasheets(const std::filesystem::path& file)
{
    nlohmann::json root = config::parse_json(read_file(file), file.string());
    const bool list = root.is_array();
    if (list)
        root = {{"sheets", std::move(root)}};
    if (!root.contains("sheets"))
        return predict(config::Document::parse(plain_row(root).dump(), file).read<DatasheetRow>().sheet);
    if (root["sheets"].is_array())
        for (auto& row : root["sheets"])
            row = plain_row(row);
    const auto read = config::Document::parse(root.dump(), file).read<DatasheetFile>();

    nlohmann::ordered_json results = nlohmann::ordered_json::array();
    Ratios energy;
    Ratios cycle;
    for (const DatasheetRow& row : read.sheets) {
        nlohmann::ordered_json result = predict(row.sheet);
        const auto compare = [&](const char* key, double published, Ratios& ratios) {
            if (!(published > 0.0))
                return;
            const double ratio = result[key].get<double>() / published;
            result["published"][key] = published;
            result["ratio"][key] = ratio;
            ratios.push_back(std::log(ratio));
        };
        compare("tops_per_w", row.published.tops_per_w, energy);
        compare("cycle_ns", row.published.cycle_s * 1e9, cycle);
        results.push_back(std::move(result));
    }
    if (list)
        return results;
    return {{"schema", "imcsim.datasheet-results/1"},
            {"comparison", {{"tops_per_w", summary(energy)}, {"cycle_ns", summary(cycle)}}},
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
        "\nfrom data sheets alone (imcsim validate --datasheet): geometric mean of the ratio to the published figure;\n"
        "the same of each macro after a factor fitted to the others; share within a factor of 3\n{:<16}",
        "sheets");
    for (const char* figure : {"TOPS/W", "cycles"})
        text += fmt::format(" {:>7} {:>6} {:>8} {:>9}", figure, "ratio", "left out", "within 3");
    text += "\n";
    for (const auto& [sheets, figures] : comparison.items()) {
        text += fmt::format("{:<16}", sheets);
        for (const char* key : {"tops_per_w", "cycle_ns"}) {
            const auto& figure = figures.at(key);
            text +=
                fmt::format(" {:>7} {:>6.2f} {:>8.2f} {:>7.0f} %", figure["figures"].get<int>(),
                            figure["geometric_mean_ratio"].get<double>(), figure["leave_one_out_ratio"].get<double>(),
                            100.0 * figure["share_within_3"].get<double>());
        }
        text += "\n";
    }
    return text;
}

} // namespace imc::cli
