#pragma once

namespace imc::devices
{

/// A cell's current and its derivative at one voltage.
struct CellPoint {
    double current_a;
    double slope_s;
};

/// Current through a cell over its voltage; must be strictly increasing, with 0 at 0 V.
class CellLaw
{
public:
    virtual ~CellLaw() = default;
    /// The bare cell of low-field conductance `g` at `v` volts.
    virtual CellPoint at(double g, double v) const = 0;
    /// The cell in series with `ohm`; the inner node is solved for exactly.
    CellPoint behind(double ohm, double g, double v) const;
};

/// I = G·sinh(a·v)/a, so that G is the slope at 0 V.
class SinhCell final : public CellLaw
{
public:
    explicit SinhCell(double a_per_v);
    CellPoint at(double g, double v) const override;

private:
    double a_;
};

/// I = G·v + b·v² + c·v³, where b and c are polynomials of log10(G in siemens) (Milo et al., IRPS 2021, as
/// fitted in CrossSim's RRAM_Milo.py; for 0 ≤ v ≤ 0.5 V). Odd-symmetric for v < 0.
class CubicCell final : public CellLaw
{
public:
    /// Coefficients in descending powers, as published.
    CubicCell(const double (&square)[4], const double (&cube)[3]);
    CellPoint at(double g, double v) const override;

private:
    double square_[4];
    double cube_[3];
};

} // namespace imc::devices
