#pragma once

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "devices/crossbar/network.h"

namespace imc::test
{

/// Column currents of a linear crossbar by plain nodal analysis: every node an unknown (merged where a
/// resistance is 0), Gauss elimination with partial pivoting, in extended precision because a milliohm
/// beside a megohm costs a dozen digits. Slow, and shares nothing with the code under test.
class DenseNodal
{
public:
    DenseNodal(const Matrix<double>& g, const devices::Wires& w, std::vector<double> volts)
        : rows_(g.rows()), cols_(g.cols()), parent_(2 * rows_ * cols_ + rows_ + 1)
    {
        for (std::size_t n = 0; n < parent_.size(); ++n)
            parent_[n] = n;
        for (std::size_t i = 0; i < rows_; ++i) {
            join(source(i), row(i, 0), w.source_ohm);
            for (std::size_t j = 0; j < cols_; ++j) {
                if (j + 1 < cols_)
                    join(row(i, j), row(i, j + 1), w.wire_ohm);
                if (i + 1 < rows_)
                    join(column(i, j), column(i + 1, j), w.wire_ohm);
                if (g(i, j) > 0)
                    edges_.push_back({row(i, j), column(i, j), 1.0L / (1.0L / g(i, j) + w.access_ohm)});
            }
        }
        for (std::size_t j = 0; j < cols_; ++j) {
            if (w.sense_ohm > 0)
                edges_.push_back({column(rows_ - 1, j), ground(), 1.0L / w.sense_ohm});
            else
                grounded_.push_back(column(rows_ - 1, j));
        }
        solve(std::move(volts));
    }

    /// Sum of what flows into column j from its cells.
    std::vector<double> currents() const
    {
        std::vector<double> result(cols_);
        for (const Edge& e : edges_) {
            if (e.from < rows_ * cols_ && e.to >= rows_ * cols_ && e.to < 2 * rows_ * cols_)
                result[e.to % cols_] += static_cast<double>(e.siemens * (at(e.from) - at(e.to)));
        }
        return result;
    }

private:
    struct Edge {
        std::size_t from, to;
        long double siemens;
    };
    std::size_t row(std::size_t i, std::size_t j) const { return i * cols_ + j; }
    std::size_t column(std::size_t i, std::size_t j) const { return rows_ * cols_ + i * cols_ + j; }
    std::size_t source(std::size_t i) const { return 2 * rows_ * cols_ + i; }
    std::size_t ground() const { return 2 * rows_ * cols_ + rows_; }
    std::size_t root(std::size_t n) const { return parent_[n] == n ? n : root(parent_[n]); }
    void join(std::size_t a, std::size_t b, double ohm)
    {
        if (ohm > 0)
            edges_.push_back({a, b, 1.0L / ohm});
        else
            parent_[root(b)] = root(a);
    }
    long double at(std::size_t n) const { return volts_[root(n)]; }

    void solve(std::vector<double> drive)
    {
        const std::size_t count = parent_.size();
        std::vector<std::optional<double>> known(count);
        for (const std::size_t n : grounded_)
            known[root(n)] = 0.0;
        known[root(ground())] = 0.0;
        for (std::size_t i = 0; i < rows_; ++i)
            known[root(source(i))] = drive[i];
        std::vector<long> index(count, -1);
        long unknowns = 0;
        for (std::size_t n = 0; n < count; ++n)
            if (root(n) == n && !known[n])
                index[n] = unknowns++;
        Matrix<long double> a(unknowns, unknowns + 1);
        for (const Edge& e : edges_) {
            const std::size_t from = root(e.from), to = root(e.to);
            for (const auto& [p, q] : {std::pair(from, to), std::pair(to, from)}) {
                if (index[p] < 0)
                    continue;
                a(index[p], index[p]) += e.siemens;
                if (index[q] >= 0)
                    a(index[p], index[q]) -= e.siemens;
                else
                    a(index[p], unknowns) += e.siemens * *known[q];
            }
        }
        for (long k = 0; k < unknowns; ++k) {
            long best = k;
            for (long i = k + 1; i < unknowns; ++i)
                if (std::abs(a(i, k)) > std::abs(a(best, k)))
                    best = i;
            for (long j = 0; j <= unknowns; ++j)
                std::swap(a(k, j), a(best, j));
            for (long i = k + 1; i < unknowns; ++i)
                if (const long double f = a(i, k) / a(k, k); f != 0)
                    for (long j = k; j <= unknowns; ++j)
                        a(i, j) -= f * a(k, j);
        }
        volts_.assign(count, 0.0);
        std::vector<long double> x(unknowns);
        for (long k = unknowns; k-- > 0;) {
            long double sum = a(k, unknowns);
            for (long j = k + 1; j < unknowns; ++j)
                sum -= a(k, j) * x[j];
            x[k] = sum / a(k, k);
        }
        for (std::size_t n = 0; n < count; ++n)
            volts_[n] = known[n] ? static_cast<long double>(*known[n]) : index[n] >= 0 ? x[index[n]] : 0.0L;
    }

    std::size_t rows_, cols_;
    std::vector<std::size_t> parent_;
    std::vector<Edge> edges_;
    std::vector<std::size_t> grounded_;
    std::vector<long double> volts_;
};

} // namespace imc::test
