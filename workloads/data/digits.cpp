#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/base/random.h"
#include "workloads/data/data_set.h"

namespace imc
{

namespace
{

constexpr std::int64_t side = 28;

struct Point {
    double x, y;
};

using Stroke = std::vector<Point>;

/// Part of an ellipse around (cx, cy), from angle a to b in quarter turns, 0 pointing right and 1 down.
Stroke arc(double cx, double cy, double rx, double ry, double a, double b)
{
    Stroke s;
    for (int i = 0; i <= 12; ++i) {
        const double t = (a + (b - a) * i / 12) * std::numbers::pi / 2;
        s.push_back({cx + rx * std::cos(t), cy + ry * std::sin(t)});
    }
    return s;
}

/// The strokes of a digit in a box of −1 to 1 (y downwards).
std::vector<Stroke> strokes_of(int digit)
{
    switch (digit) {
    case 0:
        return {arc(0, 0, 0.6, 0.95, 0, 4)};
    case 1:
        return {{{-0.35, -0.55}, {0.05, -0.95}, {0.05, 0.95}}};
    case 2: {
        Stroke s = arc(0, -0.45, 0.58, 0.5, -2, 0.4);
        s.insert(s.end(), {{-0.6, 0.92}, {0.65, 0.92}});
        return {s};
    }
    case 3:
        return {arc(-0.05, -0.47, 0.52, 0.47, -1.8, 1), arc(-0.05, 0.47, 0.6, 0.48, -1, 1.8)};
    case 4:
        return {{{0.3, 0.95}, {0.3, -0.95}, {-0.65, 0.35}, {0.65, 0.35}}};
    case 5: {
        Stroke s{{0.55, -0.92}, {-0.45, -0.92}, {-0.5, -0.1}};
        const Stroke bowl = arc(-0.05, 0.35, 0.6, 0.58, -1.4, 1.7);
        s.insert(s.end(), bowl.begin(), bowl.end());
        return {s};
    }
    case 6: {
        Stroke s = arc(0.35, 0.35, 0.92, 1.3, -1.1, -2);
        return {s, arc(0, 0.4, 0.57, 0.53, 0, 4)};
    }
    case 7:
        return {{{-0.6, -0.92}, {0.6, -0.92}, {-0.1, 0.95}}};
    case 8:
        return {arc(0, -0.48, 0.47, 0.45, 0, 4), arc(0, 0.47, 0.57, 0.48, 0, 4)};
    default:
        return {arc(0, -0.4, 0.55, 0.53, 0, 4), arc(-0.35, -0.35, 0.9, 1.3, 0, 1)};
    }
}

double distance_to_segment(const Point& p, const Point& a, const Point& b)
{
    const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    const double t = length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0.0;
    return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

void draw(std::uint8_t* pixels, int digit, RandomStream random)
{
    const auto around = [&](double spread) { return spread * (2 * random.uniform() - 1); };
    const double angle = around(0.25), slant = around(0.25), width = 8.2 * (1 + around(0.18)),
                 height = 9.6 * (1 + around(0.15));
    const double cx = side / 2.0 - 0.5 + around(2.0), cy = side / 2.0 - 0.5 + around(2.0),
                 thickness = 1.25 + around(0.45);
    const double noise = 0.06, ink = 1 - 0.2 * random.uniform();
    std::vector<Stroke> strokes = strokes_of(digit);
    for (Stroke& stroke : strokes)
        for (Point& p : stroke) {
            const double x = width * (p.x + around(0.04) - slant * p.y), y = height * (p.y + around(0.04));
            p = {cx + x * std::cos(angle) - y * std::sin(angle), cy + x * std::sin(angle) + y * std::cos(angle)};
        }
    for (std::int64_t row = 0; row < side; ++row)
        for (std::int64_t column = 0; column < side; ++column) {
            double nearest = 1e9;
            for (const Stroke& stroke : strokes)
                for (std::size_t i = 1; i < stroke.size(); ++i)
                    nearest =
                        std::min(nearest, distance_to_segment({static_cast<double>(column), static_cast<double>(row)},
                                                              stroke[i - 1], stroke[i]));
            const double value = ink * std::clamp(thickness + 0.5 - nearest, 0.0, 1.0) + noise * random.normal();
            pixels[row * side + column] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
        }
}

} // namespace

DataSet draw_digits(std::int64_t count, std::uint64_t seed, std::int64_t first)
{
    if (count < 1 || count > most_digits || first < 0)
        throw std::invalid_argument(fmt::format("{} digits from {}, expected 1 to 10 million from 0", count, first));
    DataSet set{"digits", Shape{1, side, side}, 10, nullptr, {}};
    TensorData data(ElementType::uint8, count * side * side);
    for (std::int64_t i = 0; i < count; ++i) {
        set.labels.push_back(static_cast<int>((first + i) % 10));
        draw(data.as<std::uint8_t>().data() + i * side * side, set.labels.back(),
             RandomStream(seed, "digits", static_cast<std::uint64_t>(first + i)));
    }
    set.values = std::make_shared<const TensorData>(std::move(data));
    return set;
}

} // namespace imc
