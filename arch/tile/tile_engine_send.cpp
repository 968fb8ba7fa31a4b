#include "arch/tile/tile_engine.h"

#include <algorithm>

/// How tokens leave a tile.
namespace imc::tile
{

bool TileEngine::try_send(std::uint32_t index, Cycle now)
{
    Sender& sender = outgoing_[index];
    bool sent = false;
    while (sender.stream.last_sequence() < actors_[sender.actor].produced && sender.stream.credited()) {
        const std::int64_t token = sender.stream.next_token();
        if (sender.local) {
            push({now + 1, Kind::token, directory_.incoming[sender.flow.value()], token});
            surroundings_.kept_token(now + 1, sender.flow, token);
        } else if (rules_.trees) {
            leaving_.push_back({sender.stream.next_sequence(), {sender.flow, token}});
        } else {
            surroundings_.send_token(now + 1, sender.flow, token);
        }
        sender.stream.advance();
        sent = true;
    }
    return sent;
}

void TileEngine::send_later(std::uint32_t actor)
{
    if (std::find(senders_.begin(), senders_.end(), actor) == senders_.end())
        senders_.push_back(actor);
}

/// A token leaves for all receivers that have room for it in this cycle; those that have not get it later. Nobody
/// waits for another's room, so that trees need no larger reserves than copies.
void TileEngine::send_trees(Cycle now)
{
    std::sort(senders_.begin(), senders_.end());
    for (const std::uint32_t a : senders_) {
        bool sent = false;
        for (const std::uint32_t f : actors_[a].outgoing)
            sent = try_send(f, now) || sent;
        if (sent)
            touch(a);
        std::stable_sort(leaving_.begin(), leaving_.end(),
                         [](const Leaving& x, const Leaving& y) { return x.sequence < y.sequence; });
        std::vector<program::SentToken> together;
        for (std::size_t i = 0; i < leaving_.size(); ++i) {
            together.push_back(leaving_[i].sent);
            if (i + 1 < leaving_.size() && leaving_[i + 1].sequence == leaving_[i].sequence)
                continue;
            surroundings_.send_tokens(now + 1, together);
            together.clear();
        }
        leaving_.clear();
    }
    senders_.clear();
}

} // namespace imc::tile
