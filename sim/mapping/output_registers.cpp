#include "sim/mapping/output_registers.h"

#include <algorithm>
#include <vector>

namespace imc::mapping
{

void share_output_registers(program::Program& program, const ChipConfig& chip)
{
    std::vector<std::int64_t> bits(program.tiles, 0); // of an inference
    const auto produced = [](const program::Actor& actor) { return actor.work.result_bits * actor.share.tokens(); };
    for (const program::Actor& actor : program.actors)
        bits[actor.tile.value()] += produced(actor);
    for (program::Actor& actor : program.actors) {
        if (actor.tile == program.memory_tile || actor.work.result_bits == 0)
            continue;
        const TileConfig& type = chip.tiles[program.type_of(actor.tile).value()];
        const double part = static_cast<double>(produced(actor)) / static_cast<double>(bits[actor.tile.value()]);
        const double room = static_cast<double>(type.output_register.bytes * 8) * part;
        const auto slots = static_cast<int>(room / static_cast<double>(actor.work.result_bits));
        actor.output_slots = std::max(actor.output_slots, slots);
    }
}

} // namespace imc::mapping
