#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/structure/source_tree.h"

using namespace imc::test;

namespace
{

/// A folder and what its files may include besides their own folder. An entry with a file name allows that
/// header alone.
struct Layer {
    std::string folder;
    std::set<std::string> may_include;
};

const std::vector<Layer> layers = {
    {"sim/base", {}},
    {"sim/base/cli", {"sim/base"}},
    {"devices", {"sim/base"}},
    {"workloads", {"sim/base"}},
    {"arch/config", {"sim/base", "devices"}},
    {"arch/macro", {"sim/base", "devices", "arch/config"}},
    {"arch/program", {"sim/base", "arch/config", "arch/macro"}},
    {"arch", {"sim/base", "devices", "arch/config", "arch/macro", "arch/program"}},
    {"sim/mapping", {"sim/base", "workloads", "arch/config", "arch/macro", "arch/program"}},
    {"sim/values", {"sim/base", "devices", "workloads", "arch/config", "arch/macro", "sim/mapping"}},
    {"sim/run",
     {"sim/base", "devices", "workloads", "arch/config", "arch/macro", "arch/program", "arch", "sim/mapping",
      "sim/values"}},
    {"sim/cli",
     {"sim/base", "sim/base/cli", "devices", "workloads", "arch/config", "arch/macro", "arch/program", "arch",
      "sim/mapping", "sim/values", "sim/run"}},
    {"nas",
     {"sim/base", "sim/base/cli", "devices", "workloads", "arch/config", "arch/macro", "sim/mapping", "sim/values",
      "sim/run/run.h", "sim/run/result_json.h"}},
};

/// Headers of libraries that only some places may see.
struct Library {
    std::string header; ///< how the #include begins
    bool (*allowed)(const SourceFile& file);
    const char* where;
};

bool in_modules(const SourceFile& f)
{
    return f.is_below("arch") && !f.is_below("arch/config") && !f.is_below("arch/macro") && !f.is_below("arch/program");
}

const std::vector<Library> libraries = {
    {"systemc", [](const SourceFile& f) { return in_modules(f) || (f.is_below("sim/run") && !f.is_header()); },
     "arch's modules and sim/run's sources"},
    {"tlm", in_modules, "arch's modules"},
    // document_state.h is private to the reader's own two sources.
    {"nlohmann/json.hpp",
     [](const SourceFile& f) { return !f.is_header() || f.path == "sim/base/config/document_state.h"; },
     "sources; headers have nlohmann/json_fwd.hpp"},
    {"onnx/", [](const SourceFile& f) { return f.is_below("workloads") && !f.is_header(); }, "workloads' sources"},
    {"google/protobuf", [](const SourceFile& f) { return f.is_below("workloads") && !f.is_header(); },
     "workloads' sources"},
    {"torch/", [](const SourceFile& f) { return f.is_below("nas/train") && !f.is_header(); }, "nas/train's sources"},
    {"ATen/", [](const SourceFile& f) { return f.is_below("nas/train"); },
     "nas/train, whose headers others leave alone"},
    {"boost/program_options", [](const SourceFile& f) { return f.path == "sim/base/cli/options.cpp"; },
     "sim/base/cli/options.cpp"},
};

/// The layer with the longest folder that contains the path; nullptr if none does.
const Layer* layer_of(const std::string& path)
{
    const Layer* best = nullptr;
    for (const Layer& layer : layers)
        if (path.starts_with(layer.folder + "/") && (!best || layer.folder.size() > best->folder.size()))
            best = &layer;
    return best;
}

bool allowed(const Layer& from, const std::string& name)
{
    const Layer* to = layer_of(name);
    return to && (to == &from || from.may_include.contains(to->folder) || from.may_include.contains(name));
}

TEST(IncludeTable, EverySourceBelongsToALayerAndIncludesOnlyWhatItsLayerMay)
{
    std::size_t seen = 0;
    for (const SourceFile& file : source_tree()) {
        if (!file.is_cpp() || file.is_test())
            continue;
        const Layer* layer = layer_of(file.path);
        ASSERT_NE(layer, nullptr) << file.path << " is in no layer of DESIGN's table";
        for (const Include& include : includes_of(file)) {
            if (!include.quoted)
                continue;
            ++seen;
            EXPECT_TRUE(allowed(*layer, include.name)) << fmt::format("{}:{}: {} may not include \"{}\"", file.path,
                                                                      include.line, layer->folder, include.name);
        }
    }
    EXPECT_GT(seen, 50u) << "the includes were not found";
}

TEST(IncludeTable, QuotedIncludesAreWrittenFromTheRepositoryRoot)
{
    for (const SourceFile& file : source_tree()) {
        if (!file.is_cpp())
            continue;
        for (const Include& include : includes_of(file))
            EXPECT_TRUE(!include.quoted ||
                        std::filesystem::exists(std::filesystem::path(IMC_SOURCE_DIR) / include.name))
                << fmt::format("{}:{}: \"{}\" does not exist", file.path, include.line, include.name);
    }
}

TEST(IncludeTable, LibrariesAreSeenOnlyWhereTheyBelong)
{
    for (const SourceFile& file : source_tree()) {
        if (!file.is_cpp() || file.is_test())
            continue;
        for (const Include& include : includes_of(file))
            for (const Library& library : libraries)
                EXPECT_TRUE(include.quoted || !include.name.starts_with(library.header) || library.allowed(file))
                    << fmt::format("{}:{}: <{}> belongs in {}", file.path, include.line, include.name, library.where);
    }
}

TEST(IncludeTable, ItselfHasNoCycle)
{
    // A layer may only include layers that stand above it in the table.
    for (std::size_t i = 0; i < layers.size(); ++i)
        for (const std::string& other : layers[i].may_include) {
            const auto place = std::ranges::find_if(
                layers, [&](const Layer& l) { return other == l.folder || other.starts_with(l.folder + "/"); });
            EXPECT_LT(place - layers.begin(), static_cast<std::ptrdiff_t>(i)) << layers[i].folder << " → " << other;
        }
}

TEST(IncludeTable, TheTestSeesAForbiddenInclude)
{
    EXPECT_FALSE(allowed(*layer_of("devices/rram.cpp"), "workloads/graph.h"));
    EXPECT_FALSE(allowed(*layer_of("arch/macro/x.cpp"), "arch/adc.h"));
    EXPECT_FALSE(allowed(*layer_of("nas/x.cpp"), "sim/run/chip.h"));
    EXPECT_TRUE(allowed(*layer_of("nas/x.cpp"), "sim/run/run.h"));
    EXPECT_TRUE(allowed(*layer_of("arch/noc/x.cpp"), "arch/config/noc.h"));
    EXPECT_EQ(layer_of("elsewhere/x.cpp"), nullptr);
    const SourceFile sample{"devices/x.h",
                            {"  # include <systemc>", "// #include \"no.h\"", "#include \"a/b.h\" // why"}};
    ASSERT_EQ(includes_of(sample).size(), 2u);
    EXPECT_FALSE(libraries[0].allowed(sample));
}

} // namespace
