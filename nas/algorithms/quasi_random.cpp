#include "nas/algorithms/algorithm.h"
#include "nas/algorithms/halton.h"

namespace imc::nas
{

namespace
{

class QuasiRandom final : public Algorithm
{
public:
    explicit QuasiRandom(const Problem& problem) : Algorithm(problem), halton_(problem.space->slots(), problem.seed) {}

    std::optional<Proposal> ask() const override
    {
        RandomStream random = stream("nas.quasi_random");
        auto candidate = fresh(at_point(space(), halton_.point(trials_.size()), random), random);
        if (!candidate)
            return std::nullopt;
        return Proposal{std::move(*candidate), problem_.fidelities - 1};
    }

protected:
    void absorb(std::size_t) override {}

private:
    Halton halton_;
};

} // namespace

std::unique_ptr<Algorithm> make_quasi_random(const AlgorithmConfig&, const Problem& problem)
{
    return std::make_unique<QuasiRandom>(problem);
}

} // namespace imc::nas
