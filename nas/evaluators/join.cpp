#include "nas/evaluators/join.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace imc::nas
{

namespace
{

/// Metrics of the parts one after another. A part may add metrics while a study is made ready, so that the
/// list here says of each metric whose it is and which.
class JoinEvaluator final : public Evaluator
{
public:
    struct Part {
        std::string prefix;
        std::unique_ptr<Evaluator> evaluator;
    };

    explicit JoinEvaluator(std::vector<Part> parts) : parts_(std::move(parts))
    {
        for (std::size_t p = 0; p < parts_.size(); ++p)
            for (std::size_t m = 0; m < parts_[p].evaluator->metrics().size(); ++m)
                add(p, m);
    }

    const std::vector<std::string>& metrics() const override { return metrics_; }

    std::optional<std::size_t> find(std::string_view name) override
    {
        if (const auto known = Evaluator::find(name))
            return known;
        for (std::size_t p = 0; p < parts_.size(); ++p)
            if (name.starts_with(parts_[p].prefix))
                if (const auto metric = parts_[p].evaluator->find(name.substr(parts_[p].prefix.size())))
                    return add(p, *metric);
        return std::nullopt;
    }

    bool known(std::size_t metric) const override { return part(metric).known(at_[metric].metric); }
    double peek(std::size_t metric, const Candidate& c) const override
    {
        return part(metric).peek(at_[metric].metric, c);
    }
    bool costly(std::size_t metric) const override { return part(metric).costly(at_[metric].metric); }

    bool isolated() const override
    {
        return std::any_of(parts_.begin(), parts_.end(), [](const Part& p) { return p.evaluator->isolated(); });
    }

    std::string version() const override
    {
        std::string text;
        for (const Part& p : parts_)
            text += (text.empty() ? "" : " + ") + p.evaluator->version();
        return text;
    }

    std::string cost_set() const override
    {
        std::string text;
        for (const Part& p : parts_)
            text += p.evaluator->cost_set();
        return text;
    }

    std::vector<double> evaluate(const Request& request) const override
    {
        std::vector<std::vector<double>> values;
        for (std::size_t p = 0; p < parts_.size(); ++p) {
            Request r = request;
            if (!request.directory.empty() && parts_[p].evaluator->isolated()) {
                r.directory = request.directory / std::to_string(p);
                make_directory(r.directory);
            }
            values.push_back(parts_[p].evaluator->evaluate(r));
            if (values.back().size() != parts_[p].evaluator->metrics().size())
                throw RunError(fmt::format("part {} gave {} values instead of {}", p, values.back().size(),
                                           parts_[p].evaluator->metrics().size()));
        }
        std::vector<double> joined;
        for (const Place& at : at_)
            joined.push_back(values[at.part][at.metric]);
        return joined;
    }

    const std::vector<Part>& parts() const { return parts_; }

private:
    struct Place {
        std::size_t part, metric;
    };

    std::size_t add(std::size_t p, std::size_t metric)
    {
        at_.push_back({p, metric});
        metrics_.push_back(parts_[p].prefix + parts_[p].evaluator->metrics()[metric]);
        return at_.size() - 1;
    }

    const Evaluator& part(std::size_t metric) const { return *parts_[at_[metric].part].evaluator; }

    std::vector<Part> parts_;
    std::vector<Place> at_;
    std::vector<std::string> metrics_;
};

struct PartConfig {
    std::string prefix;
    std::unique_ptr<EvaluatorConfig> evaluator;

    void fields(config::Visitor& v)
    {
        v.text("prefix", prefix, "put before the names of its metrics, where two parts have metrics of one name");
        v.variant("type", evaluator, evaluator_families(), "what evaluates this part", config::Presence::required);
    }
};

struct JoinConfig final : EvaluatorConfig {
    std::vector<PartConfig> parts;

    const char* family() const override { return "join"; }

    void fields(config::Visitor& v) override
    {
        // Evaluators inside evaluators: a listing of the format ends here.
        if (!v.describing())
            v.list("parts", parts, "evaluators, each with all the keys of its type", config::Presence::required);
    }

    std::unique_ptr<Evaluator> make(Space& space, const config::Place& place) const override
    {
        if (parts.empty())
            place.fail("parts", "must have at least one evaluator");
        std::vector<JoinEvaluator::Part> made;
        std::vector<std::string> names;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const std::string key = fmt::format("parts[{}]", i);
            made.push_back({parts[i].prefix, parts[i].evaluator->make(space, {place.file, place.path + "." + key})});
            for (const std::string& metric : made.back().evaluator->metrics()) {
                const std::string name = parts[i].prefix + metric;
                if (std::find(names.begin(), names.end(), name) != names.end())
                    place.fail(key + ".prefix", fmt::format("an earlier part has a metric '{}' too: give this part "
                                                            "a prefix",
                                                            name));
                names.push_back(name);
            }
        }
        return std::make_unique<JoinEvaluator>(std::move(made));
    }
};

} // namespace

std::unique_ptr<EvaluatorConfig> make_join_config() { return std::make_unique<JoinConfig>(); }

std::vector<const Evaluator*> parts_of(const Evaluator& evaluator)
{
    const auto* join = dynamic_cast<const JoinEvaluator*>(&evaluator);
    if (!join)
        return {&evaluator};
    std::vector<const Evaluator*> all;
    for (const JoinEvaluator::Part& part : join->parts())
        for (const Evaluator* inner : parts_of(*part.evaluator))
            all.push_back(inner);
    return all;
}

} // namespace imc::nas
