#include "workloads/network.h"

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/utf8.h"
#include "workloads/read/json_reader.h"
#include "workloads/read/onnx_reader.h"

namespace imc
{

namespace
{

constexpr std::size_t max_bytes = (std::size_t{1} << 31) - 1; // what protobuf can hold

bool looks_like_json(const std::string& content)
{
    const std::size_t at = content.find_first_not_of(" \t\r\n");
    return at != std::string::npos && content[at] == '{';
}

} // namespace

Model read_model(const std::filesystem::path& file)
{
    const std::string content = read_file(file, max_bytes);
    const bool json = looks_like_json(content) || file.extension() == ".json";
    Model model = json ? parse_json_network(content, file) : parse_onnx(content, file.string(), file.parent_path());
    // Exporters name graphs after themselves ("torch_jit"); the file's name says more.
    if (!json || model.name.empty())
        model.name = is_utf8(file.stem().string()) ? file.stem().string() : "network";
    return model;
}

Import import_network(const std::filesystem::path& file, const ImportOptions& options)
{
    return build_graph(read_model(file), options);
}

Graph load_network(const std::filesystem::path& file, const ImportOptions& options)
{
    Import import = import_network(file, options);
    if (!import.unsupported.empty()) {
        std::string text;
        for (std::size_t i = 0; i < import.unsupported.size() && i < 5; ++i) {
            const UnsupportedNode& u = import.unsupported[i];
            text += fmt::format("{}node '{}' ({}): {}", i ? "; " : "", u.node, u.op, u.why);
        }
        if (import.unsupported.size() > 5)
            text += fmt::format("; and {} more (imcsim import lists them)", import.unsupported.size() - 5);
        throw ConfigError(file.string(), text);
    }
    return std::move(import.graph);
}

} // namespace imc
