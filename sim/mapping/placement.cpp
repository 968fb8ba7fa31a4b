#include "sim/mapping/placement.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "sim/base/random.h"

namespace imc::mapping
{

namespace
{

/// Up to so many places all placements are tried: at most 362,880, of which most are cut off early.
constexpr std::size_t most_places_tried = 9;

std::uint32_t router_of(std::uint32_t endpoint, const MeshShape& mesh)
{
    const std::uint32_t own = mesh.routers() * mesh.tiles_per_router;
    return endpoint < own ? endpoint / mesh.tiles_per_router : mesh.extra_endpoints[endpoint - own];
}

/// Endpoints along the mesh row by row, every other row backwards: neighbours in order are neighbours on chip.
std::vector<std::uint32_t> snake(const MeshShape& mesh)
{
    std::vector<std::uint32_t> order;
    for (std::uint32_t row = 0; row < mesh.rows; ++row)
        for (std::uint32_t i = 0; i < mesh.columns; ++i) {
            const std::uint32_t column = row % 2 == 0 ? i : mesh.columns - 1 - i;
            for (std::uint32_t port = 0; port < mesh.tiles_per_router; ++port)
                order.push_back((row * mesh.columns + column) * mesh.tiles_per_router + port);
        }
    return order;
}

/// Which places tiles may be at.
class Rules
{
public:
    Rules(const program::Program& program, const Sites& sites) : program_(program), sites_(sites)
    {
        for (const TileTypeId type : sites)
            if (type.valid())
                bound_.insert(type);
    }

    bool may_be_at(std::size_t tile, std::uint32_t place) const
    {
        if (sites_.empty())
            return true;
        const TileTypeId type = program_.type_of(TileId(tile));
        return sites_[place] == (bound_.contains(type) ? type : TileTypeId());
    }

private:
    const program::Program& program_;
    const Sites& sites_;
    std::set<TileTypeId> bound_;
};

using Neighbours = std::vector<std::vector<std::pair<std::uint32_t, double>>>;

Neighbours neighbours_of(const std::vector<Traffic>& traffic, std::size_t tiles)
{
    Neighbours neighbours(tiles);
    for (const Traffic& t : traffic) {
        neighbours[t.from].emplace_back(t.to, t.bits);
        neighbours[t.to].emplace_back(t.from, t.bits);
    }
    return neighbours;
}

/// Exchanges the places of two tiles, or moves one to a free place, again and again: what shortens the way of the bits
/// is kept, what lengthens it only early on and by little (simulated annealing; Kirkpatrick et al., Science 220, 1983).
class Annealing
{
public:
    Annealing(const std::vector<Traffic>& traffic, const MeshShape& mesh, const Rules& rules,
              std::vector<std::uint32_t>& endpoint, RandomStream& random)
        : mesh_(mesh), rules_(rules), neighbours_(neighbours_of(traffic, endpoint.size())), endpoint_(endpoint),
          random_(random), tiles_(endpoint.size() - 1), // the memory stays where it is
          tile_at_(static_cast<std::size_t>(mesh.routers()) * mesh.tiles_per_router, empty)
    {
        for (std::uint32_t place = 0; place < tile_at_.size(); ++place)
            spots_.push_back(spot_of(place));
        for (std::uint32_t t = 0; t < tiles_; ++t)
            tile_at_[endpoint[t]] = t;
        for (const std::uint32_t place : endpoint)
            at_.push_back(spot_of(place));
        for (const Traffic& t : traffic)
            bits_ += t.bits;
    }

    void run(std::int64_t moves)
    {
        if (tiles_ < 1 || tile_at_.size() < 2)
            return;
        constexpr double hot = 2.0;    ///< of what a tile sends on average, one link farther
        constexpr double heated = 0.8; ///< of all moves
        const double start = hot * bits_ / static_cast<double>(tiles_);
        for (std::int64_t move = 0; move < moves; ++move) {
            const double left = 1.0 - static_cast<double>(move) / (heated * static_cast<double>(moves));
            try_move(left > 0.0 ? start * left * left : 0.0);
        }
    }

private:
    static constexpr std::uint32_t empty = 0xffffffffu;

    /// A router, by column and row.
    struct Spot {
        std::int32_t x = 0;
        std::int32_t y = 0;
    };

    Spot spot_of(std::uint32_t place) const
    {
        const std::uint32_t router = router_of(place, mesh_);
        return {static_cast<std::int32_t>(router % mesh_.columns), static_cast<std::int32_t>(router / mesh_.columns)};
    }

    void try_move(double temperature)
    {
        const auto a = static_cast<std::uint32_t>(random_.below(tiles_));
        const std::uint32_t target = random_.below(2) == 0 && !neighbours_[a].empty()
                                         ? beside(neighbours_[a][random_.below(neighbours_[a].size())].first)
                                         : static_cast<std::uint32_t>(random_.below(tile_at_.size()));
        const std::uint32_t from = endpoint_[a], b = tile_at_[target];
        if (target == from || !rules_.may_be_at(a, target) || (b != empty && !rules_.may_be_at(b, from)))
            return;
        double gain = nearer(a, from, target, b);
        if (b != empty)
            gain += nearer(b, target, from, a);
        if (gain <= 0.0 && (temperature <= 0.0 || random_.uniform() >= std::exp(gain / temperature)))
            return;
        put(a, target);
        tile_at_[from] = b;
        if (b != empty)
            put(b, from);
    }

    void put(std::uint32_t tile, std::uint32_t place)
    {
        endpoint_[tile] = place;
        tile_at_[place] = tile;
        at_[tile] = spots_[place];
    }

    /// A place at most one link from a tile's router.
    std::uint32_t beside(std::uint32_t tile)
    {
        constexpr Spot ways[] = {{0, 0}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}};
        const Spot way = ways[random_.below(std::size(ways))];
        const auto x = static_cast<std::uint32_t>(
            std::clamp(at_[tile].x + way.x, 0, static_cast<std::int32_t>(mesh_.columns) - 1));
        const auto y =
            static_cast<std::uint32_t>(std::clamp(at_[tile].y + way.y, 0, static_cast<std::int32_t>(mesh_.rows) - 1));
        return (y * mesh_.columns + x) * mesh_.tiles_per_router +
               static_cast<std::uint32_t>(random_.below(mesh_.tiles_per_router));
    }

    /// Bits × links that a tile's way to others gets shorter by; that to `partner`, which comes to `from`, stays.
    double nearer(std::uint32_t tile, std::uint32_t from, std::uint32_t to, std::uint32_t partner) const
    {
        const Spot a = spots_[from], b = spots_[to];
        double sum = 0.0;
        for (const auto& [other, bits] : neighbours_[tile]) {
            const Spot o = at_[other];
            const int links = std::abs(a.x - o.x) + std::abs(a.y - o.y) - std::abs(b.x - o.x) - std::abs(b.y - o.y);
            sum += other == partner ? 0.0 : bits * links;
        }
        return sum;
    }

    const MeshShape& mesh_;
    const Rules& rules_;
    const Neighbours neighbours_;
    std::vector<std::uint32_t>& endpoint_;
    RandomStream& random_;
    std::size_t tiles_;
    std::vector<std::uint32_t> tile_at_; ///< places
    std::vector<Spot> spots_;            ///< of places
    std::vector<Spot> at_;               ///< of tiles
    double bits_ = 0.0;
};

/// The best of all placements: one tile after another on every free place, unless the bits' way is as long already.
class Exhaustive
{
public:
    Exhaustive(const std::vector<Traffic>& traffic, const MeshShape& mesh, const Rules& rules,
               std::vector<std::uint32_t>& endpoint)
        : mesh_(mesh), rules_(rules), neighbours_(neighbours_of(traffic, endpoint.size())), best_(endpoint),
          tried_(endpoint), taken_(static_cast<std::size_t>(mesh.routers()) * mesh.tiles_per_router, 0)
    {
        least_ = 0.0;
        for (const Traffic& t : traffic)
            least_ += t.bits * links_between(endpoint[t.from], endpoint[t.to], mesh);
    }

    void search() { place(0, 0.0); }

private:
    void place(std::uint32_t tile, double cost)
    {
        if (cost >= least_)
            return;
        const auto tiles = static_cast<std::uint32_t>(best_.size() - 1);
        if (tile == tiles) {
            least_ = cost;
            best_ = tried_;
            return;
        }
        for (std::uint32_t p = 0; p < taken_.size(); ++p) {
            if (taken_[p] || !rules_.may_be_at(tile, p))
                continue;
            double more = 0.0;
            for (const auto& [other, bits] : neighbours_[tile])
                if (other < tile || other == tiles) // the memory's place is fixed
                    more += bits * links_between(p, tried_[other], mesh_);
            taken_[p] = 1;
            tried_[tile] = p;
            place(tile + 1, cost + more);
            taken_[p] = 0;
        }
    }

    const MeshShape& mesh_;
    const Rules& rules_;
    Neighbours neighbours_;
    std::vector<std::uint32_t>& best_;
    std::vector<std::uint32_t> tried_;
    std::vector<char> taken_; ///< places
    double least_ = 0.0;
};

} // namespace

int links_between(std::uint32_t a, std::uint32_t b, const MeshShape& mesh)
{
    const auto columns = static_cast<int>(mesh.columns);
    const int ra = static_cast<int>(router_of(a, mesh)), rb = static_cast<int>(router_of(b, mesh));
    return std::abs(ra % columns - rb % columns) + std::abs(ra / columns - rb / columns);
}

std::vector<Traffic> traffic_of(const program::Program& program)
{
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> sums;
    for (const program::Flow& flow : program.flows) {
        const std::uint32_t from = program.actors[flow.from].tile.value(), to = program.actors[flow.to].tile.value();
        if (from != to)
            sums[{from, to}] += static_cast<double>(flow.bits) * static_cast<double>(flow.region.tokens());
    }
    std::vector<Traffic> traffic;
    for (const auto& [pair, bits] : sums)
        traffic.push_back({pair.first, pair.second, bits});
    return traffic;
}

double hop_bytes(const std::vector<Traffic>& traffic, const std::vector<std::uint32_t>& endpoint, const MeshShape& mesh)
{
    double sum = 0.0;
    for (const Traffic& t : traffic)
        sum += t.bits / 8.0 * links_between(endpoint[t.from], endpoint[t.to], mesh);
    return sum;
}

Sites sites_of(const ChipConfig& chip, const MeshShape& mesh)
{
    Sites sites;
    for (std::size_t type = 0; type < chip.tiles.size(); ++type)
        for (const std::vector<double>& at : chip.tiles[type].places) {
            sites.resize(static_cast<std::size_t>(mesh.routers()) * mesh.tiles_per_router);
            std::size_t place = static_cast<std::size_t>(at[1] * mesh.columns + at[0]) * mesh.tiles_per_router;
            while (sites[place].valid())
                ++place; // the router's next port
            sites[place] = TileTypeId(type);
        }
    return sites;
}

std::vector<std::uint32_t> place(const program::Program& program, const MeshShape& mesh, const Options& options,
                                 std::uint64_t seed, const Sites& sites)
{
    const Rules rules(program, sites);
    RandomStream random(seed, "placement");
    std::vector<std::uint32_t> order = snake(mesh);
    if (options.placement == Placement::random)
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[random.below(i)]);
    const std::size_t tiles = program.tiles - 1;
    std::vector<std::uint32_t> endpoint;
    std::vector<char> taken(order.size(), 0);
    for (std::size_t tile = 0, first = 0; tile < tiles; ++tile) {
        while (first < order.size() && taken[order[first]])
            ++first;
        std::size_t i = first;
        while (i < order.size() && (taken[order[i]] || !rules.may_be_at(tile, order[i])))
            ++i;
        endpoint.push_back(order.at(i));
        taken[endpoint.back()] = 1;
    }
    endpoint.push_back(mesh.routers() * mesh.tiles_per_router);
    if (options.placement == Placement::improved) {
        const std::vector<Traffic> traffic = traffic_of(program);
        constexpr std::size_t each = 400, least = 20000; // for each tile, in all
        const std::int64_t moves =
            std::min(options.placement_moves, static_cast<std::int64_t>(std::max(least, each * endpoint.size())));
        Annealing(traffic, mesh, rules, endpoint, random).run(moves);
        if (order.size() <= most_places_tried && options.placement_moves > 0)
            Exhaustive(traffic, mesh, rules, endpoint).search();
    }
    return endpoint;
}

} // namespace imc::mapping
