#include "sim/base/ledger.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace imc
{

namespace
{

constexpr std::array<std::string_view, component_count> component_names = {"adc",
                                                                           "dac",
                                                                           "sample_hold",
                                                                           "array",
                                                                           "shift_add",
                                                                           "adder_tree",
                                                                           "accumulator",
                                                                           "input_register",
                                                                           "output_register",
                                                                           "core_bus",
                                                                           "tile_bus",
                                                                           "buffer",
                                                                           "vector_unit",
                                                                           "noc",
                                                                           "global_buffer",
                                                                           "memory",
                                                                           "io",
                                                                           "control"};
constexpr std::array<std::string_view, category_count> category_names = {"dynamic", "write", "leakage"};
constexpr std::array<std::string_view, phase_count> phase_names = {"inference", "program", "reload", "calibrate",
                                                                   "refresh"};

} // namespace

std::string_view name_of(Component component) { return component_names.at(static_cast<std::size_t>(component)); }
std::string_view name_of(Category category) { return category_names.at(static_cast<std::size_t>(category)); }
std::string_view name_of(Phase phase) { return phase_names.at(static_cast<std::size_t>(phase)); }

Component component_named(std::string_view name)
{
    const auto it = std::find(component_names.begin(), component_names.end(), name);
    if (it == component_names.end())
        throw std::invalid_argument(fmt::format("no component is called '{}'", name));
    return static_cast<Component>(it - component_names.begin());
}

EventId Ledger::declare(const EventType& type)
{
    for (std::size_t i = 0; i < types_.size(); ++i)
        if (types_[EventId(i)] == type)
            return EventId(i);
    counts_.push_back({});
    return types_.push_back(type);
}

std::size_t Ledger::slot(LayerId layer, Phase phase) const
{
    const std::size_t row = layer.valid() ? layer.value() + 1 : 0;
    return row * phase_count + static_cast<std::size_t>(phase);
}

void Ledger::book(EventId event, std::int64_t count, LayerId layer, Phase phase)
{
    if (count < 0)
        throw std::invalid_argument(fmt::format("Ledger::book: count must not be negative, got {}", count));
    auto& counts = counts_.at(event);
    const std::size_t index = slot(layer, phase);
    if (index >= counts.size())
        counts.resize(index + 1);
    counts[index] += count;
}

void Ledger::book(const std::vector<EventCount>& bundle, std::int64_t times, LayerId layer, Phase phase)
{
    for (const EventCount& item : bundle)
        book(item.event, item.count * times, layer, phase);
}

void Ledger::book_leakage(Component component, Energy energy, LayerId layer)
{
    auto it = std::find_if(leakage_.begin(), leakage_.end(), [&](const auto& entry) { return entry.first == layer; });
    if (it == leakage_.end())
        it = leakage_.insert(leakage_.end(), {layer, {}});
    it->second[static_cast<std::size_t>(component)] += energy;
}

std::vector<Ledger::Entry> Ledger::entries() const
{
    std::vector<Entry> result;
    for (std::size_t e = 0; e < types_.size(); ++e) {
        const auto& counts = counts_[EventId(e)];
        for (std::size_t i = 0; i < counts.size(); ++i)
            if (counts[i] != 0) {
                const std::size_t row = i / phase_count;
                result.push_back({EventId(e), row == 0 ? LayerId() : LayerId(row - 1),
                                  static_cast<Phase>(i % phase_count), counts[i]});
            }
    }
    return result;
}

std::int64_t Ledger::count(Component component, std::string_view name) const
{
    std::int64_t sum = 0;
    for (const Entry& entry : entries())
        if (types_[entry.event].component == component && types_[entry.event].name == name)
            sum += entry.count;
    return sum;
}

std::int64_t Ledger::count(Component component, std::string_view name, LayerId layer) const
{
    std::int64_t sum = 0;
    for (const Entry& entry : entries())
        if (types_[entry.event].component == component && types_[entry.event].name == name && entry.layer == layer)
            sum += entry.count;
    return sum;
}

std::array<Ledger::ByCategory, component_count> Ledger::by_component() const
{
    std::array<ByCategory, component_count> sums{};
    for (const Entry& entry : entries()) {
        const EventType& type = types_[entry.event];
        sums[static_cast<std::size_t>(type.component)][static_cast<std::size_t>(type.category)] +=
            energy(type, entry.count);
    }
    for (const auto& [layer, energies] : leakage_)
        for (std::size_t c = 0; c < component_count; ++c)
            sums[c][static_cast<std::size_t>(Category::leakage)] += energies[c];
    return sums;
}

std::vector<Energy> Ledger::by_layer(std::size_t layers) const
{
    std::vector<Energy> sums(layers + 1);
    const auto row = [&](LayerId layer) -> Energy& { return sums.at(layer.valid() ? layer.value() : layers); };
    for (const Entry& entry : entries())
        row(entry.layer) += energy(types_[entry.event], entry.count);
    for (const auto& [layer, energies] : leakage_)
        for (const Energy e : energies)
            row(layer) += e;
    return sums;
}

Energy Ledger::total() const
{
    Energy sum;
    for (const Entry& entry : entries())
        sum += energy(types_[entry.event], entry.count);
    for (const auto& [layer, energies] : leakage_)
        for (const Energy e : energies)
            sum += e;
    return sum;
}

} // namespace imc
