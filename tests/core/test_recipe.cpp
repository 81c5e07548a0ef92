// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "mgkit/core/recipe.hpp"
#include "mgkit/core/settings_text.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace mgkit;

namespace {

enum class rule { first, second };

struct inner {
    int a = 1;
    double b = 2.5;
};
struct everything {
    static constexpr std::string_view name = "everything";
    std::string words = "x\"y";
    std::vector<int> list{1, 2};
    std::optional<inner> maybe;
    inner nested;
    bool on = true;
    std::array<double, 2> small{1e-7, 3e-7};
    rule choice = rule::second;
};
struct closed {
    explicit closed(int v) : value_(v) {}
    template <class F>
    void each_setting(F&& f) const {
        f(value_);
    }

private:
    int value_;
};

}  // namespace

TEST_CASE("settings are written with every member, exactly", "[recipe]") {
    everything s;
    CHECK(settings_text(s) ==
          "everything(\"x\\\"y\", [1, 2], none, (1, 2.5), true, [1e-07, 3e-07], 1)");
    s.maybe = inner{};
    s.nested.b = 2.5 + 5e-16;
    CHECK(settings_text(s) ==
          "everything(\"x\\\"y\", [1, 2], (1, 2.5), (1, 2.5000000000000004), true, "
          "[1e-07, 3e-07], 1)");
    CHECK(settings_text(closed(4)) == "(4)");
    CHECK(settings_text(std::vector<double>{}) == "[]");
}

TEST_CASE("recipes are equal by their parts, in any order", "[recipe]") {
    const recipe mine{{"labels", "a"}, {"views", "four"}};
    const recipe same{{"views", "four"}, {"labels", "a"}};
    CHECK(mine == same);
    CHECK(mine.key() == same.key());
    CHECK(compare(mine, same).names.empty());

    recipe other = mine;
    other.set("views", "two").set("seed", "1");
    CHECK_FALSE(mine == other);
    CHECK_FALSE(mine.key() == other.key());
    const auto between = compare(mine, other);
    CHECK(between.list() == "views, seed");
    CHECK(between.wanted == "views four, seed not stated");
    CHECK(between.found == "views two, seed 1");
    CHECK_FALSE(recipe{{"a", "bc"}}.key() == recipe{{"ab", "c"}}.key());
}

TEST_CASE("long words are cut around what differs, further parts named", "[recipe]") {
    const std::string same(200, '-');
    recipe a, b;
    for (const char* name : {"one", "two", "three", "four", "five"}) {
        a.set(name, same + "left" + same);
        b.set(name, same + "right" + same);
    }
    const auto between = compare(a, b);
    CHECK(between.wanted.find("left") != std::string::npos);
    CHECK(between.found.find("right") != std::string::npos);
    CHECK(between.wanted.size() < 300);
    CHECK(between.found.find("; different too: four, five") != std::string::npos);
    CHECK(between.names.size() == 5);
}
