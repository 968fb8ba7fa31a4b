#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "arch/config/costs/models.h"

namespace imc::cli
{

/// Lines of a result's ledger that differ in nothing but layer and count.
struct LedgerLine {
    std::string component, event, category, phase;
    std::string tile_type; ///< empty: not said
    std::int64_t count = 0;
    double unit_energy_j = 0.0;
    CostRange range;
};

/// What pricing needs of a result.json.
struct ResultFile {
    std::shared_ptr<const nlohmann::json> rest; ///< the sections that pricing needs, but for the ledger
    std::optional<std::vector<LedgerLine>> ledger;
};

/// Studies price hundreds of results at once, and most of a result is for other readers (layers, models, citations) or
/// ledger lines of one form. So sections that are not needed are passed over, brackets and quotes matched but their
/// contents unseen, and lines of the ledger are read where they stand; only the small rest becomes a document.
/// Throws ConfigError naming `file`, path, value and what was expected for numbers that are none, std::invalid_argument
/// or nlohmann's exceptions if the text is no JSON object or a line of the ledger is none.
ResultFile read_result_file(std::string_view text, const std::string& file = "result.json");

} // namespace imc::cli
