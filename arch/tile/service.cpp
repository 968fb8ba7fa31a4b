#include "arch/tile/service.h"

#include "arch/tile/tile_services.h"

namespace imc::tile
{

ServiceTable::ServiceTable(const ChipConfig& chip, const program::Program& program, Ledger& ledger) : program_(program)
{
    for (std::size_t type = 0; type < chip.tiles.size(); ++type)
        types_.push_back(std::make_unique<TileServices>(chip, TileTypeId(type), ledger));
}

ServiceTable::~ServiceTable() = default;

TileServices& ServiceTable::of(TileId tile) const { return *types_.at(program_.type_of(tile).value()); }

Service ServiceTable::service(const program::Actor& actor) { return of(actor.tile).service(actor); }

std::vector<EventCount> ServiceTable::received_token(TileId tile, std::int64_t bits) const
{
    return of(tile).received_token(bits);
}

const GatingCycles& ServiceTable::macro_gating(TileId tile) const { return of(tile).macro_gating(); }
const GatingCycles& ServiceTable::tile_gating(TileId tile) const { return of(tile).tile_gating(); }
EventId ServiceTable::macro_wake(TileId tile) const { return of(tile).macro_wake(); }
EventId ServiceTable::tile_wake(TileId tile) const { return of(tile).tile_wake(); }
EventId ServiceTable::flit_router() const { return types_.front()->flit_router(); }
EventId ServiceTable::flit_link() const { return types_.front()->flit_link(); }

} // namespace imc::tile
