#pragma once

#include "arch/macro/macro.h"

namespace imc
{

/// What the families with a converter at every result column have in common: drive and integrate, convert, read out;
/// a read follows when the conversion of the one before is out.
class PerColumnMacro : public Macro
{
public:
    PerColumnMacro(const MacroConfig& config, const MacroCosts& costs) : Macro(config, costs) {}

    MacroCapability capability() const override;
    std::vector<ComponentArea> area() const override;

protected:
    MacroSchedule mvm_schedule(const MvmOperation& operation, const Clock& clock) const override;
    std::vector<MacroEvent> mvm_counts(const MvmOperation& operation) const override;
};

} // namespace imc
