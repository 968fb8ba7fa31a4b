#pragma once

#include "arch/config/costs/adc.h"

/// Converters that go through or compare with every level, and what all laws of converters share.
namespace imc
{

/// 2^b − 1 comparisons at once, and the ones among them counted by 2^b − 1 − b full adders in b − 1 levels (Wallace
/// tree). Sinangil, JSSC 2021 (7 nm, 0.8 V, 4 bits): 0.26 pJ and 60 µm² here, 0.18 pJ fitted and 50 µm² published.
ComponentCost flash_adc(const AdcQuery& query);

/// Single slope: 2^b comparisons one after another with a ramp that all columns share and that is not in here.
ComponentCost ramp_adc(const AdcQuery& query);

/// Current-controlled oscillator and counter, 300 ps per level at 14 nm and 0.8 V (Khaddam-Aljameh, VLSI 2021). Energy
/// per level and area: those of an 8-bit converter in the HERMES core, 29.4 pJ (fitted to its 10.5 TOPS/W, high) and
/// 1300 µm² (configs/macros/hermes_pcm_14nm.json); low: one of ZigZag-IMC's comparisons.
ComponentCost cco_adc(const AdcQuery& query);

/// A warning where a quantity is not between the values for which the law was stated.
void warn_outside(ComponentCost& cost, const char* what, double value, double low, double high);

} // namespace imc
