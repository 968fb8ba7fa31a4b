#include "arch/noc/noc_module.h"

#include <map>
#include <memory>
#include <tuple>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch/noc/ideal_interconnect.h"
#include "arch/noc/mesh.h"
#include "sim/base/random.h"

using namespace imc;

namespace
{

constexpr Femtoseconds period = 1'000'000;

/// A block that sends a packet now and then, and answers some of what it receives: at times of its own, which
/// need not be the network's clock edges.
class Player : public sc_core::sc_module
{
public:
    Player(const sc_core::sc_module_name& name, std::uint32_t number, std::uint32_t players, NocModule& noc)
        : sc_module(name), number_(number), players_(players), noc_(noc), random_(7, "player", number)
    {
        SC_HAS_PROCESS(Player);
        SC_METHOD(act);
        sensitive << wake_;
    }

    void receive(const Delivery& d)
    {
        const sc_core::sc_time at = noc_.time_of(d.visible());
        ASSERT_GT(at, sc_core::sc_time_stamp()) << "a delivery must lie ahead";
        inbox_.emplace(at, d);
        wake_.notify(at - sc_core::sc_time_stamp());
    }

private:
    void act()
    {
        const sc_core::sc_time now = sc_core::sc_time_stamp();
        while (!inbox_.empty() && inbox_.begin()->first <= now) {
            if (random_.below(2))
                send(inbox_.begin()->second.packet.source);
            inbox_.erase(inbox_.begin());
        }
        if (now >= next_ && spontaneous_ > 0) {
            --spontaneous_;
            send(static_cast<std::uint32_t>(random_.below(players_)));
            next_ = now + sc_core::sc_time::from_value(random_.below(60 * period));
        }
        if (spontaneous_ > 0)
            wake_.notify(next_ - now);
        if (!inbox_.empty())
            wake_.notify(inbox_.begin()->first - now);
    }

    void send(std::uint32_t destination)
    {
        noc_.send({number_, destination, 1 + static_cast<std::uint32_t>(random_.below(6)), MessageClass::activation,
                   std::uint64_t{number_} << 32 | sent_++});
    }

    std::uint32_t number_, players_;
    NocModule& noc_;
    RandomStream random_;
    sc_core::sc_event wake_;
    sc_core::sc_time next_;
    int spontaneous_ = 40;
    std::uint64_t sent_ = 0;
    std::multimap<sc_core::sc_time, Delivery> inbox_;
};

class Post final : public DeliverySink
{
public:
    void deliver(const Delivery& d) override
    {
        log.push_back(d);
        players.at(d.packet.destination)->receive(d);
    }
    std::vector<Player*> players;
    std::vector<Delivery> log;
};

std::vector<Delivery> play(Interconnect& network, bool backwards, std::uint64_t* activations)
{
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    Post post;
    network.set_sink(&post);
    const std::uint32_t n = network.endpoints();
    post.players.resize(n);
    NocModule noc("noc", network, Clock(period));
    std::vector<std::unique_ptr<Player>> players;
    for (std::uint32_t i = 0; i < n; ++i) {
        const std::uint32_t number = backwards ? n - 1 - i : i;
        const std::string name = "player" + std::to_string(number);
        players.push_back(std::make_unique<Player>(name.c_str(), number, n, noc));
        post.players[number] = players.back().get();
    }
    sc_core::sc_start();
    *activations = noc.stats().activations;
    return post.log;
}

using Record = std::tuple<Cycle, Cycle, Cycle, Cycle>;
std::map<std::uint64_t, Record> by_tag(const std::vector<Delivery>& log)
{
    std::map<std::uint64_t, Record> result;
    for (const Delivery& d : log)
        result[d.packet.tag] = {d.created, d.head_injected, d.head_arrived, d.tail_arrived};
    return result;
}

/// What the kernel run produced, given to a network that is simply advanced.
std::map<std::uint64_t, Record> replay(const std::vector<Delivery>& log, const MeshShape& shape,
                                       const RouterConfig& router)
{
    std::map<std::pair<Cycle, std::uint64_t>, Delivery> in_order;
    for (const Delivery& d : log)
        in_order[{d.created, d.packet.tag}] = d;
    Mesh mesh(shape, router);
    DeliveryList list;
    mesh.set_sink(&list);
    for (const auto& [key, d] : in_order) {
        mesh.advance(d.created - 1);
        mesh.send(d.created, d.packet);
    }
    while (mesh.next_event() != never)
        mesh.run(mesh.next_event());
    return by_tag(list.items);
}

const MeshShape shape{3, 4, 1, {}};

TEST(NocModule, GivesTheCyclesOfTheNetworkAloneAndSleepsBetweenEvents)
{
    Mesh mesh(shape, RouterConfig());
    std::uint64_t activations = 0;
    const auto log = play(mesh, false, &activations);
    ASSERT_GT(log.size(), 600u);
    EXPECT_EQ(by_tag(log), replay(log, shape, RouterConfig()));
    EXPECT_LT(activations, log.size() * 6);
}

/// A digest of a run in a process of its own, since a process elaborates once.
std::uint64_t digest_of_run(bool backwards)
{
    int ends[2] = {};
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        Mesh mesh(shape, RouterConfig());
        std::uint64_t activations = 0, digest = 0;
        for (const auto& [tag, r] : by_tag(play(mesh, backwards, &activations)))
            for (const Cycle value : {static_cast<Cycle>(tag), std::get<0>(r), std::get<1>(r), std::get<3>(r)})
                digest = (digest ^ static_cast<std::uint64_t>(value)) * 0x100000001b3u;
        const bool written = write(ends[1], &digest, sizeof digest) == sizeof digest;
        _exit(written ? 0 : 1);
    }
    std::uint64_t digest = 0;
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(read(ends[0], &digest, sizeof digest), static_cast<ssize_t>(sizeof digest));
    close(ends[0]);
    close(ends[1]);
    return digest;
}

TEST(NocModule, DoesNotDependOnTheOrderOfProcesses)
{
    const std::uint64_t digest = digest_of_run(false);
    EXPECT_NE(digest, 0u);
    EXPECT_EQ(digest, digest_of_run(true));
}

TEST(NocModule, EndsTheSimulationWhenAllIsDelivered)
{
    IdealInterconnect ideal(shape, RouterConfig());
    std::uint64_t activations = 0;
    const auto log = play(ideal, false, &activations);
    EXPECT_EQ(ideal.statistics().packets_delivered, ideal.statistics().packets_sent);
    EXPECT_EQ(ideal.next_event(), never);
    EXPECT_EQ(log.size(), ideal.statistics().packets_sent);
}

} // namespace
