#pragma once

#include <algorithm>
#include <filesystem>

#include "nas/evaluators/evaluator.h"
#include "nas/space/count.h"
#include "sim/base/config/document.h"
#include "tests/nas/search.h"

namespace imc::nas::test
{

/// The table of trained networks in `directory` ("macro" or "cora"), searched by error and cost and scored as
/// its README does: objectives normalised over the table, reference 1.1, share of the exact hypervolume.
class Table
{
public:
    Table(const std::filesystem::path& directory, const std::string& name, bool held_out)
    {
        const bool macro = name == "macro";
        const char* const variables_macro = R"([{"name":"b","type":"categorical","options":["0","1","2"],"count":8}])";
        const char* const variables_cora = R"([
            {"name":"link2","type":"categorical","options":["0","1"]},
            {"name":"link3","type":"categorical","options":["0","1","2"]},
            {"name":"link4","type":"categorical","options":["0","1","2","3"]},
            {"name":"op1","type":"categorical","options":["gat","gcn","gin","cheb","sage","arma","graph","fc","skip"]},
            {"name":"op2","type":"categorical","options":["gat","gcn","gin","cheb","sage","arma","graph","fc","skip"]},
            {"name":"op3","type":"categorical","options":["gat","gcn","gin","cheb","sage","arma","graph","fc","skip"]},
            {"name":"op4","type":"categorical","options":["gat","gcn","gin","cheb","sage","arma","graph","fc","skip"]}])";
        const char* const evaluator_macro = R"({"type":"table","file":"nas_bench_macro_cifar10.csv",
            "key":[{"column":"architecture","text":"{b[0]}{b[1]}{b[2]}{b[3]}{b[4]}{b[5]}{b[6]}{b[7]}"}]})";
        const char* const evaluator_cora =
            R"({"type":"table","file":"nas_bench_graph_cora.csv","missing":"inadmissible",
            "key":[{"column":"links","text":"0{link2}{link3}{link4}"},{"column":"op1","text":"{op1}"},
                   {"column":"op2","text":"{op2}"},{"column":"op3","text":"{op3}"},{"column":"op4","text":"{op4}"}]})";
        const auto document =
            config::Document::parse(std::string("{\"variables\":") + (macro ? variables_macro : variables_cora) +
                                        ",\"evaluator\":" + (macro ? evaluator_macro : evaluator_cora) + "}",
                                    directory / "study.json");
        auto study = document.read<Study>();
        space_ = std::make_unique<Space>(study.variables);
        evaluator_ = study.evaluator->make(*space_, {"", ""});
        const auto metric = [&](const std::string& column) {
            const auto& names = evaluator_->metrics();
            return static_cast<std::size_t>(std::find(names.begin(), names.end(), column) - names.begin());
        };
        const std::vector<std::size_t> all =
            macro ? std::vector{metric("test_accuracy_seed0_pct"), metric("test_accuracy_seed1_pct"),
                                metric("test_accuracy_seed2_pct")}
                  : std::vector{metric("valid_accuracy"), metric("test_accuracy")};
        seen_ = held_out ? std::vector{all[0]} : all;
        scored_ = held_out ? std::vector(all.begin() + 1, all.end()) : all;
        cost_ = metric(macro ? "flops" : "reported_latency_s");
        std::vector<Objectives> points;
        for_each_candidate(*space_, 10'000'000, [&](const Candidate& c) {
            points.push_back({error(c, scored_), evaluator_->peek(cost_, c)});
            return true;
        });
        low_ = high_ = points[0];
        for (const Objectives& p : points)
            for (std::size_t m = 0; m < 2; ++m) {
                low_[m] = std::min(low_[m], p[m]);
                high_[m] = std::max(high_[m], p[m]);
            }
        for (Objectives& p : points)
            p = normalised(p);
        exact_ = hypervolume(points, reference);
        networks_ = points.size();
    }

    std::size_t networks() const { return networks_; }

    /// Share of the exact hypervolume after 1, 2, … evaluations.
    std::vector<double> curve(const AlgorithmConfig& config, std::size_t budget, std::size_t window, bool cost_known,
                              std::uint64_t seed) const
    {
        Problem problem{space_.get(), 2, {}, budget, 1, seed};
        if (cost_known)
            problem.known = {nullptr, [this](const Candidate& c) { return evaluator_->peek(cost_, c); }};
        const auto done = search(
            config, problem,
            [&](const Candidate& c) {
                return Outcome{{error(c, seen_), evaluator_->peek(cost_, c)}, 0, false};
            },
            window);
        std::vector<double> shares;
        std::vector<Objectives> points;
        for (const auto& trial : done->trials()) {
            points.push_back(normalised({error(trial.candidate, scored_), evaluator_->peek(cost_, trial.candidate)}));
            shares.push_back(hypervolume(points, reference) / exact_);
        }
        return shares;
    }

private:
    struct Study {
        std::vector<VariableConfig> variables;
        std::unique_ptr<EvaluatorConfig> evaluator;
        struct Evaluator {
            std::unique_ptr<EvaluatorConfig>& config;
            void fields(config::Visitor& v) { v.variant("type", config, evaluator_families(), "kind"); }
        };
        void fields(config::Visitor& v)
        {
            v.list("variables", variables, "variables");
            Evaluator e{evaluator};
            v.section("evaluator", e, "evaluator");
        }
    };

    double error(const Candidate& c, const std::vector<std::size_t>& accuracies) const
    {
        double sum = 0;
        for (const std::size_t a : accuracies)
            sum += evaluator_->peek(a, c) / static_cast<double>(accuracies.size());
        return -sum;
    }

    Objectives normalised(const Objectives& p) const
    {
        return {(p[0] - low_[0]) / (high_[0] - low_[0]), (p[1] - low_[1]) / (high_[1] - low_[1])};
    }

    inline static const Objectives reference = {1.1, 1.1};
    std::unique_ptr<Space> space_;
    std::unique_ptr<Evaluator> evaluator_;
    std::vector<std::size_t> seen_, scored_;
    std::size_t cost_ = 0;
    Objectives low_, high_;
    double exact_ = 0;
    std::size_t networks_ = 0;
};

} // namespace imc::nas::test
