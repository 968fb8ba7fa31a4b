#include "sim/cli/report/svg.h"

#include <array>

#include <fmt/format.h>

namespace imc::cli
{

namespace
{

std::string close(std::string_view element, std::string_view hint)
{
    return hint.empty() ? "/>\n" : fmt::format("><title>{}</title></{}>\n", escape(hint), element);
}

} // namespace

std::string escape(std::string_view text)
{
    std::string escaped;
    for (const char c : text) {
        switch (c) {
        case '&':
            escaped += "&amp;";
            break;
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        case '"':
            escaped += "&quot;";
            break;
        default:
            // Control characters are not allowed in XML at all.
            escaped += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
        }
    }
    return escaped;
}

Svg::Svg(double width, double height, std::string_view title)
    : body_(fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:g} {1:g}\" width=\"{0:g}\" "
                        "height=\"{1:g}\" role=\"img\" aria-label=\"{2}\" font-family=\"system-ui, sans-serif\">\n"
                        "<title>{2}</title>\n",
                        width, height, escape(title)))
{
}

void Svg::rectangle(double x, double y, double width, double height, std::string_view fill, std::string_view hint)
{
    body_ += fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"{}", x, y,
                         width, height, fill, close("rect", hint));
}

void Svg::line(double x1, double y1, double x2, double y2, double opacity)
{
    body_ += fmt::format("<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" stroke=\"currentColor\" "
                         "stroke-opacity=\"{:g}\"/>\n",
                         x1, y1, x2, y2, opacity);
}

void Svg::path(std::span<const std::pair<double, double>> points, std::string_view stroke)
{
    body_ += "<polyline fill=\"none\" stroke-width=\"1.5\" points=\"";
    for (const auto& [x, y] : points)
        body_ += fmt::format("{:.2f},{:.2f} ", x, y);
    body_ += fmt::format("\" stroke=\"{}\"/>\n", stroke);
}

void Svg::dot(double x, double y, std::string_view fill, std::string_view hint)
{
    body_ +=
        fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"3.5\" fill=\"{}\"{}", x, y, fill, close("circle", hint));
}

void Svg::text(double x, double y, std::string_view text, Anchor anchor, double size)
{
    const char* anchors[] = {"start", "middle", "end"};
    body_ +=
        fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\" font-size=\"{:g}\" text-anchor=\"{}\" fill=\"currentColor\">{}"
                    "</text>\n",
                    x, y, size, anchors[static_cast<int>(anchor)], escape(text));
}

double Svg::insert(double y, const std::string& picture)
{
    // A nested <svg> is placed by its x and y; everything else of it stays as it is.
    const std::size_t attribute = picture.find("height=\"");
    body_ += fmt::format("<svg y=\"{:.2f}\"{}", y, picture.substr(4));
    return attribute == std::string::npos ? 0 : std::stod(picture.substr(attribute + 8));
}

std::string_view colour(std::size_t n)
{
    static constexpr std::array<std::string_view, 8> colours = {"#0072b2", "#e69f00", "#009e73", "#d55e00",
                                                                "#cc79a7", "#56b4e9", "#b8a800", "#888888"};
    return colours[n % colours.size()];
}

} // namespace imc::cli
