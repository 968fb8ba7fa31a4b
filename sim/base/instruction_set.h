#pragma once

namespace imc
{

/// Vector instructions that inner loops have variants for. Every variant gives the same bits.
enum class InstructionSet { baseline, avx2, avx512 };

/// The widest set that variants may use beside what the host has: that of the environment variable IMCSIM_KERNELS
/// (baseline, avx2 or avx512; to compare them), else avx512. Throws ConfigError for any other value.
InstructionSet widest_instruction_set();

} // namespace imc
