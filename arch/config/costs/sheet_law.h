#pragma once

#include <array>
#include <vector>

namespace imc
{

/// What decides how a macro computes. Charge: SRAM and eDRAM with converters, by charge or by current on bit lines.
enum class SheetClass { digital, charge, rram, pcm, mram, flash };

/// What the laws see of a macro's data sheet.
struct SheetPoint {
    SheetClass kind = SheetClass::charge;
    double node_nm = 28.0;
    double supply_v = 0.9;
    double rows = 128.0;     ///< driven at a time
    double input_bits = 8.0; ///< for the time of digital macros the passes, one of each slice of the input
    double weight_bits = 8.0;
    double adc_bits = 5.0; ///< digital: of no effect
    double phases = 1.0;   ///< reads of one access
};

/// A predicted figure; 80 % of published macros that the fit did not see lie within [value / factor, value × factor].
struct SheetFigure {
    double value = 0.0;
    double factor = 1.0;
};

/// Energy per multiply-accumulate and time of one access, of the median published macro with such a sheet. Both are
/// a power law plus a correction from similar macros, in logarithms:
///
/// * Physics, fixed: energy ∝ V², digital energy ∝ inputs' bits × (weights' bits + 2), the mean width of an adder tree.
///   Conducting cells take supplies above 1.8 V as 1.8 V: more is for programming. Energy and time ∝ phases: each is a
///   read with its conversions (HERMES: 3.94 times the energy and 3.92 times the time in four).
/// * Physics in form, exponents fitted: capacitance and gate delay with the node (expected exponent 1; digital energy
///   falls slower below 28 nm, where fins replace width, and faster above); delay with the overdrive over the node's
///   nominal supply, sqrt(0.75² + (0.0095 nm)²) V (0.8 at 28 nm, 0.97 at 65, 1.4 at 130), expected exponent −2;
///   converters' energy per bit; time of charge macros ∝ inputs' bits + (rows / 96)^1.35 (serial inputs, long lines).
/// * Not in it: columns per converter, for a published access is one conversion by each converter (fitted, its exponent
///   comes out negative), and bits of the input at a time (comes out at 0.05 to 0.15); neither lowers left-out errors.
/// * Statistics: the other exponents, and the correction, a Gaussian process over node, rows and bits of the published
///   macros of the same class that fades with the distance from them. It knows of no supply and no converter.
///
/// All coefficients are fitted together by scripts/studies/datasheet_fit.py to configs/datasheets, with expected values
/// and their deviations as priors and Student's t against outliers; it prints in-sample and left-out errors.
///
/// Law and correction together are made monotone on a grid (mean of the least monotone function above and the greatest
/// below): energy never falls with node or bits, time never with node, rows or inputs' bits; through the law alone
/// energy rises with supply and converter bits, time falls with supply and rises with converter bits.
SheetFigure sheet_mac_energy(const SheetPoint& point);
SheetFigure sheet_access_time(const SheetPoint& point);

/// A published macro and its weight in the correction.
struct SheetNeighbour {
    SheetClass kind;
    double node_nm;
    double rows;
    double input_bits;
    double weight_bits;
    double weight;
};

/// Coefficients as datasheet_fit.py writes them.
struct SheetFit {
    std::array<double, 6> offsets; ///< by class; energy in ln fJ, time in ln ns
    std::vector<double> slopes;    ///< of the terms of the law, in their order there
    std::array<double, 4> lengths; ///< of the correction in ln node, rows, input bits and weight bits
    std::array<double, 3> spread;  ///< digital, charge, conducting: 80 % of left-out ratios are below
    std::vector<SheetNeighbour> neighbours;
};
const SheetFit& energy_fit();
const SheetFit& time_fit();

} // namespace imc
