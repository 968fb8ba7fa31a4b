#include "devices/crossbar/transfer_cache.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/base/files.h"

namespace imc::devices
{

namespace
{

/// Part of every name: a change of what the solver does to the last bit must change it.
constexpr std::uint64_t version = 1;

/// Two 64-bit sums of one pass: multiply and rotate (as MurmurHash3's mixing, Appleby 2016), with different constants.
class Hash
{
public:
    void add(std::uint64_t word)
    {
        a_ = (std::rotl(a_ ^ word, 29)) * 0x9fb21c651e98df25ull;
        b_ = (std::rotl(b_ + word, 37)) * 0xc4ceb9fe1a85ec53ull + 0x52dce729ull;
    }
    void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
    std::string text() const { return fmt::format("{:016x}{:016x}", mixed(a_), mixed(b_)); }
    std::uint64_t sum() const { return mixed(a_) ^ mixed(b_); }

private:
    static std::uint64_t mixed(std::uint64_t x)
    {
        x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdull;
        x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ull;
        return x ^ (x >> 33);
    }
    std::uint64_t a_ = 0x243f6a8885a308d3ull, b_ = 0x13198a2e03707344ull;
};

std::string name_of(std::uint64_t what, const Matrix<double>& g, const Wires& w)
{
    Hash hash;
    for (const std::uint64_t word : {version + what, std::uint64_t{g.rows()}, std::uint64_t{g.cols()}})
        hash.add(word);
    for (const double r : {w.wire_ohm, w.source_ohm, w.sense_ohm, w.access_ohm})
        hash.add(r);
    for (const double x : g.flat())
        hash.add(x);
    return hash.text();
}

std::uint64_t check_sum(const Matrix<double>& m)
{
    Hash hash;
    for (const double x : m.flat())
        hash.add(x);
    return hash.sum();
}

std::optional<Matrix<double>> read(const std::filesystem::path& file, std::size_t rows, std::size_t columns)
{
    if (!std::filesystem::exists(file))
        return std::nullopt;
    const std::string text = read_file(file);
    Matrix<double> m(rows, columns);
    std::uint64_t sum = 0;
    if (text.size() != sizeof sum + m.size() * sizeof(double))
        return std::nullopt;
    std::memcpy(&sum, text.data(), sizeof sum);
    std::memcpy(m.data(), text.data() + sizeof sum, m.size() * sizeof(double));
    return sum == check_sum(m) ? std::optional(std::move(m)) : std::nullopt;
}

// What a file holds; part of its name.
constexpr std::uint64_t transfers = 0, voltages = 1ull << 32;

/// `make()`, of one number per cell, unless it is kept.
template <class Make>
Matrix<double> kept_or_made(std::uint64_t what, const Matrix<double>& conductance_s, const Wires& wires,
                            const std::filesystem::path& cache, const Make& make)
{
    if (cache.empty())
        return make();
    const std::string name = name_of(what, conductance_s, wires);
    const std::filesystem::path folder = cache / name.substr(0, 2), file = folder / name;
    if (auto kept = read(file, conductance_s.rows(), conductance_s.cols()))
        return std::move(*kept);
    Matrix<double> made = make();
    const std::uint64_t sum = check_sum(made);
    std::string text(sizeof sum + made.size() * sizeof(double), '\0');
    std::memcpy(text.data(), &sum, sizeof sum);
    std::memcpy(text.data() + sizeof sum, made.data(), made.size() * sizeof(double));
    make_directory(folder);
    write_file(file, text);
    return made;
}

} // namespace

Matrix<double> transfer_matrix(const Matrix<double>& conductance_s, const Wires& wires,
                               const std::filesystem::path& cache)
{
    return kept_or_made(transfers, conductance_s, wires, cache, [&] { return transfer_matrix(conductance_s, wires); });
}

Sensitivity column_sensitivity(const Matrix<double>& conductance_s, const Wires& wires, const Matrix<double>& transfer,
                               const std::filesystem::path& cache)
{
    const std::vector<double> ones(conductance_s.rows(), 1.0);
    return column_sensitivity(conductance_s, wires, transfer, kept_or_made(voltages, conductance_s, wires, cache, [&] {
                                  return cell_voltages(conductance_s, wires, ones);
                              }));
}

} // namespace imc::devices
