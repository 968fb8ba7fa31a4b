#include <fmt/format.h>

#include "sim/base/files.h"
#include "sim/base/trace/spill.h"
#include "sim/base/trace/writers.h"

namespace imc::trace
{

namespace
{

/// Packets are reported as they arrive; the file has them in the order of their creation.
class Packets final : public Writer
{
public:
    Packets(const std::filesystem::path& file, std::string network) : file_(file), network_(std::move(network)) {}

    void packet(const Directory&, const Packet& p) override
    {
        packets_.add({p});
        classes_ = classes_ || p.message_class != 0;
        groups_ = groups_ || p.group != 0;
    }

    void finish(const Directory&, Femtoseconds) override
    {
        const std::size_t brace = network_.find_last_of('}');
        const bool empty = network_.find('"') == std::string::npos;
        file_.write(network_.substr(0, brace));
        file_.write(empty ? "\"packets\":[" : ",\n\"packets\":[");
        rows([](const Packet& p) { return fmt::format("[{},{},{},{}]", p.created, p.source, p.destination, p.flits); });
        if (classes_) {
            file_.write("],\n\"classes\":[");
            rows([](const Packet& p) { return std::to_string(p.message_class); });
        }
        if (groups_) {
            file_.write("],\n\"groups\":[");
            rows([](const Packet& p) { return std::to_string(p.group); });
        }
        file_.write("],\n\"results\":[");
        rows(
            [](const Packet& p) { return fmt::format("[{},{},{}]", p.head_injected, p.head_arrived, p.tail_arrived); });
        file_.write("]}\n");
        file_.commit();
    }

private:
    struct InOrder : Packet {
        bool operator<(const InOrder& other) const { return sequence < other.sequence; }
    };

    template <class Row> void rows(Row row)
    {
        const char* before = "\n";
        packets_.for_each([&](const InOrder& p) {
            file_.write(before + row(p));
            before = ",\n";
        });
    }

    AtomicFile file_;
    std::string network_;
    Spill<InOrder> packets_;
    bool classes_ = false, groups_ = false; ///< whether any packet has one
};

} // namespace

std::unique_ptr<Writer> make_packet_writer(const std::filesystem::path& file, const std::string& network)
{
    return std::make_unique<Packets>(file, network);
}

} // namespace imc::trace
