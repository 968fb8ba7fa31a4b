#include "nas/surrogate/gaussian_process.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace imc::nas
{

namespace
{

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using Index = Eigen::Index;

Index index(std::size_t i) { return static_cast<Index>(i); }

constexpr double prior_deviation = 1.5; ///< of the logarithm of every hyperparameter
constexpr double jitter = 1e-8;

} // namespace

struct GaussianProcess::State {
    const Features& features;
    std::size_t d;
    /// Logarithms of θ (d), a (d), b, c, noise variance; their prior means.
    Vector parameters, prior;

    // After condition().
    Codes codes;
    double offset = 0.0, scale = 1.0;
    Eigen::LLT<Matrix> factor{Matrix::Identity(1, 1)}; ///< never uninitialised: it is copied before it is used
    Vector weights;

    explicit State(const Features& f) : features(f), d(f.variables()), prior(index(2 * d + 3))
    {
        const auto n = static_cast<double>(d);
        for (std::size_t i = 0; i < d; ++i) {
            prior[index(i)] = std::log((f.binary(i) ? 2.0 : 8.0) / std::max(n, 2.0));
            prior[index(d + i)] = std::log(0.5 / n);
        }
        prior[index(2 * d)] = std::log(0.5);
        prior[index(2 * d + 1)] = std::log(f.has_bags() ? 0.5 : 1e-12);
        prior[index(2 * d + 2)] = std::log(1e-3);
        parameters = prior;
    }

    /// Standardises in place.
    void standardise(Vector& y)
    {
        offset = y.mean();
        scale = std::sqrt((y.array() - offset).square().mean());
        if (!(scale > 0))
            scale = 1;
        y = (y.array() - offset) / scale;
    }

    struct Pairs {
        std::vector<Matrix> distance; ///< per variable
        Matrix bag;
    };

    Pairs pairs(const Codes& a) const
    {
        const Index n = index(a.size());
        Pairs p{std::vector<Matrix>(d, Matrix(n, n)), Matrix(n, n)};
        std::vector<double> out(d);
        for (Index i = 0; i < n; ++i)
            for (Index j = 0; j <= i; ++j) {
                features.distances(a[static_cast<std::size_t>(i)], a[static_cast<std::size_t>(j)], out.data());
                for (std::size_t k = 0; k < d; ++k)
                    p.distance[k](i, j) = p.distance[k](j, i) = out[k];
                p.bag(i, j) = p.bag(j, i) =
                    features.bag_similarity(a[static_cast<std::size_t>(i)], a[static_cast<std::size_t>(j)]);
            }
        return p;
    }

    /// Log posterior and its gradient.
    double posterior(const Pairs& p, const Vector& y, Vector& gradient) const
    {
        const Index n = y.size();
        Matrix exponent = Matrix::Zero(n, n);
        std::vector<Matrix> main(d);
        for (std::size_t i = 0; i < d; ++i) {
            const double theta = std::exp(parameters[index(i)]);
            exponent += theta * p.distance[i];
            if (features.binary(i))
                main[i] = 1 - p.distance[i].array();
            else
                main[i] = (-theta * p.distance[i].array()).exp();
        }
        const Matrix product = std::exp(parameters[index(2 * d)]) * (-exponent.array()).exp().matrix();
        const double bag = std::exp(parameters[index(2 * d + 1)]), noise = std::exp(parameters[index(2 * d + 2)]);
        Matrix k = product + bag * p.bag;
        for (std::size_t i = 0; i < d; ++i)
            k += std::exp(parameters[index(d + i)]) * main[i];
        k.diagonal().array() += noise + jitter;
        const Eigen::LLT<Matrix> llt(k);
        if (llt.info() != Eigen::Success)
            return -INFINITY;
        const Vector alpha = llt.solve(y);
        const Vector from_prior = (parameters - prior) / prior_deviation;
        const double log_determinant = 2 * llt.matrixLLT().diagonal().array().log().sum();
        const double value = -0.5 * y.dot(alpha) - 0.5 * log_determinant -
                             0.5 * static_cast<double>(n) * std::log(2 * std::numbers::pi) -
                             0.5 * from_prior.squaredNorm();
        const Matrix w = alpha * alpha.transpose() - llt.solve(Matrix::Identity(n, n));
        const auto slope = [&](const auto& derivative) { return 0.5 * (w.array() * derivative).sum(); };
        for (std::size_t i = 0; i < d; ++i) {
            const double theta = std::exp(parameters[index(i)]), a = std::exp(parameters[index(d + i)]);
            double by_theta = slope(-theta * p.distance[i].array() * product.array());
            if (!features.binary(i))
                by_theta += slope(-theta * a * p.distance[i].array() * main[i].array());
            gradient[index(i)] = by_theta;
            gradient[index(d + i)] = slope(a * main[i].array());
        }
        gradient[index(2 * d)] = slope(product.array());
        gradient[index(2 * d + 1)] = slope(bag * p.bag.array());
        gradient[index(2 * d + 2)] = 0.5 * noise * w.trace();
        gradient -= from_prior / prior_deviation;
        return value;
    }

    /// Kernel between new codes (columns) and the conditioned ones (rows), and of the new ones with themselves.
    void cross(const Codes& fresh, Matrix& k, Vector& self) const
    {
        Vector theta = parameters.head(index(d)).array().exp(),
               a = parameters.segment(index(d), index(d)).array().exp();
        const double b = std::exp(parameters[index(2 * d)]), c = std::exp(parameters[index(2 * d + 1)]);
        std::vector<double> distance(d);
        const auto kernel = [&](const std::vector<double>& x, const std::vector<double>& y) {
            features.distances(x, y, distance.data());
            double exponent = 0, sum = 0;
            for (std::size_t i = 0; i < d; ++i) {
                const double scaled = theta[index(i)] * distance[i];
                exponent += scaled;
                sum += a[index(i)] * (features.binary(i) ? 1 - distance[i] : std::exp(-scaled));
            }
            return sum + b * std::exp(-exponent) + (features.has_bags() ? c * features.bag_similarity(x, y) : 0);
        };
        k.resize(index(codes.size()), index(fresh.size()));
        self.resize(index(fresh.size()));
        for (Index j = 0; j < k.cols(); ++j) {
            const auto& x = fresh[static_cast<std::size_t>(j)];
            self[j] = kernel(x, x);
            for (Index i = 0; i < k.rows(); ++i)
                k(i, j) = kernel(codes[static_cast<std::size_t>(i)], x);
        }
    }
};

GaussianProcess::GaussianProcess(const Features& features) : state_(std::make_unique<State>(features)) {}
GaussianProcess::~GaussianProcess() = default;
GaussianProcess::GaussianProcess(GaussianProcess&&) noexcept = default;
GaussianProcess& GaussianProcess::operator=(GaussianProcess&&) noexcept = default;
GaussianProcess::GaussianProcess(const GaussianProcess& other) : state_(std::make_unique<State>(*other.state_)) {}

double GaussianProcess::fit(const Codes& codes, const std::vector<double>& values, int iterations)
{
    State& s = *state_;
    Vector y = Eigen::Map<const Vector>(values.data(), index(values.size()));
    s.standardise(y);
    const State::Pairs pairs = s.pairs(codes);

    // iRprop−: a step per parameter that grows while the slope keeps its sign and shrinks when it turns.
    Vector gradient(s.parameters.size()), previous = Vector::Zero(s.parameters.size());
    Vector step = Vector::Constant(s.parameters.size(), 0.2);
    Vector best = s.parameters;
    double best_value = -INFINITY;
    for (int i = 0; i < iterations; ++i) {
        const double value = s.posterior(pairs, y, gradient);
        if (value > best_value) {
            best_value = value;
            best = s.parameters;
        }
        if (!std::isfinite(value))
            break;
        for (Index k = 0; k < gradient.size(); ++k) {
            const double turn = gradient[k] * previous[k];
            step[k] = std::clamp(step[k] * (turn > 0 ? 1.2 : turn < 0 ? 0.5 : 1.0), 1e-3, 1.0);
            if (turn < 0)
                gradient[k] = 0;
            s.parameters[k] += gradient[k] > 0 ? step[k] : gradient[k] < 0 ? -step[k] : 0.0;
            s.parameters[k] = std::clamp(s.parameters[k], s.prior[k] - 10, s.prior[k] + 10);
        }
        previous = gradient;
    }
    s.parameters = best;
    return best_value - static_cast<double>(values.size()) * std::log(s.scale);
}

void GaussianProcess::condition(const Codes& codes, const std::vector<double>& values)
{
    State& s = *state_;
    Vector y = Eigen::Map<const Vector>(values.data(), index(values.size()));
    s.standardise(y);
    s.codes = codes;
    Matrix k;
    Vector self;
    s.cross(codes, k, self);
    // A kernel matrix that is singular to rounding gets as much noise as it needs.
    for (double noise = std::exp(s.parameters[index(2 * s.d + 2)]) + jitter;; noise *= 10) {
        Matrix noisy = k;
        noisy.diagonal().array() += noise;
        s.factor.compute(noisy);
        if (s.factor.info() == Eigen::Success || noise > 1e3)
            break;
    }
    s.weights = s.factor.solve(y);
}

std::vector<GaussianProcess::Prediction> GaussianProcess::predict(const Codes& codes) const
{
    if (codes.empty())
        return {};
    const State& s = *state_;
    Matrix k;
    Vector self;
    s.cross(codes, k, self);
    const Vector mean = k.transpose() * s.weights;
    s.factor.matrixL().solveInPlace(k);
    const Vector variance = self - k.colwise().squaredNorm().transpose();
    std::vector<Prediction> predictions;
    for (Index i = 0; i < mean.size(); ++i)
        predictions.push_back({s.offset + s.scale * mean[i], s.scale * std::sqrt(std::max(variance[i], 1e-12))});
    return predictions;
}

} // namespace imc::nas
