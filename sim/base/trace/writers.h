#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/trace.h"

namespace imc::trace
{

/// Chrome trace events, for ui.perfetto.dev: a process per tile, a thread per module inside it, arrows
/// for transfers. Times are cut to whole nanoseconds, the resolution of that program.
std::unique_ptr<Writer> make_perfetto_writer(const std::filesystem::path& file);

/// Value changes (IEEE 1364) for GTKWave: the module hierarchy as scopes, and for each module `busy`
/// (how many operations are under way) and `layer` (which one the last started belongs to). 1 fs steps.
std::unique_ptr<Writer> make_vcd_writer(const std::filesystem::path& file);

/// Energy bookings as rows start_fs, end_fs, component, category, phase, event, layer, count, energy_j.
/// A booking is divided among the time bins it covers (sim/base/trace/bins.h), and what is alike in a bin
/// is joined; a bin may have several rows of one kind. energy_j is a decimal with all its digits: the sum of the
/// column is the run's energy exactly, and the sum over a bin is its power.
std::unique_ptr<Writer> make_energy_csv_writer(const std::filesystem::path& file, Femtoseconds bin);

/// Spans and transfers as rows track, name, layer, start_fs, end_fs.
std::unique_ptr<Writer> make_span_csv_writer(const std::filesystem::path& file);

/// Packets as a case of `imcsim noc`, with the cycles they took as "results". `network` is the case's
/// other members, as the text of a JSON object ({"mesh": [4, 4], "router": {…}}).
std::unique_ptr<Writer> make_packet_writer(const std::filesystem::path& file, const std::string& network);

/// What --trace can name.
struct Kinds {
    bool perfetto = false;
    bool vcd = false;
    bool csv = false;
    bool packets = false;
};

/// Reads {"perfetto", "csv"}; throws ConfigError for a kind that does not exist.
Kinds parse_kinds(const std::vector<std::string>& names);

/// Attaches the writers asked for: trace.json, trace.vcd, trace.csv with spans.csv, packets.json below `directory`.
void attach_writers(Trace& trace, const Kinds& kinds, const std::filesystem::path& directory, Femtoseconds bin,
                    const std::string& network);

/// Removes the files of the kinds not asked for: what an earlier run left there is not about this one.
void remove_others(const Kinds& kinds, const std::filesystem::path& directory);

/// All digits of an energy in joules: "0.000000000001562500000".
std::string exact_joules(Energy energy);

} // namespace imc::trace
