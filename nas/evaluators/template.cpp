#include "nas/evaluators/template.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stdexcept>

namespace imc::nas
{

Template::Template(std::string_view text, const Space& space) : space_(space)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t open = text.find('{', at);
        pieces_.push_back({std::string(text.substr(at, open - at)), none});
        if (open == std::string_view::npos)
            break;
        const std::size_t close = text.find('}', open);
        if (close == std::string_view::npos)
            throw std::invalid_argument("a '{' is not closed");
        const std::size_t owner = space.owners({space.symbol(text.substr(open + 1, close - open - 1)).slot}).front();
        pieces_.push_back({"", owner});
        at = close + 1;
    }
}

std::string Template::fill(const Candidate& candidate) const
{
    std::string text;
    for (const Piece& piece : pieces_) {
        text += piece.literal;
        if (piece.variable == none)
            continue;
        const Variable& v = space_.variables()[piece.variable];
        const double value = candidate[v.slot];
        if (!std::isnan(value))
            text += v.kind == Kind::categorical ? v.texts[static_cast<std::size_t>(value)] : v.text(&candidate[v.slot]);
    }
    return text;
}

bool Template::complete(const Candidate& candidate) const
{
    return std::none_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) {
        return piece.variable != none && std::isnan(candidate[space_.variables()[piece.variable].slot]);
    });
}

std::vector<std::size_t> Template::variables() const
{
    std::vector<std::size_t> list;
    for (const Piece& piece : pieces_)
        if (piece.variable != none)
            list.push_back(piece.variable);
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
}

std::string with_study_directory(std::string text, const config::Place& place)
{
    constexpr std::string_view mark = "{study}";
    const std::string directory = std::filesystem::absolute(place.file).parent_path().string();
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += directory.size())
        text.replace(at, mark.size(), directory);
    return text;
}

} // namespace imc::nas
