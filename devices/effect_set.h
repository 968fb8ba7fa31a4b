#pragma once

namespace imc::devices
{

/// Which of a device's effects take part. Those that the device does not have never do.
struct EffectSet {
    bool programming = true;
    bool relaxation = true;
    bool drift = true;
    bool read_noise = true;
    bool stuck_at = true;
    bool mismatch = true;
    bool columns = true;
    static EffectSet none() { return {false, false, false, false, false, false, false}; }
};

} // namespace imc::devices
