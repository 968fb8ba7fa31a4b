#include "sim/base/trace/writers.h"

#include <fmt/format.h>

#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"

namespace imc::trace
{

Kinds parse_kinds(const std::vector<std::string>& names)
{
    Kinds kinds;
    const std::pair<const char*, bool Kinds::*> table[] = {
        {"perfetto", &Kinds::perfetto},
        {"vcd", &Kinds::vcd},
        {"csv", &Kinds::csv},
        {"packets", &Kinds::packets},
    };
    for (const std::string& name : names) {
        std::vector<std::string> known;
        bool found = false;
        for (const auto& [kind, member] : table) {
            known.push_back(kind);
            if (name == kind)
                found = kinds.*member = true;
        }
        if (!found)
            throw ConfigError("--trace", fmt::format("there is no trace '{}'{} (perfetto, vcd, csv, packets)", name,
                                                     config::suggestion(name, known)));
    }
    return kinds;
}

void attach_writers(Trace& trace, const Kinds& kinds, const std::filesystem::path& directory, Femtoseconds bin,
                    const std::string& network)
{
    if (kinds.perfetto)
        trace.attach(make_perfetto_writer(directory / "trace.json"));
    if (kinds.vcd)
        trace.attach(make_vcd_writer(directory / "trace.vcd"));
    if (kinds.csv) {
        trace.attach(make_energy_csv_writer(directory / "trace.csv", bin));
        trace.attach(make_span_csv_writer(directory / "spans.csv"));
    }
    if (kinds.packets)
        trace.attach(make_packet_writer(directory / "packets.json", network));
}

void remove_others(const Kinds& kinds, const std::filesystem::path& directory)
{
    const std::pair<const char*, bool> files[] = {{"trace.json", kinds.perfetto},
                                                  {"trace.vcd", kinds.vcd},
                                                  {"trace.csv", kinds.csv},
                                                  {"spans.csv", kinds.csv},
                                                  {"packets.json", kinds.packets}};
    std::error_code ignored;
    for (const auto& [file, wanted] : files)
        if (!wanted)
            std::filesystem::remove(directory / file, ignored);
}

} // namespace imc::trace
