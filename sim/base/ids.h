#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace imc
{

/// An index that cannot be mistaken for another kind of index. `Tag` is an empty struct naming the kind.
template <class Tag> class Id
{
public:
    constexpr Id() = default;
    constexpr explicit Id(std::size_t value) : value_(static_cast<std::uint32_t>(value)) {}

    constexpr std::uint32_t value() const { return value_; }
    constexpr bool valid() const { return value_ != none; }
    constexpr auto operator<=>(const Id&) const = default;
    constexpr Id& operator++()
    {
        ++value_;
        return *this;
    }

private:
    static constexpr std::uint32_t none = 0xffffffffu;
    std::uint32_t value_ = none;
};

/// A vector indexed by its own Id type only.
template <class I, class T> class IdVector
{
public:
    IdVector() = default;
    explicit IdVector(std::size_t size, const T& value = T()) : items_(size, value) {}

    T& operator[](I id) { return items_[id.value()]; }
    const T& operator[](I id) const { return items_[id.value()]; }
    T& at(I id) { return items_.at(id.value()); }
    const T& at(I id) const { return items_.at(id.value()); }
    I push_back(T item)
    {
        items_.push_back(std::move(item));
        return I(items_.size() - 1);
    }
    std::size_t size() const { return items_.size(); }
    bool empty() const { return items_.empty(); }
    void resize(std::size_t size) { items_.resize(size); }
    void reserve(std::size_t size) { items_.reserve(size); }
    auto begin() { return items_.begin(); }
    auto end() { return items_.end(); }
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }

private:
    std::vector<T> items_;
};

using TileId = Id<struct TileTag>;
using TileTypeId = Id<struct TileTypeTag>; ///< a kind of tile of a chip
using CoreId = Id<struct CoreTag>;
using MacroId = Id<struct MacroTag>;
using RouterId = Id<struct RouterTag>;
using LayerId = Id<struct LayerTag>;
using NodeId = Id<struct NodeTag>;     ///< a node of a network graph
using TensorId = Id<struct TensorTag>; ///< a value of a network graph
using EdgeId = Id<struct EdgeTag>;     ///< a stream between actors of a program
using ActorId = Id<struct ActorTag>;

} // namespace imc

template <class Tag> struct std::hash<imc::Id<Tag>> {
    std::size_t operator()(imc::Id<Tag> id) const noexcept { return std::hash<std::uint32_t>()(id.value()); }
};
