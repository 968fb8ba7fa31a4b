#include "workloads/data/citation_graph.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "sim/base/files.h"
#include "workloads/data/csv.h"

namespace imc
{

namespace
{

constexpr long max_index = std::numeric_limits<std::int32_t>::max() - 1;

void read_nodes(CitationGraph& graph, const std::filesystem::path& file)
{
    const std::string content = read_file(file);
    CsvLines lines(content, file.string());
    const std::size_t node = lines.column("node"), label = lines.column("label"), split = lines.column("split");
    while (lines.next()) {
        if (lines.integer(node, 0, max_index) != graph.nodes)
            lines.fail(
                fmt::format("node {}, expected {}: nodes are numbered from 0 in order", lines.text(node), graph.nodes));
        graph.labels.push_back(static_cast<int>(lines.integer(label, -1, 100000)));
        graph.classes = std::max(graph.classes, graph.labels.back() + 1);
        const std::string_view s = lines.text(split);
        if (s == "train")
            graph.split.push_back(CitationGraph::Split::train);
        else if (s == "val" || s == "validation")
            graph.split.push_back(CitationGraph::Split::validation);
        else if (s == "test")
            graph.split.push_back(CitationGraph::Split::test);
        else if (s.empty() || s == "none" || s == "unused")
            graph.split.push_back(CitationGraph::Split::none);
        else
            lines.fail(fmt::format("split is '{}', expected train, val, test or none", s));
        ++graph.nodes;
    }
    if (graph.nodes == 0)
        lines.fail("names no node");
}

/// Rows of (row, value) pairs, sorted.
template <class T>
void compress(std::vector<std::pair<long, T>>& pairs, std::int64_t rows, std::vector<std::int64_t>& offsets, auto take)
{
    std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    offsets.assign(static_cast<std::size_t>(rows) + 1, 0);
    for (const auto& [row, value] : pairs) {
        ++offsets[static_cast<std::size_t>(row) + 1];
        take(value);
    }
    for (std::size_t i = 1; i < offsets.size(); ++i)
        offsets[i] += offsets[i - 1];
}

void read_edges(CitationGraph& graph, const std::filesystem::path& file)
{
    const std::string content = read_file(file);
    CsvLines lines(content, file.string());
    const std::size_t source = lines.column("source"), target = lines.column("target");
    const long last = static_cast<long>(graph.nodes) - 1;
    std::vector<std::pair<long, std::int32_t>> pairs;
    while (lines.next()) {
        const long a = lines.integer(source, 0, last), b = lines.integer(target, 0, last);
        if (a == b)
            continue;
        pairs.emplace_back(a, static_cast<std::int32_t>(b));
        pairs.emplace_back(b, static_cast<std::int32_t>(a));
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    compress(pairs, graph.nodes, graph.neighbour_offsets, [&](std::int32_t n) { graph.neighbours.push_back(n); });
}

void read_features(CitationGraph& graph, const std::filesystem::path& file)
{
    const std::string content = read_file(file);
    CsvLines lines(content, file.string());
    const std::size_t node = lines.column("node"), feature = lines.column("feature"), value = lines.column("value");
    std::vector<std::pair<long, CitationGraph::Feature>> pairs;
    while (lines.next()) {
        const long index = lines.integer(feature, 0, max_index);
        graph.features = std::max(graph.features, static_cast<std::int64_t>(index) + 1);
        pairs.emplace_back(
            lines.integer(node, 0, static_cast<long>(graph.nodes) - 1),
            CitationGraph::Feature{static_cast<std::int32_t>(index), static_cast<float>(lines.real(value))});
    }
    compress(pairs, graph.nodes, graph.feature_offsets, [&](const auto& f) { graph.feature_values.push_back(f); });
}

} // namespace

CitationGraph read_citation_graph(const std::filesystem::path& folder)
{
    CitationGraph graph;
    read_nodes(graph, folder / "nodes.csv");
    read_edges(graph, folder / "edges.csv");
    read_features(graph, folder / "features.csv");
    return graph;
}

} // namespace imc
