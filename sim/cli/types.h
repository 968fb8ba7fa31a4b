#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sim/base/config/document.h"
#include "sim/base/config/visitor.h"

namespace imc::cli
{

/// A kind of input that is described by its list of fields.
struct Type {
    const char* name;    ///< as `imcsim describe NAME` calls it
    const char* schema;  ///< the value of its files' "schema" key; "" if they have none
    const char* telling; ///< a key that tells such a file where there is no "schema"; "" if none does
    const char* meaning;
    void (*describe)(config::Visitor& visitor);
    void (*check)(const config::Document& document); ///< throws ConfigError at the first fault
};

/// Every type, outermost first.
std::span<const Type> types();

/// The type of that name. Throws ConfigError with a suggestion.
const Type& type_named(const std::string& name);

/// The type a document claims to be, by its "schema" or by the keys it has. Throws ConfigError if it claims none.
const Type& type_of(const config::Document& document);

/// Reads a network, ONNX or JSON. Throws ConfigError if it cannot be used, RunError naming the nodes whose
/// operators are not supported.
void check_network(const std::filesystem::path& file);

} // namespace imc::cli
