#include "nas/train/trainer.h"

#include <chrono>
#include <cmath>
#include <ctime>

#include <fmt/format.h>

#include "nas/train/evaluate.h"
#include "nas/train/insert_norms.h"
#include "nas/train/optimiser.h"
#include "nas/train/outputs.h"
#include "nas/train/torch_network.h"
#include "nas/train/training_data.h"
#include "nas/train/training_state.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "workloads/network.h"
#include "workloads/transform/fold_batch_norm.h"

namespace imc::training
{

namespace
{

Parameters copy_of(const Parameters& from)
{
    Parameters copy;
    const auto copy_map = [](const auto& source, auto& target) {
        for (const auto& [name, t] : source)
            target.emplace(name, t.detach().clone().set_requires_grad(t.requires_grad()));
    };
    copy_map(from.weights, copy.weights);
    copy_map(from.ranges, copy.ranges);
    copy_map(from.running, copy.running);
    return copy;
}

class Trainer
{
public:
    Trainer(const TrainConfig& config, const TrainOptions& options)
        : c_(config), options_(options), identity_(resolved(config)), checkpoint_(options.out / "checkpoint.bin"),
          seed_(static_cast<std::uint64_t>(config.seed)), data_(load_data(config.data, seed_)),
          float_graph_(unfolded(config))
    {
        set_threads(static_cast<int>(c_.threads));
        TorchNetwork network(float_graph_); // refuses what cannot be trained
        check_fit(float_graph_, data_);
        for (const StageConfig& stage : c_.stages)
            if (stage.noise)
                (void)noise_of(stage); // refuses cells that cannot be, before anything is trained
        if (options.resume && std::filesystem::exists(checkpoint_))
            s_ = read_checkpoint(checkpoint_, identity_);
        else
            s_.parameters = parameters_of(float_graph_, seed_);
    }

    std::vector<StageResult> run()
    {
        make_directory(options_.out);
        write_file(options_.out / "resolved.json", identity_);
        begun_ = saved_ = Clock::now();
        cpu_before_ = s_.cpu_s - cpu_seconds();
        first_step_ = s_.step;
        for (; s_.stage < static_cast<std::int64_t>(c_.stages.size()); next_stage())
            run_stage(c_.stages[static_cast<std::size_t>(s_.stage)]);
        return write_outputs(c_, options_.out, float_graph_, data_, s_);
    }

private:
    using Clock = std::chrono::steady_clock;

    static Graph unfolded(const TrainConfig& config)
    {
        ImportOptions options;
        options.fold_batch_norm = false;
        const Graph graph = load_network(config.network, options);
        return config.batch_norm ? with_batch_norms(graph) : graph;
    }

    WeightNoise noise_of(const StageConfig& stage) const
    {
        return {*stage.noise, static_cast<int>(stage.weight_bits), seed_};
    }

    static double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

    std::int64_t batches() const { return (size() + c_.batch - 1) / c_.batch; }
    std::int64_t size() const { return static_cast<std::int64_t>(data_.training.size()); }

    void save()
    {
        s_.cpu_s = cpu_before_ + cpu_seconds();
        write_checkpoint(checkpoint_, s_, identity_);
        saved_ = Clock::now();
    }

    void next_stage()
    {
        ++s_.stage;
        s_.epoch = s_.position = s_.stage_step = 0;
        s_.best = -1;
        s_.best_epoch = -1;
        s_.loss = 0;
        s_.started = false;
        s_.moments.clear();
        s_.best_parameters = {};
        save();
    }

    /// The graph that a stage trains: batch norm is part of the weights once they are quantised.
    Graph graph_of(const StageConfig& stage)
    {
        if (stage.mode == Mode::floating)
            return float_graph_;
        // A checkpoint of a later stage has the folded weights, and no longer those of the norms: any will do.
        Parameters own = parameters_of(float_graph_, seed_);
        for (auto* maps : {&own.weights, &own.running})
            for (auto& [name, t] : *maps)
                for (const auto* has : {&s_.parameters.weights, &s_.parameters.running})
                    if (const auto found = has->find(name); found != has->end() && found->second.sizes() == t.sizes())
                        t = found->second;
        return fold_batch_norm(with_parameters(float_graph_, own));
    }

    /// Ranges of the activations on training items, and the parameters of the folded graph.
    void start(const StageConfig& stage, const Graph& graph)
    {
        if (stage.mode != Mode::floating) {
            if (s_.stage == 0 || c_.stages[static_cast<std::size_t>(s_.stage - 1)].mode == Mode::floating)
                s_.parameters = parameters_of(graph, seed_);
            s_.parameters.ranges.clear();
            s_.ranges = calibrated_ranges(with_parameters(graph, s_.parameters), data_, stage);
        }
        s_.started = true;
    }

    void run_stage(const StageConfig& stage)
    {
        const Graph graph = graph_of(stage);
        if (!s_.started)
            start(stage, graph);
        const TorchNetwork network(graph);
        Pass pass;
        QuantisationPlan plan;
        std::optional<WeightNoise> noise;
        if (stage.mode != Mode::floating) {
            plan = plan_of(with_parameters(graph, s_.parameters), stage, s_);
            pass.plan = &plan;
        }
        if (stage.mode == Mode::noise_aware) {
            noise.emplace(noise_of(stage));
            pass.noise = &*noise;
        }
        while (s_.epoch < stage.epochs && !stopped_early(stage))
            run_epoch(stage, network, pass);
        if (stage.patience > 0 && s_.best_epoch >= 0)
            s_.parameters = copy_of(s_.best_parameters);
        export_stage(options_.out / (stage.name + ".onnx"), graph, stage, plan, s_.parameters);
    }

    bool stopped_early(const StageConfig& stage) const
    {
        return stage.patience > 0 && s_.best_epoch >= 0 && s_.epoch - 1 - s_.best_epoch >= stage.patience;
    }

    void run_epoch(const StageConfig& stage, const TorchNetwork& network, Pass pass)
    {
        const auto order = order_of_epoch(data_.training, seed_, static_cast<std::uint64_t>(s_.stage),
                                          static_cast<std::uint64_t>(s_.epoch));
        while (s_.position < size()) {
            const auto count = std::min(c_.batch, size() - s_.position);
            const std::span indices(order.data() + s_.position, static_cast<std::size_t>(count));
            one_step(stage, network, pass, indices);
            s_.position += count;
            ++s_.step;
            ++s_.stage_step;
            if (s_.position < size())
                report(stage, std::nan(""), false);
            if (std::chrono::duration<double>(Clock::now() - saved_).count() > c_.checkpoint_s)
                save();
        }
        pass.training = false;
        pass.noise = nullptr;
        const double validation = accuracy(network, data_.train, data_.validation, s_.parameters, pass);
        s_.history.push_back({s_.stage, s_.epoch, s_.loss / static_cast<double>(size()), validation});
        report(stage, validation, true);
        if (stage.patience > 0 && validation > s_.best) {
            s_.best = validation;
            s_.best_epoch = s_.epoch;
            s_.best_parameters = copy_of(s_.parameters);
        }
        ++s_.epoch;
        s_.position = 0;
        s_.loss = 0;
        save();
    }

    void one_step(const StageConfig& stage, const TorchNetwork& network, Pass pass,
                  std::span<const std::int64_t> indices)
    {
        pass.training = stage.mode == Mode::floating;
        pass.seed = seed_;
        pass.step = static_cast<std::uint64_t>(s_.step);
        const auto draw = pass.step * static_cast<std::uint64_t>(c_.batch);
        const at::Tensor x = batch_tensor(network.graph(), data_.train, indices, &c_.augment, seed_, draw);
        const at::Tensor loss =
            at::cross_entropy_loss(network.logits(x, s_.parameters, pass), labels_tensor(data_.train, indices));
        const double value = loss.item<double>();
        if (!std::isfinite(value))
            throw RunError(fmt::format("the loss is {} in stage '{}', epoch {}, step {}: a smaller learning_rate than "
                                       "{} may help",
                                       value, stage.name, s_.epoch + 1, s_.step, stage.learning_rate));
        loss.backward();
        step(s_, stage, rate_at(stage, s_.stage_step, batches() * stage.epochs));
        s_.loss += value * static_cast<double>(indices.size());
    }

    void report(const StageConfig& stage, double validation, bool end)
    {
        if (!options_.progress)
            return;
        std::int64_t all = 0;
        for (const StageConfig& each : c_.stages)
            all += each.epochs * batches();
        const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
        const auto items = std::max<std::int64_t>(end ? size() : s_.position, 1);
        options_.progress({stage.name, s_.epoch + 1, stage.epochs,
                           static_cast<double>(s_.step) / static_cast<double>(all),
                           seconds / static_cast<double>(s_.step - first_step_ + (s_.step == first_step_)) *
                               static_cast<double>(all - s_.step),
                           s_.loss / static_cast<double>(items), validation, end});
    }

    const TrainConfig& c_;
    const TrainOptions& options_;
    std::string identity_;
    std::filesystem::path checkpoint_;
    std::uint64_t seed_;
    TrainingData data_;
    Graph float_graph_;
    TrainingState s_;
    Clock::time_point begun_, saved_;
    double cpu_before_ = 0.0;
    std::int64_t first_step_ = 0;
};

} // namespace

void check(const TrainConfig& config)
{
    const TrainOptions options;
    Trainer(config, options);
}

std::vector<StageResult> train(const TrainConfig& config, const TrainOptions& options)
{
    return Trainer(config, options).run();
}

} // namespace imc::training
