#pragma once

#include <functional>
#include <vector>

#include "nas/space/space.h"

namespace imc::nas
{

/// How a surrogate sees candidates: one distance per variable, groups of variables whose values can be counted as one
/// bag, and what is known of a candidate beforehand, as if it were a variable more.
class Features
{
public:
    using Known = std::function<double(const Candidate&)>;

    /// `known` are figures that cost no evaluation, such as a network's operations; they are seen as their rank among
    /// those of a random sample of the space, so that neither unit nor scale matters.
    explicit Features(const Space& space, std::vector<Known> known = {});

    /// Per slot: the unit coordinate of a number, the index of a category, the place of a permutation's item;
    /// then, per bag, the share of its variables that has each value; then the ranks of known figures, 0 to 1.
    std::vector<double> encode(const Candidate& candidate) const;

    std::size_t variables() const { return variables_.size(); }
    /// True if the variable's distance is 0 or 1 only.
    bool binary(std::size_t variable) const { return variables_[variable].kind == Kind::categorical; }
    /// Distances of two encoded candidates into out[variables()], each in [0, 1]: squared difference of
    /// numbers, mismatch of categories, mean displacement of a permutation's items. 1 if only one exists.
    void distances(const std::vector<double>& a, const std::vector<double>& b, double* out) const;

    /// Whether there are variables with the same values, like the operations of a network's nodes.
    bool has_bags() const { return !bags_.empty(); }
    /// Σ over values of a bag's share of it in a × its share in b, averaged over bags: similarity that does not
    /// ask where a value is used.
    double bag_similarity(const std::vector<double>& a, const std::vector<double>& b) const;

private:
    struct View {
        Kind kind;
        std::size_t slot;
        std::size_t width;
        double scale; ///< of a permutation's displacements
    };
    const Space& space_;
    std::vector<View> variables_;
    struct Bag {
        std::vector<const Variable*> members;
        std::size_t values;
    };
    std::vector<Bag> bags_;
    std::size_t bags_end_ = 0; ///< of a code
    struct Figure {
        Known value;
        std::vector<double> sorted; ///< of the sample
    };
    std::vector<Figure> known_;
};

} // namespace imc::nas
