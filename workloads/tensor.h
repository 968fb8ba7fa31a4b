#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace imc
{

enum class ElementType {
    float32,
    float64,
    float16,
    bfloat16,
    int8,
    uint8,
    int16,
    uint16,
    int32,
    uint32,
    int64,
    uint64,
    boolean,
};

const char* name(ElementType type);
std::size_t byte_size(ElementType type);
bool is_floating(ElementType type);
bool is_integer(ElementType type);
/// Least and greatest value of an integer type (of uint64: as far as int64 reaches). Throws std::invalid_argument.
std::pair<std::int64_t, std::int64_t> integer_range(ElementType type);

/// One dimension: the value in use, and the symbol it was bound from ("batch", "sequence"), if any.
/// A file's free dimensions are bound when it is loaded (1 unless asked otherwise), so that every
/// value is known; the symbol says that the network is defined for other values as well.
struct Dim {
    std::int64_t value = 1;
    std::string symbol;
};

/// The dimensions of a tensor, outermost first; a scalar has rank 0. Values are ≥ 0.
class Shape
{
public:
    Shape() = default;
    Shape(std::initializer_list<std::int64_t> values) : Shape(std::span(values.begin(), values.size())) {}
    explicit Shape(std::span<const std::int64_t> values);
    explicit Shape(std::vector<Dim> dims) : dims_(std::move(dims)) {}

    std::size_t rank() const { return dims_.size(); }
    std::int64_t operator[](std::size_t axis) const { return dims_[axis].value; }
    const Dim& dim(std::size_t axis) const { return dims_[axis]; }
    void set(std::size_t axis, Dim dim) { dims_[axis] = std::move(dim); }
    void push_back(Dim dim) { dims_.push_back(std::move(dim)); }
    void push_back(std::int64_t value) { dims_.push_back({value, {}}); }
    std::vector<std::int64_t> values() const;

    /// Number of elements. Throws std::overflow_error if it does not fit in 62 bits.
    std::int64_t elements() const;
    /// Product of the dimensions in [first, last).
    std::int64_t elements(std::size_t first, std::size_t last) const;
    /// Distance in elements between neighbours along each axis, row major.
    std::vector<std::int64_t> strides() const;
    /// "[1, 3, 224, 224]".
    std::string text() const;

    /// Values only; symbols are annotations.
    bool operator==(const Shape& other) const;

private:
    std::vector<Dim> dims_;
};

/// Elements of one type in row-major order, in the host's byte order.
class TensorData
{
public:
    TensorData() = default;
    /// Zero-filled.
    TensorData(ElementType type, std::int64_t elements);

    ElementType type() const { return type_; }
    std::int64_t elements() const { return elements_; }
    std::span<const std::byte> bytes() const { return {reinterpret_cast<const std::byte*>(words_.data()), size()}; }
    std::span<std::byte> bytes() { return {reinterpret_cast<std::byte*>(words_.data()), size()}; }

    /// The elements as T; T must have the element type's size (asserted), e.g. uint16_t for float16.
    template <class T> std::span<const T> as() const
    {
        check_size(sizeof(T));
        return {reinterpret_cast<const T*>(words_.data()), static_cast<std::size_t>(elements_)};
    }
    template <class T> std::span<T> as()
    {
        check_size(sizeof(T));
        return {reinterpret_cast<T*>(words_.data()), static_cast<std::size_t>(elements_)};
    }

    /// One element, converted. Throws std::out_of_range.
    double real(std::int64_t index) const;
    std::int64_t integer(std::int64_t index) const;
    void set_real(std::int64_t index, double value);
    void set_integer(std::int64_t index, std::int64_t value);

private:
    std::size_t size() const { return static_cast<std::size_t>(elements_) * byte_size(type_); }
    void check_size(std::size_t size) const;
    void check_index(std::int64_t index) const;

    ElementType type_ = ElementType::float32;
    std::int64_t elements_ = 0;
    std::vector<std::uint64_t> words_; // keeps every element type aligned
};

/// Elements with their shape: what an executor passes from node to node.
struct Value {
    Shape shape;
    std::shared_ptr<const TensorData> data;

    Value() = default;
    /// Throws std::invalid_argument if the data has not the shape's number of elements.
    Value(Shape its_shape, TensorData its_data);
    Value(Shape its_shape, std::shared_ptr<const TensorData> its_data);
    ElementType type() const { return data->type(); }
    std::int64_t elements() const { return data->elements(); }
    /// A scalar, or a vector of integers.
    static Value scalar(ElementType type, double value);
    static Value integers(const std::vector<std::int64_t>& values);
    std::vector<std::int64_t> to_integers() const;
    std::vector<double> to_reals() const;
};

/// real value = scale · (integer − zero point); one pair, or one per index of `axis`.
struct Quantisation {
    ElementType type = ElementType::int8; ///< the integers' storage type
    int bits = 8;                         ///< integers span 2^bits values; ≤ the storage type's width
    std::vector<double> scale;
    std::vector<std::int64_t> zero_point;
    int axis = -1; ///< −1: per tensor

    bool operator==(const Quantisation&) const = default;
};

/// Least and greatest integer of `bits` bits, signed as the type is. Throws std::invalid_argument.
std::pair<std::int64_t, std::int64_t> integer_range(const Quantisation& quantisation);

/// A value of a graph: an input, a constant, or a node's result.
struct Tensor {
    std::string name;
    Shape shape;
    ElementType type = ElementType::float32;
    /// A weight, known before the inference starts. `data` is null where the file gives only its shape.
    bool is_constant = false;
    std::shared_ptr<const TensorData> data;
    std::optional<Quantisation> quantisation;
};

} // namespace imc
