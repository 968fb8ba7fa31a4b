#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace imc::cli
{

/// Text with the characters that mean something to XML and HTML escaped.
std::string escape(std::string_view text);

/// A picture, built shape by shape; coordinates are pixels from the top left. Text takes the colour of its
/// surroundings, so that the picture fits light and dark pages. It refers to nothing outside itself.
class Svg
{
public:
    enum class Anchor { start, middle, end };

    Svg(double width, double height, std::string_view title);

    /// `hint` appears when the pointer rests on the shape.
    void rectangle(double x, double y, double width, double height, std::string_view colour,
                   std::string_view hint = "");
    void line(double x1, double y1, double x2, double y2, double opacity = 1.0);
    void path(std::span<const std::pair<double, double>> points, std::string_view colour);
    void dot(double x, double y, std::string_view colour, std::string_view hint = "");
    void text(double x, double y, std::string_view text, Anchor anchor = Anchor::start, double size = 12);

    /// Another picture inside this one; its height is returned.
    double insert(double y, const std::string& picture);

    std::string finish() const { return body_ + "</svg>\n"; }

private:
    std::string body_;
};

/// The n-th of eight colours that people with any colour vision tell apart (Okabe & Ito 2008), in turn.
std::string_view colour(std::size_t n);

} // namespace imc::cli
