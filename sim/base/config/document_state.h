#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "sim/base/config/document.h"

namespace imc::config
{

/// Where a part of a document came from: what to call it in messages, and what its file names are relative to.
struct Origin {
    std::string name;
    std::filesystem::path directory;
};

/// A document's content. Origins are keyed by the path of the part ("chip.tiles[0]"); a part without an
/// entry has its parent's origin.
struct Document::State {
    std::filesystem::path file;
    nlohmann::json root;
    std::map<std::string, Origin> origins;

    const Origin& origin_of(const std::string& path) const;
    /// If `node` (at `path`) is a string, loads the file of that name in its place.
    void load_in_place(nlohmann::json& node, const std::string& path);
};

std::unique_ptr<Visitor> make_reader(Document::State& state);

} // namespace imc::config
