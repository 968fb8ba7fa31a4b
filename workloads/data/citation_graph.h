#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace imc
{

/// A citation network: documents with sparse features, linked by citations, some of them labelled for training.
struct CitationGraph {
    enum class Split { none, train, validation, test };

    struct Feature {
        std::int32_t index;
        float value;
    };

    std::int64_t nodes = 0;
    std::int64_t features = 0; ///< length of a feature vector
    int classes = 0;
    std::vector<int> labels; ///< −1: unknown
    std::vector<Split> split;
    // Compressed rows: of node i, entries [offsets[i], offsets[i + 1]).
    std::vector<std::int64_t> neighbour_offsets, feature_offsets;
    std::vector<std::int32_t> neighbours; ///< both directions, ascending, without repetition or self
    std::vector<Feature> feature_values;
};

/// Reads edges.csv (source, target), features.csv (node, feature, value) and nodes.csv (node, label, split) from a
/// folder. Throws ConfigError naming file and line for indices out of range, nodes out of order or given twice.
CitationGraph read_citation_graph(const std::filesystem::path& folder);

} // namespace imc
