#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/base/config/visitor.h"

namespace imc::config
{

struct Origin;

/// A JSON file with the files it names loaded in place, and the memory of which part came from where.
class Document
{
public:
    /// Throws ConfigError naming file, line and column if it is unreadable, not JSON, or repeats a key.
    static Document load(const std::filesystem::path& file);
    static Document parse(std::string_view text, const std::filesystem::path& name = "<text>");

    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    Document(const Document&);
    Document& operator=(const Document&);
    ~Document();

    /// Applies "PATH=VALUE" as given to --set: VALUE is JSON if it parses as such, else a string.
    /// Missing objects on the way are created; a named file on the way is loaded in place.
    /// A file name set this way is relative to the working directory.
    void set(std::string_view assignment);
    /// The same for an assignment that the document's file holds: messages name its place there ("FILE: set[0]"), and
    /// a file name is relative to that file.
    void set(std::string_view assignment, const std::string& place);

    /// Fills T from the whole document; throws ConfigError("FILE: path: …, got VALUE") at the first fault.
    template <class T> T read() const
    {
        T value;
        read_into(value);
        return value;
    }
    template <class T> void read_into(T& value) const { make_reader()->visit(value); }

    const nlohmann::json& root() const;
    const std::filesystem::path& file() const;

    struct State;

private:
    Document();
    void assign(std::string_view assignment, const std::string& place, const Origin& origin);
    std::unique_ptr<Visitor> make_reader() const;

    std::unique_ptr<State> state_;
};

/// JSON text with the position of the first fault in the message; repeated keys are faults.
nlohmann::json parse_json(std::string_view text, const std::string& name);

} // namespace imc::config
