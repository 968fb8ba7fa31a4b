#include "arch/noc/case.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

#include "arch/noc/mesh.h"

namespace imc
{

namespace
{

enum Column : std::size_t { cycle, source, destination, flits, columns };
constexpr double largest_exact_integer = 9007199254740992.0; // 2^53
constexpr double longest_packet = 1e9;

void check_packet(const config::Place& place, const std::vector<double>& row, std::size_t index, double endpoints)
{
    const auto at = [&](Column c) { return "packets[" + std::to_string(index) + "][" + std::to_string(c) + "]"; };
    const auto text = [](double value) {
        std::string s = std::to_string(value);
        s.erase(s.find_last_not_of('0') + 1);
        return s.back() == '.' ? s.substr(0, s.size() - 1) : s;
    };
    if (row.size() != columns)
        place.fail("packets[" + std::to_string(index) + "]",
                   "must be [cycle, source, destination, flits], got " + std::to_string(row.size()) + " numbers");
    for (const Column c : {cycle, source, destination, flits})
        if (row[c] != std::floor(row[c]))
            place.fail(at(c), "must be an integer, got " + text(row[c]));
    for (const Column c : {source, destination})
        if (row[c] >= endpoints)
            place.fail(at(c), "must be one of the " + text(endpoints) + " nodes (0 to " + text(endpoints - 1) +
                                  "), got " + text(row[c]));
    if (row[flits] < 1 || row[flits] > longest_packet)
        place.fail(at(flits), "must be an integer in [1, " + text(longest_packet) + "] flits, got " + text(row[flits]));
}

/// The destinations of each multicast, and what its packets must have in common.
void check_groups(const config::Place& place, const NocCase& c)
{
    std::map<std::int64_t, std::size_t> first;
    std::map<std::pair<std::int64_t, double>, std::size_t> seen;
    for (std::size_t i = 0; i < c.groups.size(); ++i) {
        if (c.groups[i] == 0)
            continue;
        const auto [it, is_new] = first.emplace(c.groups[i], i);
        const std::size_t j = it->second;
        const bool same = c.packets[i][cycle] == c.packets[j][cycle] && c.packets[i][source] == c.packets[j][source] &&
                          c.packets[i][flits] == c.packets[j][flits] &&
                          (c.classes.empty() || c.classes[i] == c.classes[j]);
        if (!same || !seen.emplace(std::pair(c.groups[i], c.packets[i][destination]), i).second)
            place.fail("groups[" + std::to_string(i) + "]",
                       "packets " + std::to_string(j) + " and " + std::to_string(i) +
                           " of one multicast must differ in their destination alone");
    }
}

} // namespace

void NocCase::fields(config::Visitor& v)
{
    v.integers("mesh", mesh, {1, 4096}, unit::none, "columns and rows of routers", config::Presence::required);
    v.integer("tiles_per_router", tiles_per_router, {1, 12}, unit::none, "tiles that share a router");
    v.integers("extra_endpoints", extra_endpoints, {0, 1 << 24}, unit::none,
               "one more local port for each router named: nodes after the tiles");
    v.section("router", router, "the routers");
    v.table("packets", packets, {0, largest_exact_integer}, unit::none,
            "rows of creation cycle, source, destination, flits");
    v.integers("classes", classes, {0, message_class_count - 1}, unit::none,
               "message class of each packet: 0 activation, 1 partial sum, 2 weight, 3 control; empty: all 0");
    v.integers("groups", groups, {0}, unit::none, "packets of one number above 0 are one multicast; empty: none");
    v.section("traffic", traffic, "synthetic traffic instead of packets");
    v.table("results", results, {-1, largest_exact_integer}, unit::none,
            "cycles as recorded by the run that wrote the case: read by --compare alone");
}

void NocCase::check(const config::Place& place) const
{
    if (mesh.size() != 2)
        place.fail("mesh", "must be [columns, rows], got " + std::to_string(mesh.size()) + " numbers");
    if (const std::string fault = mesh_fault(shape(), router); !fault.empty())
        place.fail("mesh", fault);
    if (traffic && !packets.empty())
        place.fail("traffic", "give packets or traffic, not both");
    if (traffic) {
        if (traffic->pattern == TrafficPattern::transpose && mesh[0] != mesh[1])
            place.fail("traffic.pattern", "transpose needs a square mesh");
        if (traffic->pattern == TrafficPattern::hotspot && traffic->hot_node >= shape().routers() * tiles_per_router)
            place.fail("traffic.hot_node", "must be one of the " +
                                               std::to_string(shape().routers() * tiles_per_router) + " tiles, got " +
                                               std::to_string(traffic->hot_node));
    }
    const double endpoints = shape().endpoints();
    for (std::size_t i = 0; i < packets.size(); ++i)
        check_packet(place, packets[i], i, endpoints);
    for (const auto& [key, list] : {std::pair("classes", &classes), std::pair("groups", &groups)})
        if (!list->empty() && list->size() != packets.size())
            place.fail(key, "must have one number for each of the " + std::to_string(packets.size()) +
                                " packets, got " + std::to_string(list->size()));
    check_groups(place, *this);
}

MeshShape NocCase::shape() const
{
    MeshShape shape;
    shape.columns = static_cast<std::uint32_t>(mesh.at(0));
    shape.rows = static_cast<std::uint32_t>(mesh.at(1));
    shape.tiles_per_router = tiles_per_router;
    for (const std::int64_t r : extra_endpoints)
        shape.extra_endpoints.push_back(static_cast<std::uint32_t>(r));
    return shape;
}

namespace
{

/// Notes the times of the packet that was delivered; the tag is its row, or the first row of its multicast.
class Times final : public DeliverySink
{
public:
    explicit Times(const NocCase& c) : case_(c), rows(c.packets.size()) {}

    void deliver(const Delivery& d) override
    {
        std::size_t row = d.packet.tag;
        if (!case_.groups.empty() && case_.groups[row])
            while (case_.groups[row] != case_.groups[d.packet.tag] ||
                   case_.packets[row][destination] != d.packet.destination)
                ++row;
        rows[row] = {d.head_injected, d.head_arrived, d.tail_arrived};
        last = d.tail_arrived;
    }

private:
    const NocCase& case_;

public:
    std::vector<PacketTimes> rows;
    Cycle last = -1;
};

void simulate_packets(const NocCase& c, Mesh& mesh, NocCaseResult& result)
{
    Times times(c);
    mesh.set_sink(&times);
    std::vector<std::size_t> order(c.packets.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return c.packets[a][cycle] < c.packets[b][cycle]; });
    std::map<std::int64_t, std::vector<std::uint32_t>> destinations;
    for (std::size_t i = 0; i < c.groups.size(); ++i)
        if (c.groups[i])
            destinations[c.groups[i]].push_back(static_cast<std::uint32_t>(c.packets[i][destination]));
    for (const std::size_t i : order) {
        const std::vector<double>& row = c.packets[i];
        const auto created = static_cast<Cycle>(row[cycle]);
        Packet packet;
        packet.source = static_cast<std::uint32_t>(row[source]);
        packet.destination = static_cast<std::uint32_t>(row[destination]);
        packet.flits = static_cast<std::uint32_t>(row[flits]);
        packet.message_class = static_cast<MessageClass>(c.classes.empty() ? 0 : c.classes[i]);
        packet.tag = i;
        mesh.advance(created - 1);
        if (c.groups.empty() || c.groups[i] == 0) {
            mesh.send(created, packet);
        } else if (const auto group = destinations.find(c.groups[i]); group != destinations.end()) {
            mesh.send_multicast(created, packet, group->second);
            destinations.erase(group);
        }
    }
    while (mesh.next_event() != never)
        mesh.run(mesh.next_event());
    result.packets = std::move(times.rows);
    result.cycles = times.last + 1;
}

} // namespace

NocCaseResult simulate(const NocCase& c)
{
    Mesh mesh(c.shape(), c.router);
    NocCaseResult result;
    if (c.traffic) {
        result.traffic = measure_traffic(mesh, *c.traffic, c.shape());
        result.cycles = result.traffic->cycles;
    } else {
        simulate_packets(c, mesh, result);
    }
    result.statistics = mesh.statistics();
    return result;
}

} // namespace imc
