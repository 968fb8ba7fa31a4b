#pragma once

#include "arch/config/chip.h"
#include "arch/program/program.h"
#include "sim/mapping/mapping.h"

namespace imc::mapping
{

/// What one firing of a part does, as amounts.
class PartWork
{
public:
    PartWork(const Mapping& mapping, const Graph& graph, const ChipConfig& chip, const PrecisionOptions& precision,
             const Options& options);

    /// Sources, sinks and vector work.
    program::Work of_vector(const Part& part) const;
    /// Arrays; with `finish` also what happens to the complete result.
    program::Work of_arrays(const Part& part, bool finish) const;
    /// What happens to the result once partial sums and joined operands are there; additions of partners'
    /// partial sums are not included.
    program::Work of_post(const Part& part) const;

private:
    void add_vector_work(const Part& part, program::Work& work) const;
    void add_macros(const Part& part, program::Work& work) const;
    /// Distinct rows of the contraction that the arrays [begin, end) of the part, counted in array order, read.
    std::int64_t distinct_rows(const Part& part, std::int64_t begin, std::int64_t end) const;

    const Mapping& mapping_;
    const Graph& graph_;
    const ChipConfig& chip_;
    const PrecisionOptions& precision_;
    const Options& options_;
};

} // namespace imc::mapping
