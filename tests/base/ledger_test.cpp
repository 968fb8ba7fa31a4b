#include "sim/base/ledger.h"

#include <stdexcept>

#include <gtest/gtest.h>

using namespace imc;

namespace
{

TEST(Ledger, TotalsByComponentByLayerAndOverallAgreeExactly)
{
    Ledger ledger;
    const EventId conversion =
        ledger.declare({Component::adc, "conversion", Category::dynamic, Energy::from_joules(1.5625e-12), "m", "c"});
    const EventId write =
        ledger.declare({Component::array, "write", Category::write, Energy::from_joules(3.3e-13), "m", "c"});
    ledger.book(conversion, 128, LayerId(0));
    ledger.book({{conversion, 3}, {write, 5}}, 7, LayerId(2));
    ledger.book(write, 1, LayerId(), Phase::program);
    ledger.book_leakage(Component::buffer, Energy::from_joules(1e-9));

    Energy components, layers;
    for (const auto& categories : ledger.by_component())
        for (const Energy e : categories)
            components += e;
    for (const Energy e : ledger.by_layer(3))
        layers += e;
    EXPECT_EQ(components, ledger.total());
    EXPECT_EQ(layers, ledger.total());
    EXPECT_EQ(ledger.count(Component::adc, "conversion"), 128 + 21);
    EXPECT_EQ(ledger.count(Component::adc, "conversion", LayerId(2)), 21);
    EXPECT_EQ(ledger.by_layer(3)[1], Energy());
    EXPECT_EQ(ledger.by_layer(3)[3], Energy::from_joules(3.3e-13) + Energy::from_joules(1e-9));
}

TEST(Ledger, DeclaresTheSameTypeOnce)
{
    Ledger ledger;
    const EventType type{Component::adc, "conversion", Category::dynamic, Energy::from_joules(1e-12), "m", "c"};
    EventType dearer = type;
    dearer.unit = Energy::from_joules(2e-12);
    EXPECT_EQ(ledger.declare(type), ledger.declare(type));
    EXPECT_NE(ledger.declare(type), ledger.declare(dearer));
}

TEST(Ledger, RefusesNegativeCountsAndUnknownComponents)
{
    Ledger ledger;
    const EventId event = ledger.declare({Component::dac, "drive", Category::dynamic, Energy(), "", ""});
    EXPECT_THROW(ledger.book(event, -1), std::invalid_argument);
    EXPECT_THROW(component_named("adcc"), std::invalid_argument);
    for (std::size_t c = 0; c < component_count; ++c)
        EXPECT_EQ(component_named(name_of(static_cast<Component>(c))), static_cast<Component>(c));
}

} // namespace
