#include "workloads/npy.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "workloads/checked.h"

namespace imc
{

static_assert(std::endian::native == std::endian::little, "npy data is read in the host's byte order");

namespace
{

constexpr std::string_view magic = "\x93NUMPY";

struct Kind {
    std::string_view code;
    ElementType type;
};

constexpr Kind kinds[] = {
    {"f4", ElementType::float32}, {"f8", ElementType::float64}, {"f2", ElementType::float16},
    {"i1", ElementType::int8},    {"u1", ElementType::uint8},   {"i2", ElementType::int16},
    {"u2", ElementType::uint16},  {"i4", ElementType::int32},   {"u4", ElementType::uint32},
    {"i8", ElementType::int64},   {"u8", ElementType::uint64},  {"b1", ElementType::boolean},
};

struct Header {
    ElementType type = ElementType::float32;
    bool big_endian = false;
    bool fortran = false;
    std::vector<std::int64_t> shape;
};

/// The header is a Python dict literal of three keys; this reads exactly that much Python.
class HeaderParser
{
public:
    HeaderParser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

    Header parse()
    {
        Header h;
        bool descr = false, order = false, shape = false;
        expect('{');
        while (!accept('}')) {
            const std::string_view key = quoted();
            expect(':');
            if (key == "descr" && !descr) {
                set_type(h, quoted());
                descr = true;
            } else if (key == "fortran_order" && !order) {
                h.fortran = word() == "True";
                order = true;
            } else if (key == "shape" && !shape) {
                h.shape = tuple();
                shape = true;
            } else {
                fail(fmt::format("key '{}'", key));
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        if (!descr || !order || !shape)
            fail("a key is missing");
        return h;
    }

private:
    [[noreturn]] void fail(const std::string& what) const
    {
        throw ConfigError(name_, fmt::format("is not a NumPy file this program reads: {} in its header", what));
    }

    void skip()
    {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n'))
            ++at_;
    }
    bool accept(char c)
    {
        skip();
        if (at_ >= text_.size() || text_[at_] != c)
            return false;
        ++at_;
        return true;
    }
    void expect(char c)
    {
        if (!accept(c))
            fail(fmt::format("no '{}' at {}", c, at_));
    }
    std::string_view quoted()
    {
        skip();
        const char quote = at_ < text_.size() ? text_[at_] : '\0';
        const std::size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string_view::npos;
        if (end == std::string_view::npos)
            fail(fmt::format("no string at {}", at_));
        const std::string_view s = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return s;
    }
    std::string_view word()
    {
        skip();
        const std::size_t start = at_;
        while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_])))
            ++at_;
        const std::string_view w = text_.substr(start, at_ - start);
        if (w != "True" && w != "False")
            fail("fortran_order");
        return w;
    }
    std::vector<std::int64_t> tuple()
    {
        std::vector<std::int64_t> out;
        expect('(');
        while (!accept(')')) {
            skip();
            std::int64_t value = 0;
            std::size_t digits = 0;
            for (; at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) && digits < 18;
                 ++at_, ++digits)
                value = value * 10 + (text_[at_] - '0');
            if (digits == 0 || out.size() >= 64)
                fail("shape");
            out.push_back(value);
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return out;
    }
    void set_type(Header& h, std::string_view descr)
    {
        const std::string_view code = descr.size() == 3 ? descr.substr(1) : descr;
        for (const Kind& k : kinds)
            if (k.code == code && descr.size() == 3 &&
                std::string_view("<>|=").find(descr[0]) != std::string_view::npos) {
                h.type = k.type;
                h.big_endian = descr[0] == '>';
                return;
            }
        fail(fmt::format("element type '{}'", descr));
    }

    std::string_view text_;
    const std::string& name_;
    std::size_t at_ = 0;
};

std::size_t read_length(std::string_view bytes, std::size_t at, std::size_t width)
{
    std::size_t n = 0;
    for (std::size_t i = 0; i < width; ++i)
        n |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return n;
}

void swap_bytes(std::span<std::byte> bytes, std::size_t width)
{
    for (std::size_t i = 0; i + width <= bytes.size(); i += width)
        std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                     bytes.begin() + static_cast<std::ptrdiff_t>(i + width));
}

/// Column-major bytes to row-major.
TensorData reordered(const TensorData& data, const Shape& shape)
{
    TensorData out(data.type(), data.elements());
    const std::size_t width = byte_size(data.type());
    std::vector<std::int64_t> index(shape.rank(), 0), strides(shape.rank(), 1);
    for (std::size_t i = 1; i < shape.rank(); ++i)
        strides[i] = strides[i - 1] * shape[i - 1];
    for (std::int64_t o = 0; o < data.elements(); ++o) {
        std::int64_t from = 0;
        for (std::size_t i = 0; i < shape.rank(); ++i)
            from += index[i] * strides[i];
        std::memcpy(out.bytes().data() + static_cast<std::size_t>(o) * width,
                    data.bytes().data() + static_cast<std::size_t>(from) * width, width);
        for (std::size_t i = shape.rank(); i-- > 0;) {
            if (++index[i] < shape[i])
                break;
            index[i] = 0;
        }
    }
    return out;
}

} // namespace

Value parse_npy(std::string_view bytes, const std::string& name)
{
    if (bytes.substr(0, magic.size()) != magic || bytes.size() < 12)
        throw ConfigError(name, "is not a NumPy file (.npy)");
    const int version = bytes[6];
    if (version < 1 || version > 3)
        throw ConfigError(name, fmt::format("is a NumPy file of version {}; 1 to 3 can be read", version));
    const std::size_t width = version == 1 ? 2 : 4, start = 8 + width;
    const std::size_t length = read_length(bytes, 8, width);
    if (bytes.size() < start || bytes.size() - start < length)
        throw ConfigError(name, "is a NumPy file cut off in its header");
    const Header h = HeaderParser(bytes.substr(start, length), name).parse();
    const Shape shape(h.shape);
    const std::string_view content = bytes.substr(start + length);
    std::int64_t needed = 0;
    try {
        needed = checked_multiply(shape.elements(), static_cast<std::int64_t>(byte_size(h.type)));
    } catch (const std::overflow_error&) {
        throw ConfigError(name, fmt::format("has the shape {}, which overflows", shape.text()));
    }
    if (static_cast<std::int64_t>(content.size()) != needed)
        throw ConfigError(
            name, fmt::format("has {} bytes of data, its shape {} needs {}", content.size(), shape.text(), needed));
    TensorData data(h.type, shape.elements());
    if (needed > 0)
        std::memcpy(data.bytes().data(), content.data(), content.size());
    if (h.big_endian)
        swap_bytes(data.bytes(), byte_size(h.type));
    if (h.type == ElementType::boolean)
        for (std::uint8_t& b : data.as<std::uint8_t>())
            b = b != 0;
    return h.fortran && shape.rank() > 1 ? Value(shape, reordered(data, shape)) : Value(shape, std::move(data));
}

Value read_npy(const std::filesystem::path& file) { return parse_npy(read_file(file), file.string()); }

std::string npy_bytes(const Value& value)
{
    if (value.type() == ElementType::bfloat16) {
        TensorData wide(ElementType::float32, value.elements());
        for (std::int64_t i = 0; i < value.elements(); ++i)
            wide.set_real(i, value.data->real(i));
        return npy_bytes({value.shape, std::move(wide)});
    }
    const Kind kind =
        *std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind& k) { return k.type == value.type(); });
    std::string shape;
    for (const std::int64_t d : value.shape.values())
        shape += fmt::format("{}, ", d);
    if (value.shape.rank() > 1)
        shape.resize(shape.size() - 2);
    else if (value.shape.rank() == 1)
        shape.pop_back();
    std::string header = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}",
                                     byte_size(kind.type) == 1 ? '|' : '<', kind.code, shape);
    // Data start at a multiple of 64 bytes; the header ends in a newline.
    header.append(63 - (magic.size() + 4 + header.size()) % 64, ' ');
    header += '\n';
    std::string out(magic);
    out += '\1';
    out += '\0';
    out += static_cast<char>(header.size() & 0xff);
    out += static_cast<char>(header.size() >> 8);
    out += header;
    const auto bytes = value.data->bytes();
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return out;
}

void write_npy(const std::filesystem::path& file, const Value& value) { write_file(file, npy_bytes(value)); }

} // namespace imc
